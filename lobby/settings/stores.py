"""Settings of where everything is kept."""

from __future__ import annotations

from pydantic import BaseModel, Field, field_validator

from lobby.settings.urls import of_a_known_kind
from persistence import redis_urls

MEMORY = "memory:"


class StoreSettings(BaseModel):
    """To run several processes, set both URLs."""

    database_url: str = "sqlite:lobby.db"
    redis_url: str = "memory:"
    redis_prefix: str = "lobby:"
    roster_shards: int = Field(default=0, ge=0, le=1_024)
    """Shards of who is online, the same in every process; 0: one, on a cluster 64."""

    @field_validator("database_url")
    @classmethod
    def _of_a_database(cls, value: str) -> str:
        return of_a_known_kind(value, ("sqlite:", "postgresql:", "postgres:"))

    @field_validator("redis_url")
    @classmethod
    def _of_redis(cls, value: str) -> str:
        if value != MEMORY:
            redis_urls.parse_redis_url(of_a_known_kind(value, (MEMORY, *redis_urls.SCHEMES)))
        return value
