"""Sessions that are listed where everybody looks: putting them there, and looking."""

from __future__ import annotations

from lobby.actions import telling
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.domain.session_errors import BrowserNotAllowed, BrowserNotFound
from lobby.domain.sessions import Session

FIRST = 0
"""The cursor that begins at the oldest, and that says there are no more."""


async def page(
    lobby: Lobby, *, session_type: str, region: str | None, cursor: int, size: int
) -> tuple[list[Session], int]:
    """Those listed of this type, oldest first, full ones included, from the session that was made
    as number `cursor` on; and the cursor of the next page."""
    if not _offered(lobby, session_type, region):
        return [], FIRST
    kind = session_type if region is None else f"{session_type}:{region}"
    after = f"{cursor - 1:012}" if cursor > FIRST else ""
    found = await lobby.sessions.ranked(f"listed:{kind}", after=after, limit=size + 1)
    return found[:size], found[size].sequence if len(found) > size else FIRST


async def show(
    lobby: Lobby, permit: Permit, *, id: int, custom_data: dict[str, str], refresh_ttl: bool
) -> dict[str, str]:
    """List the session, or say otherwise what is said of it there. Whether sessions of its type
    are listed is the game's to say: nobody stands above that."""

    def decide(session: Session) -> None:
        session.require(permit)
        template = lobby.catalogue.by_session_type.get(session.template)
        may = template is not None and template.can_be_added_to_server_browser
        if session.listing is None and not may:
            raise BrowserNotAllowed
        session.listing = custom_data

    await telling.alter(
        lobby, id, decide, by=permit.actor, wanted=refresh_ttl, outright=permit.outright
    )
    return custom_data


async def edit(
    lobby: Lobby, permit: Permit, *, id: int, custom_data: dict[str, str] | None
) -> dict[str, str]:
    """What is said of it now; what is None stays."""

    def decide(session: Session) -> None:
        session.require(permit)
        if session.listing is None:
            raise BrowserNotFound
        if custom_data is not None:
            session.listing = custom_data

    session = await telling.alter(lobby, id, decide, by=permit.actor)
    return session.listing or {}


async def hide(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """Whether or not it was listed."""

    def decide(session: Session) -> None:
        session.require(permit)
        session.listing = None

    await telling.alter(lobby, id, decide, by=permit.actor)


def _offered(lobby: Lobby, session_type: str, region: str | None) -> bool:
    """Only what the game has: names of others could be read as something else."""
    regions = {one.region_id for one in lobby.catalogue.regions}
    return session_type in lobby.catalogue.by_session_type and region in {None, *regions}
