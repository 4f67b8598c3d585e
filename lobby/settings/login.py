"""Settings of who is believed to be who they say, and for how long."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field, SecretStr, field_validator

from lobby.domain.entropy import is_guessable

SHORTEST_KEY = 32
"""Bytes of a signing key."""
REMEDY = "make one with: lobby token secret"


class LoginSettings(BaseModel):
    """Signing keys, tokens, passwords."""

    secret: SecretStr = SecretStr("")
    """Signing keys, comma-separated, each 32 bytes or more; the first signs, all verify."""
    secret_file: str = "lobby-secret"  # noqa: S105  # the name of a file
    """Where a key is kept when `secret` is empty; made at the first start."""
    host_login: Literal["open", "key"] = "open"
    user_token_days: float = Field(default=180, gt=0)
    """How long a login lasts at most, however often its tokens are renewed."""
    token_idle_days: float = Field(default=30, gt=0)
    """How long a login lasts whose token has no expiry of its own (a user's) and is not used."""
    host_token_seconds: int = Field(default=86_400, ge=60)
    """How long a host's token lasts."""
    anonymous_token_seconds: int = Field(default=86_400, ge=60)
    """How long an anonymous identity's token lasts."""
    anonymous_kept_days: float = Field(default=30, ge=0)
    """How long an anonymous account is kept after its last token, if nothing else leads to it."""
    password_threads: int = Field(default=2, ge=1, le=64)
    """Passwords that are hashed at once."""
    password_queue: int = Field(default=32, ge=1)
    """Logins that wait for a thread; beyond, they are told to come back."""
    password_places_per_address: int = Field(default=2, ge=1)
    """Of those that run or wait, how many may be of one address; its others wait behind them."""

    @field_validator("secret")
    @classmethod
    def _long_enough(cls, value: SecretStr) -> SecretStr:
        if any(len(key.encode()) < SHORTEST_KEY for key in keys_of(value)):
            raise ValueError(f"each key needs {SHORTEST_KEY} bytes or more; {REMEDY}")
        if any(is_guessable(key) for key in keys_of(value)):
            raise ValueError(f"a key can be guessed; {REMEDY}")
        return value


def keys_of(secret: SecretStr) -> list[str]:
    """The signing keys of a comma-separated setting."""
    return [key for key in secret.get_secret_value().split(",") if key]
