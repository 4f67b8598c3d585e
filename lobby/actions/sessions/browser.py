"""Session browser: list, edit and hide a session; pages of the listed ones."""

from __future__ import annotations

from lobby.actions.changes import change, visibility
from lobby.context import Lobby
from lobby.domain.permissions import Permit
from lobby.domain.sessions import listings
from lobby.domain.sessions.session import Session

READS_ANY = "session:read:any"
"""The grant of those from whom no session is hidden."""
FIRST = 0
"""The cursor of the first page; returned as next cursor, it means that there is none."""


async def page(
    lobby: Lobby, permit: Permit, *, session_type: str, region: str | None, cursor: int, size: int
) -> tuple[list[Session], int]:
    """Listed sessions of this type, oldest first, full ones included, without those that are hidden
    from the caller; and the cursor of the next page. A cursor is the sequence number of a
    session."""
    if not _offered(lobby, session_type, region):
        return [], FIRST
    kind = session_type if region is None else f"{session_type}:{region}"
    after = f"{cursor - 1:012}" if cursor > FIRST else ""
    banned_by = await _banned_by(lobby, permit)
    found: list[Session] = []
    while len(found) <= size:
        some = await lobby.sessions.ranked(f"listed:{kind}", after=after, limit=size + 1)
        found += [one for one in some if not visibility.hidden(one, permit.actor.uuid, banned_by)]
        if len(some) <= size:
            break
        after = f"{some[-1].sequence:012}"
    return found[:size], found[size].sequence if len(found) > size else FIRST


async def _banned_by(lobby: Lobby, permit: Permit) -> frozenset[str]:
    """Whose sessions are hidden from the caller; none from who may read any."""
    actor = permit.actor
    if not actor.uuid or actor.holds(READS_ANY):
        return frozenset()
    return await visibility.banned_by(lobby.accounts, actor.uuid)


async def show(
    lobby: Lobby, permit: Permit, *, id: int, custom_data: dict[str, str], refresh_ttl: bool
) -> dict[str, str]:
    """List the session, or replace its listing. The catalogue says whether its type is listed."""
    session = await visibility.find(lobby, permit, id=id)
    template = lobby.catalogue.by_session_type.get(session.template)
    allowed = template is not None and template.can_be_added_to_server_browser
    await change.alter(
        lobby,
        id,
        lambda session: listings.show(session, permit, custom_data, allowed=allowed),
        by=permit.actor,
        refresh_ttl=refresh_ttl,
        outright=permit.outright,
        known=session,
    )
    return custom_data


async def edit(
    lobby: Lobby, permit: Permit, *, id: int, custom_data: dict[str, str] | None
) -> dict[str, str]:
    """Replace the data of its listing, which are returned; None leaves them."""
    found = await visibility.find(lobby, permit, id=id)
    session = await change.alter(
        lobby,
        id,
        lambda session: listings.edit(session, permit, custom_data),
        by=permit.actor,
        known=found,
    )
    return session.listing or {}


async def hide(lobby: Lobby, permit: Permit, *, id: int) -> None:
    """Remove it from the browser; idempotent."""
    found = await visibility.find(lobby, permit, id=id)
    await change.alter(
        lobby, id, lambda session: listings.hide(session, permit), by=permit.actor, known=found
    )


def _offered(lobby: Lobby, session_type: str, region: str | None) -> bool:
    """Whether type and region are in the catalogue: an unknown name could form another label."""
    regions = {one.region_id for one in lobby.catalogue.regions}
    return session_type in lobby.catalogue.by_session_type and region in {None, *regions}
