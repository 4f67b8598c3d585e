"""Server status: this lobby's own, or that of a Minecraft server."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from itertools import islice
from pathlib import Path
from typing import Any

from lobby.actions import people
from lobby.actions.changes import visibility
from lobby.context import Lobby
from lobby.domain.errors import AccountNotFound, Unacceptable
from lobby.domain.permissions import Permit
from lobby.identity.icons import PREFIX
from lobby.identity.name_rules import key
from lobby.integrations import minecraft, motd
from protocol import topics

SAMPLE = 12
"""Players that the status of the server names."""
NAMELESS = "NONAME"
CHANNEL_PROTOCOL = 1


@dataclass(frozen=True)
class ServerStatus:
    """`sample`: some of those online, by nickname and login (None without one)."""

    version_name: str
    version_protocol: int
    online: int
    max: int
    sample: list[tuple[str, str | None]]
    motd: motd.MessageOfTheDay
    address: str | None
    favicon: str | None


async def status(lobby: Lobby, permit: Permit) -> ServerStatus:
    """As the caller may see it: nobody is named who is not shown to them."""
    if lobby.minecraft is not None:
        return await _minecraft_status(lobby, await lobby.minecraft.status())
    settings, listed = lobby.settings, await people.roster_is_open(lobby)
    named = await present(lobby) if listed else {}
    return ServerStatus(
        version_name=settings.version_name or f"lobby {metadata.version('lobby')}",
        version_protocol=CHANNEL_PROTOCOL,
        online=len(named) if listed else (await people.counts(lobby))["online"],
        max=settings.max_players or settings.connections,
        sample=[
            await _shown(lobby, who, person) for who, person in await _some(lobby, permit, named)
        ],
        motd=motd.message(settings.motd),
        address=settings.address or None,
        favicon=_favicon(settings.favicon),
    )


async def present(lobby: Lobby) -> dict[str, Any]:
    """Who is online, from the hub's own copy of presence: no database and no Redis is read. For a
    roster that is open to everybody alone, and not too large."""
    await lobby.hub.open(topics.PRESENCE)
    return lobby.hub.current(topics.PRESENCE)


async def _some(
    lobby: Lobby, permit: Permit, named: dict[str, Any]
) -> list[tuple[str, dict[str, Any]]]:
    """Some of them, but for those who have banned the caller."""
    caller = permit.actor.uuid
    banned_by = await visibility.banned_by(lobby.accounts, caller) if caller and named else ()
    return list(islice(((w, p) for w, p in named.items() if w not in banned_by), SAMPLE))


async def _minecraft_status(lobby: Lobby, seen: minecraft.MinecraftStatus | None) -> ServerStatus:
    """The Minecraft server's status; an empty one while it does not answer."""
    if seen is None:
        nothing = motd.message("")
        return ServerStatus("", 0, 0, 0, [], nothing, lobby.settings.minecraft_address, None)
    return ServerStatus(
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
        login = (await lobby.account_cache.get(account)).login
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
