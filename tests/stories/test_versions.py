"""Client and server of different versions: an older client is told what it was told then, and a
newer one is refused by name what is not known here, and goes on."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from tests.support.channel_client import Client, Frame, Refused
from tests.support.people import new_host, new_user
from tests.support.repository import ROOT
from tests.support.server_thread import Served, serving
from tests.support.waiting import until

RECORDED = (ROOT / "tests" / "data" / "channel-2026-11-21.txt").read_text().splitlines()
"""What two clients of the first version said and heard: `H`, a host, and `G`, without a name."""
TOKEN = "eyJhbGciOi…"
KNOWN_WITH_MORE = {
    "type": "watch",
    "topic": "sessions",
    "known": {"epoch": "e", "version": 1, "at": 2},
}
GENERATED = re.compile(r"[0-9a-f-]{36}|[0-9a-f]{16,64}|[0-9]{12,}|eyJ.*")
"""What is another text each time: uuids, epochs, keys, ids of sessions, tokens."""


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(hosted_teams=1, hosted_seats_per_team=2) as served:
        yield served


class Replay:
    """Says again what was said then; what is generated is learned from the answers."""

    def __init__(self, **clients: Client) -> None:
        self.clients = clients
        self.learned: dict[Any, Any] = {}
        self._heard: dict[str, list[Frame]] = {name: [] for name in clients}

    async def say(self, who: str, text: str) -> None:
        for then, now in self.learned.items():
            text = text.replace(str(then), str(now))
        await self.clients[who].socket.send(text)

    async def hear(self, who: str, recorded: Frame) -> None:
        """A frame as it was then, and what else there may be in it by now."""
        names = [name for name in ("type", "re", "topic") if name in recorded]
        wanted = [self._now(recorded[name]) for name in names]

        heard, client = self._heard[who], self.clients[who]

        def found() -> list[Frame]:
            # A reply and news of a topic come in any order.
            new = [one for one in client.frames if not any(one is old for old in heard)]
            return [one for one in new if [one.get(name) for name in names] == wanted]

        frame = (await until(found, story=lambda: (recorded, client.frames[-3:])))[0]
        heard.append(frame)
        self.compare(recorded, frame, where=str(names))

    def _now(self, word: str) -> str:
        """`chat:<id>` as it is called now."""
        kind, colon, subject = word.partition(":")
        return f"{kind}{colon}{self.learned.get(subject, subject)}"

    def compare(self, then: Any, now: Any, *, where: str) -> None:
        assert type(then) is type(now), (where, then, now)
        if isinstance(then, dict):
            for key, value in then.items():
                here = key if key in now else self.learned.get(key, key)
                if here not in now and GENERATED.fullmatch(key):
                    [here] = self.learned[key] = list(now)
                assert here in now, (where, key)
                if key not in ("message", "topic"):
                    self.compare(value, now[here], where=f"{where}.{key}")
        elif isinstance(then, str | int) and GENERATED.fullmatch(str(then)):
            assert self.learned.setdefault(then, now) == now, (where, then, now)
        elif not isinstance(then, float):
            assert then == now, where


async def test_a_recorded_client_of_the_first_version_is_told_what_it_was_told_then(
    served: Served,
) -> None:
    host = await new_host(served.url)
    async with (
        await Client.connect(served.url, hello=False) as hosting,
        await Client.connect(served.url, hello=False) as guest,
    ):
        replay = Replay(H=hosting, G=guest)
        replay.learned[TOKEN] = host.token
        for line in RECORDED:
            who, way, text = line.split(" ", 2)
            if way == ">":
                await replay.say(who, text)
            else:
                await replay.hear(who, json.loads(text))
            if '"g-1"' in line:
                replay.learned.pop(TOKEN, None)  # the guest's is another one
        assert hosting.violations == guest.violations == []
        assert hosting.closed is guest.closed is None


@pytest.fixture
async def newer(served: Served) -> AsyncIterator[Client]:
    player = await new_user(served.url)
    async with await player.connect() as client:
        yield client
        # Whatever was refused: the connection serves on.
        assert await client.command("ping")
        assert client.closed is None


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ({"type": "session.teleport", "where": "home"}, "malformed"),
        ({"type": "watch", "topic": "sessions", "quality": "high"}, "malformed"),
        (KNOWN_WITH_MORE, "malformed"),
        ({"type": "watch", "topic": "galaxies"}, "topic_not_found"),
        ({"type": "watch", "topic": "galaxies:7"}, "topic_not_found"),
        ({"type": "presence.set", "status": "asleep"}, "malformed"),
        ({"type": "hello", "anonymous": False, "device": "visor"}, "malformed"),
    ],
    ids=["type", "field", "inner field", "topic", "kind of topic", "value", "field of hello"],
)
async def test_what_a_newer_client_says_is_refused_by_name_and_nothing_is_closed(
    newer: Client, command: Frame, code: str
) -> None:
    with pytest.raises(Refused) as refused:
        await newer.command(id="newer", **command)
    assert refused.value.code == code
    # The refusal goes by the id of the command, and another one with it is not "used".
    assert [f["re"] for f in newer.frames if f["type"] == "refusal"] == ["newer"]


async def test_what_surrounds_a_command_that_is_not_known_is_done(newer: Client) -> None:
    status: Frame = {"type": "presence.set", "status": "busy"}
    for n, said in enumerate([status, {"type": "session.teleport"}, status | {"until": 5}, status]):
        await newer.say(said | {"id": f"n-{n}"})

    def told() -> dict[str, str]:
        answers = [frame for frame in newer.frames if str(frame.get("re")).startswith("n-")]
        return {frame["re"]: frame["type"] for frame in answers}

    await newer.until(lambda: len(told()) == 4)
    assert told() == {"n-0": "reply", "n-1": "refusal", "n-2": "refusal", "n-3": "reply"}


async def test_of_several_versions_that_are_offered_the_one_that_is_spoken_is_taken(
    served: Served,
) -> None:
    url = Client(served.url).url
    offered = [Subprotocol("lobby.v2"), Subprotocol("lobby.v1")]
    async with connect(url, subprotocols=offered, proxy=None) as socket:
        assert socket.subprotocol == "lobby.v1"
    with pytest.raises(InvalidStatus) as refused:
        await connect(url, subprotocols=offered[:1], proxy=None)
    assert refused.value.response.status_code == 400
    assert b"lobby.v1" in (refused.value.response.body or b"")
