"""How the server looks from outside: this lobby's own face, or a Minecraft server's."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path
from typing import Any

from lobby import minecraft
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, Unacceptable
from lobby.icons import PREFIX
from lobby.names import key
from protocol import topics

SAMPLE = 12
NAMELESS = "NONAME"
CHANNEL_PROTOCOL = 1


@dataclass(frozen=True)
class Status:
    """`sample`: some who are online, by nickname and, where they have one, login."""

    version_name: str
    version_protocol: int
    online: int
    max: int
    sample: list[tuple[str, str | None]]
    motd: minecraft.Message
    address: str | None
    favicon: str | None


async def status(lobby: Lobby) -> Status:
    if lobby.minecraft is not None:
        return await _theirs(lobby, await lobby.minecraft.status())
    settings, people = lobby.settings, await present(lobby)
    return Status(
        version_name=settings.version_name or f"lobby {metadata.version('lobby')}",
        version_protocol=CHANNEL_PROTOCOL,
        online=len(people),
        max=settings.max_players or settings.connections,
        sample=[await _shown(lobby, who, people[who]) for who in list(people)[:SAMPLE]],
        motd=minecraft.message(settings.motd),
        address=settings.address or None,
        favicon=_favicon(settings.favicon),
    )


async def present(lobby: Lobby) -> dict[str, Any]:
    """Who is online, as everybody who watches presence sees it: no database, no Redis is asked."""
    await lobby.hub.open(topics.PRESENCE)
    return lobby.hub.current(topics.PRESENCE)


async def _theirs(lobby: Lobby, seen: minecraft.Seen | None) -> Status:
    """What the server said; nothing and nobody while it says nothing."""
    if seen is None:
        nothing = minecraft.message("")
        return Status("", 0, 0, 0, [], nothing, lobby.settings.minecraft_address, None)
    return Status(
        version_name=seen.version_name,
        version_protocol=seen.version_protocol,
        online=seen.online,
        max=seen.max,
        sample=[(name, await _login(lobby, name)) for name in seen.sample],
        motd=seen.motd,
        address=lobby.settings.minecraft_address,
        favicon=seen.favicon,
    )


async def _shown(lobby: Lobby, account: str, person: dict[str, Any]) -> tuple[str, str | None]:
    try:
        login = (await lobby.standings.get(account)).login
    except AccountNotFound:
        login = None
    return person.get("nickname") or person.get("name") or NAMELESS, login


async def _login(lobby: Lobby, nickname: str) -> str | None:
    """Whose nickname it is, if anybody's."""
    try:
        return (await lobby.accounts.claimed("nickname", key(nickname))).login
    except (AccountNotFound, Unacceptable):
        return None


@lru_cache(maxsize=4)
def _favicon(path: str) -> str | None:
    return PREFIX + base64.b64encode(Path(path).read_bytes()).decode() if path else None
