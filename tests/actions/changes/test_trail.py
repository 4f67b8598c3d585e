"""Each change of a session stands in the trail of whom it concerns; each departure once."""

from __future__ import annotations

from typing import Any

import pytest

from lobby.actions.accounts import trail
from lobby.actions.changes.trail import KICKED
from lobby.actions.sessions import invitations, members
from lobby.actions.timers import expiry
from lobby.caller import Caller, calling
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.domain.reasons import Reason
from lobby.domain.trail import GONE
from protocol import topics
from tests.actions.changes.test_change_reasons import WAYS
from tests.support.lobby import LocalLobby, leading


async def entries(local: LocalLobby, who: Actor) -> list[dict[str, Any]]:
    return await trail.read(local.lobby, SYSTEM, account=who.uuid)


async def departures(local: LocalLobby, who: Actor) -> list[dict[str, Any]]:
    about = [one for one in await entries(local, who) if "target" not in one]
    return [one for one in about if one["what"] in (GONE, KICKED)]


@pytest.mark.parametrize("reason", [one for one in WAYS if one is not Reason.ACCOUNT_DELETED])
async def test_a_departure_is_one_entry_with_its_reason(local: LocalLobby, reason: Reason) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await WAYS[reason](local, session, host, guest)
    (entry,) = await departures(local, guest)
    assert (entry["reason"], entry["session"]) == (reason, str(session.id))


async def test_coming_in_is_an_entry_and_being_invited_another(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    await invitations.invite(local.lobby, leading(host), id=session.id, player=guest.uuid)
    await local.join(session, guest)
    whats = [(one["what"], one.get("by")) for one in await entries(local, guest)]
    assert whats == [("invited", host.uuid), ("joined", None)]


async def test_who_comes_by_when_a_seat_lapses_has_not_done_it(local: LocalLobby) -> None:
    host, late, guest = await local.person(), await local.person(), await local.person()
    session = await local.open_session(host)
    await invitations.invite(local.lobby, leading(host), id=session.id, player=late.uuid)
    local.clock.advance(local.lobby.settings.invite_seconds)
    with calling(Caller("channel", actor=guest.uuid)):
        await local.join(session, guest)
    await expiry.free_expired_seats(local.lobby)
    (entry,) = await departures(local, late)
    assert (entry["reason"], entry["by"]) == ("lapsed", "system")


async def test_who_is_put_out_by_the_second_look_has_not_done_it(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    now = local.lobby.now()
    await local.lobby.accounts.change(host.uuid, lambda one: one.host.ban(guest.uuid, now=now))
    with calling(Caller("channel", actor=guest.uuid)), pytest.raises(SessionNotFound):
        await members.complete_join(local.lobby, Permit(guest), id=session.id)
    (entry,) = await departures(local, guest)
    assert (entry["reason"], entry["by"]) == ("banned", "system")
    lines = await local.entries(topics.session_events(session.id))
    (gone,) = [one for one in lines if one["code"] == "player_left"]
    assert (gone.get("source"), gone["target"], gone["reason"]) == (None, guest.uuid, "banned")


async def test_words_that_were_said_stand_beside_the_reason(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await members.leave(local.lobby, Permit(guest), id=session.id, said="tired")
    (entry,) = await departures(local, guest)
    assert (entry["reason"], entry["said"]) == ("left", "tired")
