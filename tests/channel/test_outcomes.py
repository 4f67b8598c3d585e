"""What commands answer is what the table of outcomes says: see also `RecordedChannel`, which holds
every answer of every test to it. Here: replies that name a version of the session.
"""

from __future__ import annotations

from typing import Any

import pytest

from lobby.channel.commands import COMMANDS
from lobby.channel.outcomes import GREETED, OUTCOMES, codes, refusals_of
from protocol import channel as words
from tests.support.callers import ApiCallers
from tests.support.channel_client import Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.server_thread import serving


def test_every_command_has_an_outcome_and_no_other() -> None:
    assert set(OUTCOMES) == {*COMMANDS, words.Hello}


def test_only_a_command_that_is_done_once_may_be_refused_for_its_id() -> None:
    assert "id_reused" in codes(refusals_of(words.SessionJoin))
    assert "id_reused" not in codes(refusals_of(words.PresenceSet))


def test_hello_is_not_refused_for_what_comes_after_it() -> None:
    assert not set(codes(refusals_of(words.Hello))) & {"forbidden", "session_not_found"}
    assert set(codes(GREETED)) <= set(codes(refusals_of(words.SessionClose)))


async def test_a_document_shows_what_was_done_once_it_has_the_version_of_the_reply() -> None:
    with serving() as served:
        people = ApiCallers(served)
        host, guest = people.get("self host"), people.get("other")
        async with (
            await RecordedChannel.connect(served.url, host.token) as leader,
            await RecordedChannel.connect(served.url, guest.token) as member,
        ):
            await leader.command("host.set", only_friends=False)
            launched = (await leader.command("session.launch"))["session"]
            topic, session = f"session:{launched['id']}", {"session": launched["id"]}
            await leader.watch(topic)
            await member.watch(topic)
            assert views(leader, topic) == ["inside"]
            assert views(member, topic) == ["outside"]

            async def shown(result: dict[str, Any]) -> dict[str, Any]:
                version = result.get("session", result)["version"]
                await leader.until(lambda: leader.known[topic]["version"] >= version)
                return leader.states[topic]

            joined = await member.command("session.join", **session)
            assert seats(await shown(joined)) == {leader.uuid, member.uuid}
            await member.until(lambda: views(member, topic)[-1:] == ["inside"])
            permits = {**session, "player": member.uuid, "permits": ["kick"]}
            permitted = await leader.command("session.permit", **permits)
            assert "kick" in str((await shown(permitted))["seats"])
            code = await leader.command("session.code", **session)
            assert (await shown(code))["code"] == code["code"]
            left = await member.command("session.leave", **session)
            assert seats(await shown(left)) == {leader.uuid}
            await member.until(lambda: views(member, topic)[-1:] == ["outside"])
            await shown(await leader.command("session.pardon", **session, guest=member.uuid))


def views(client: RecordedChannel, topic: str) -> list[str]:
    return [f["view"] for f in client.frames if f["type"] == "state" and f["topic"] == topic]


def seats(state: dict[str, Any]) -> set[str]:
    return {seat["player"] for seat in state["seats"].values() if "player" in seat}


async def test_a_spectator_is_told_that_they_are_one() -> None:
    with serving() as served:
        async with await RecordedChannel.connect(served.url) as spectator:
            for topic in ("session:1", "inbox", "friends"):
                with pytest.raises(Refused, match="spectators") as no:
                    await spectator.command("watch", topic=topic)
                assert no.value.code == "forbidden"
