"""Why somebody is gone: in the session's log and in their inbox, however they went."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from lobby import expiring_keys
from lobby.actions.accounts import accounts, hosts
from lobby.actions.sessions import exclusions, invitations, lifecycle, members
from lobby.actions.timers import expiry, presence
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.session import Session
from tests.support.lobby import LocalLobby, leading

Way = Callable[[LocalLobby, Session, Actor, Actor], Awaitable[object]]
"""Of a session, its host and a guest."""

GONE = {"player_left", "player_kicked", "invite_declined", "invite_expired", "session_deleted"}


async def leaves(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await members.leave(local.lobby, Permit(guest), id=session.id, said=" I am  tired ")


async def is_kicked(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await exclusions.kick(
        local.lobby,
        leading(host),
        id=session.id,
        player=guest.uuid,
        said="afk",
    )


async def is_banned(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await hosts.ban(local.lobby, Permit(host), host=host.uuid, guest=guest.uuid)


async def is_not_there(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await gone(local, guest)


async def is_deleted(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await accounts.delete(local.lobby, SYSTEM, account=guest.uuid)


async def host_leaves(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await members.leave(local.lobby, Permit(host), id=session.id)


async def host_is_gone(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await gone(local, host)


async def gone(local: LocalLobby, account: Actor) -> None:
    """Their time is over."""
    local.clock.advance(local.lobby.settings.unattended_seconds + 1)
    await presence.release(local.lobby, account.uuid)


async def host_closes(local: LocalLobby, session: Session, host: Actor, guest: Actor) -> None:
    await lifecycle.close(local.lobby, leading(host), id=session.id, reason=Reason.CLOSED)


WAYS: dict[Reason, Way] = {
    Reason.LEFT: leaves,
    Reason.KICKED: is_kicked,
    Reason.BANNED: is_banned,
    Reason.UNATTENDED: is_not_there,
    Reason.HOST_LEFT: host_leaves,
    Reason.HOST_GONE: host_is_gone,
    Reason.ACCOUNT_DELETED: is_deleted,
    Reason.CLOSED: host_closes,
}


async def last_line(local: LocalLobby, session: Session) -> dict[str, Any]:
    lines = await local.entries(f"events:{session.id}")
    return [line for line in lines if line["code"] in GONE][-1]


@pytest.mark.parametrize("reason", WAYS)
async def test_the_log_says_why_somebody_went(local: LocalLobby, reason: Reason) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await WAYS[reason](local, session, host, guest)
    assert (await last_line(local, session))["reason"] == reason


TOLD = [one for one in WAYS if one not in (Reason.LEFT, Reason.UNATTENDED, Reason.ACCOUNT_DELETED)]


@pytest.mark.parametrize("reason", TOLD)
async def test_who_went_and_did_not_wish_it_reads_why(local: LocalLobby, reason: Reason) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await WAYS[reason](local, session, host, guest)
    assert (await local.entries(f"inbox:{guest.uuid}"))[-1]["reason"] == reason


async def test_what_somebody_says_is_kept_and_is_not_the_reason(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await leaves(local, session, host, guest)
    line = await last_line(local, session)
    assert (line["reason"], line["said"]) == ("left", "I am  tired")


async def test_a_deleted_account_keeps_no_seat_though_it_still_waits_for_its_notifications(
    local: LocalLobby,
) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    until = str(local.clock() + 30)
    await local.lobby.notes.put(expiring_keys.long_polling(guest.uuid), until, 30)
    await is_deleted(local, session, host, guest)
    assert not (await local.now(session)).seats.held_by(guest.uuid)
    assert (await last_line(local, session))["reason"] == "account_deleted"


async def test_who_sat_with_a_host_whose_account_is_deleted_reads_that_the_host_is_gone(
    local: LocalLobby,
) -> None:
    host, guest = await local.person(), await local.person()
    await local.join(await local.open_session(host), guest)
    await accounts.delete(local.lobby, SYSTEM, account=host.uuid)
    assert (await local.entries(f"inbox:{guest.uuid}"))[-1]["reason"] == "host_gone"


async def test_an_invitation_that_lapses_says_so(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    await invitations.invite(local.lobby, leading(host), id=session.id, player=guest.uuid)
    local.clock.advance(local.lobby.settings.invite_seconds)
    await expiry.free_expired_seats(local.lobby)
    assert (await last_line(local, session))["reason"] == "lapsed"
    assert (await local.entries(f"inbox:{guest.uuid}"))[-1]["reason"] == "lapsed"
