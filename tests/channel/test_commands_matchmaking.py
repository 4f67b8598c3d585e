"""Waiting for a match on the channel alone: entering a queue, seeing why one waits, being ready."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from lobby.actions.instances import allocations, instances
from lobby.domain.accounts import Account
from lobby.domain.sessions.instances import InstanceReport, JoinStatus
from lobby.operator import commands
from protocol.codec import encode
from tests.support.callers import ApiCallers
from tests.support.channel_client import Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.matchmaking import GAME, SERVER, THERE
from tests.support.server_thread import serving
from tests.support.waiting import TIMEOUT

HOSTED = """
[[templates]]
session_type = "hosted"
can_join_matchmaking = true
"""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ApiCallers]:
    file = tmp_path_factory.mktemp("game") / "game.toml"
    file.write_text(GAME.replace("ticket_timeout_s", "tick_ms = 100\nticket_timeout_s") + HOSTED)
    with serving(catalogue=str(file)) as served:
        yield ApiCallers(served)


class Waiting:
    """A host and their socket; `ticket` is what they wait with."""

    def __init__(self, account: Account, channel: RecordedChannel) -> None:
        self.account, self.channel = account, channel
        self.session = self.ticket = ""

    @property
    def topic(self) -> str:
        return f"queue:{self.ticket}"

    @property
    def state(self) -> dict[str, Any]:
        return self.channel.states[self.topic]

    async def sees(self, state: str) -> None:
        await self.channel.until(lambda: self.state["state"] == state)

    async def hears_the_end(self, code: str) -> None:
        await self.channel.until(lambda: self.channel.ended[self.topic] == code)

    async def join(self, queue: str, **said: Any) -> None:
        self.session = (await self.channel.command("session.launch"))["session"]["id"]
        joined = await self.channel.command("queue.join", session=self.session, queue=queue, **said)
        self.ticket = joined["ticket"]
        await self.channel.watch(self.topic)


async def newcomer(people: ApiCallers) -> Waiting:
    account = people.host()
    token = people.token(account)
    return Waiting(account, await RecordedChannel.connect(people.served.url, token))


async def test_who_waits_sees_why(people: ApiCallers) -> None:
    one = await newcomer(people)
    async with one.channel:
        await one.join("pairs")
        assert (one.state["state"], one.state["queue"]) == ("waiting", "pairs")
        assert one.state["players"] == [one.account.uuid]
        waits = one.state["waits"]["pairs"]
        assert (waits["players"], waits["least"], waits["full"]) == (1, 4, 4)
        assert (waits["binding"], waits["next_look"]) == ([], 0.1)
        asked = {"command": "match explain", "ticket": one.ticket}
        said = await console_says(people, asked)
        assert said["result"]["waits"]["pairs"]["excluded"] == waits["excluded"]
        await one.channel.command("queue.leave", session=one.session)
        await one.hears_the_end("queue_left")
        assert (await console_says(people, asked))["refused"]["code"] == "ticket_not_found"


async def test_who_does_not_want_to_come_late_says_so(people: ApiCallers) -> None:
    one = await newcomer(people)
    async with one.channel:
        for said, kept in (({}, True), ({"backfill": False}, False)):
            await one.join("pairs", **said)
            served = people.served
            assert served.do(served.lobby.tickets.get(one.ticket)).backfill is kept
            await one.channel.command("session.close", session=one.session)


async def test_one_waits_in_several_queues(people: ApiCallers) -> None:
    one = await newcomer(people)
    async with one.channel:
        session = (await one.channel.command("session.launch"))["session"]["id"]
        queues = ["pairs", "hosted"]
        said = await one.channel.command("queue.join", session=session, queues=queues, waited=9)
        ticket = said["ticket"]
        assert said == {"ticket": ticket, "queues": queues, "profiles": queues, "waited": 0}
        await one.channel.watch(f"queue:{ticket}")
        state = one.channel.states[f"queue:{ticket}"]
        assert (state["queue"], state["queues"], {*state["waits"]}) == (
            "pairs",
            queues,
            {*queues},
        )
        await one.channel.command("queue.leave", session=session)
        wrong: list[dict[str, Any]] = [{}, {"queue": "pairs", "queues": queues}]
        for both in wrong:
            with pytest.raises(Refused) as refused:
                await one.channel.command("queue.join", session=session, **both)
            assert refused.value.code == "malformed"


async def console_says(people: ApiCallers, said: dict[str, str]) -> Any:
    return json.loads(people.served.do(commands.answer(people.served.lobby, encode(said))))


async def test_nobody_else_sees_it(people: ApiCallers) -> None:
    one, other = await newcomer(people), await newcomer(people)
    async with one.channel, other.channel:
        await one.join("pairs")
        with pytest.raises(Refused) as refused:
            await other.channel.watch(one.topic)
        assert refused.value.code == "ticket_not_found"


async def test_players_are_asked_and_meet_when_they_are_ready(people: ApiCallers) -> None:
    one, other = await newcomer(people), await newcomer(people)
    async with one.channel, other.channel:
        await one.channel.watch("inbox")
        # 1. A match is found: both see it, and one is told in their inbox.
        await one.join("asked")
        await other.join("asked")
        for each in (one, other):
            await each.sees("offered")
        await one.channel.until(lambda: kinds(one.channel)[-1:] == ["session_match_found"])
        told = list(one.channel.entries["inbox"].values())[-1]
        assert (told["session"], told["about"]) == (one.session, one.topic)
        assert (one.state["offer"]["ready"], one.state["offer"]["players"]) == (0, 2)
        # 2. Both are ready, and see that each is.
        await one.channel.command("queue.accept", ticket=one.ticket)
        await other.channel.until(lambda: other.state["offer"]["ready"] == 1)
        await other.channel.command("queue.accept", ticket=other.ticket)
        await one.sees("matched")
        # 3. A game server takes it: they are invited, and wait no more.
        session = await serve(people)
        for each in (one, other):
            await each.hears_the_end("match_found")
        await one.channel.until(lambda: "session_invited" in kinds(one.channel))
        joined = await one.channel.command("session.join", session=session)
        assert joined["session"]["created_by_matchmaking"] is True


def kinds(channel: RecordedChannel) -> list[str]:
    return [entry["kind"] for _, entry in sorted(channel.entries.get("inbox", {}).items())]


async def serve(people: ApiCallers) -> str:
    """A game server that asks for work until there is some."""
    lobby, do = people.served.lobby, people.served.do
    offer = allocations.Offer("host-1", "203.0.113.7", 7777, [])
    async with asyncio.timeout(TIMEOUT):
        while True:
            (host,) = do(allocations.register(lobby, SERVER, offers=[offer]))
            assert not isinstance(host, Exception)
            if host.session is not None:
                break
            await asyncio.sleep(0.02)
    said = InstanceReport(allocation=host.allocation, status=JoinStatus.JOINABLE, join=THERE)
    do(instances.report(lobby, SERVER, id=host.session, report=said))
    return str(host.session)


async def test_who_declines_waits_no_more_and_the_other_does(people: ApiCallers) -> None:
    one, other = await newcomer(people), await newcomer(people)
    async with one.channel, other.channel:
        await one.join("asked")
        await other.join("asked")
        await one.sees("offered")
        await other.channel.command("queue.decline", ticket=other.ticket)
        await other.hears_the_end("match_declined")
        await one.sees("waiting")
        assert "offer" not in one.state
        await one.channel.command("queue.leave", session=one.session)
