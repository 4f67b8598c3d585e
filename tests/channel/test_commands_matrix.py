"""Who may say what on the channel: every command, from everybody."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from websockets.exceptions import ConnectionClosed

from tests.channel.good_commands import NAMES, SAYING, say, set_up
from tests.support.callers import ACTORS, ApiCaller, ApiCallers
from tests.support.channel_client import Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.server_thread import serving

ANYBODY = "ok ok ok ok ok ok"
GUEST = "forbidden ok ok ok ok ok"
HOST = "forbidden forbidden ok ok ok ok"
LEADER = "forbidden forbidden ok ok forbidden forbidden"

MATRIX = {
    # nobody (who said hello without a token), anonymous, self user, self host, other, admin
    "refresh": GUEST,
    "watch": ANYBODY,
    "unwatch": ANYBODY,
    "ping": ANYBODY,
    "host.set": HOST,
    "host.befriend": HOST,
    "host.unfriend": HOST,
    "host.ban": HOST,
    "host.unban": HOST,
    "session.launch": HOST,
    "session.join": GUEST,
    "session.ask": GUEST,
    "session.leave": "forbidden not_seated ok ok not_seated not_seated",
    "session.kick": LEADER,
    "session.pardon": LEADER,
    "session.excluded": LEADER,
    "session.invite": LEADER,
    "session.update": LEADER,
    "session.code": LEADER,
    "session.move": LEADER,
    "session.swap": LEADER,
    "session.permit": LEADER,
    "session.push": GUEST,
    "session.say": LEADER,
    "session.signal": LEADER,
    "session.close": LEADER,
    "queue.join": f"forbidden forbidden {2 * 'queue_not_found '}forbidden forbidden",
    "queue.leave": f"forbidden forbidden {2 * 'not_in_queue '}forbidden forbidden",
    "queue.accept": "forbidden" + 5 * " ticket_not_found",
    "queue.decline": "forbidden" + 5 * " ticket_not_found",
    "presence.set": GUEST,
}
TURNED_AWAY = {"expired": 4003, "forged": 4500}
CUT_OFF = ("revoked", "deleted")
ADMITTED = [actor for actor in ACTORS if actor not in (*TURNED_AWAY, *CUT_OFF)]


@pytest.fixture(scope="module")
def people() -> Iterator[ApiCallers]:
    with serving(connections_per_account=1_000) as served:
        yield ApiCallers(served)


async def outcome(people: ApiCallers, person: ApiCaller, name: str) -> str:
    scene = set_up(people, person)
    fields = say(name, people, person, scene)
    async with await RecordedChannel.connect(people.served.url, person.token) as channel:
        try:
            await channel.command(name, **fields)
        except Refused as refused:
            return refused.code
    return "ok"


def test_every_command_has_its_line_in_the_matrix_and_can_be_said() -> None:
    assert set(MATRIX) == set(SAYING) == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
async def test_each_caller_gets_what_the_matrix_says(name: str, people: ApiCallers) -> None:
    got = {actor: await outcome(people, people.get(actor), name) for actor in ADMITTED}
    assert got == dict(zip(ADMITTED, MATRIX[name].split(), strict=True))


@pytest.mark.parametrize("name", NAMES)
async def test_nobody_is_heard_before_hello(name: str, people: ApiCallers) -> None:
    fields = say(name, people, people.get("nobody"), set_up(people, people.get("nobody")))
    async with await RecordedChannel.connect(people.served.url, hello=False) as channel:
        with pytest.raises(Refused) as refused:
            await channel.command(name, **fields)
    assert refused.value.code == "unauthenticated"


@pytest.mark.parametrize("actor", TURNED_AWAY)
async def test_a_worthless_token_ends_the_connection(actor: str, people: ApiCallers) -> None:
    person = people.get(actor)
    channel = await RecordedChannel.connect(people.served.url, person.token, hello=False)
    with pytest.raises(Refused):
        await channel.hello()
    assert await channel.until_closed() == TURNED_AWAY[actor]
    await channel.close()


@pytest.mark.parametrize("actor", CUT_OFF)
@pytest.mark.parametrize("name", NAMES)
async def test_no_command_outlives_its_token(actor: str, name: str, people: ApiCallers) -> None:
    person = people.get(actor)
    fields = say(name, people, person, set_up(people, person))
    channel = await RecordedChannel.connect(people.served.url, person.token)
    people.invalidate(person)
    with pytest.raises((Refused, ConnectionError, ConnectionClosed)):
        await channel.command(name, **fields)
    assert await channel.until_closed() == 4503
    await channel.close()


@pytest.mark.parametrize("actor", CUT_OFF)
async def test_nobody_comes_back_with_a_token_that_was_ended(
    actor: str, people: ApiCallers
) -> None:
    person = people.get(actor)
    people.invalidate(person)
    channel = await RecordedChannel.connect(people.served.url, person.token, hello=False)
    with pytest.raises(Refused) as refused:
        await channel.hello()
    assert refused.value.code == "token_revoked"
    assert await channel.until_closed() == 4503
    await channel.close()
