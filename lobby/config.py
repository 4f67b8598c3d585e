"""Configuration: settings, read once from the environment: `LOBBY_` and the name in capitals."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from lobby.settings.durations import DurationSettings
from lobby.settings.limits import LimitSettings
from lobby.settings.login import SHORTEST_KEY, LoginSettings, keys_of
from lobby.settings.network import NetworkSettings
from lobby.settings.server_status import StatusSettings
from lobby.settings.stores import StoreSettings
from lobby.settings.visibility import VisibilitySettings

__all__ = ["SHORTEST_KEY", "Settings", "complaints", "keys_of", "unknown"]


class Settings(
    StoreSettings,
    NetworkSettings,
    LoginSettings,
    LimitSettings,
    StatusSettings,
    VisibilitySettings,
    DurationSettings,
    BaseSettings,
):
    """All settings, by group in `lobby.settings`."""

    model_config = SettingsConfigDict(env_prefix="LOBBY_", extra="ignore", frozen=True)

    @property
    def embedded(self) -> bool:
        """Whether there is no Redis: one process, live state in memory."""
        return self.redis_url == "memory:"

    @property
    def alone(self) -> bool:
        """Whether no second process can open the store while this one has it."""
        return self.embedded or self.database_url.startswith("sqlite:")

    @property
    def url(self) -> str:
        """The URL that clients use. Without `public_url`, one that works on this machine."""
        host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(self.host, self.host)  # noqa: S104  # to call
        shown = f"[{host}]" if ":" in host else host
        return self.public_url.rstrip("/") or f"http://{shown}:{self.port}"

    @property
    def channel_url(self) -> str:
        """The WebSocket URL of the live channel."""
        return "ws" + self.url.removeprefix("http") + "/ws"


def unknown(names: Iterable[str]) -> list[str]:
    """Variables that look like settings and are none: mistyped ones would be ignored silently."""
    known = {f"LOBBY_{name.upper()}" for name in Settings.model_fields}
    return sorted(n for n in names if n.upper().startswith("LOBBY_") and n.upper() not in known)


def complaints(error: ValidationError) -> list[str]:
    """One line for each invalid setting, with its variable and never its value."""
    return [
        f"LOBBY_{'_'.join(str(part) for part in problem['loc'][:1]).upper()}: "
        + problem["msg"].removeprefix("Value error, ")
        for problem in error.errors(include_input=False, include_url=False)
    ]
