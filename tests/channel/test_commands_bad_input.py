"""Whatever is said on the channel: a refusal that blames the client, and nothing is changed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from lobby.channel.refusal_limit import MOST_ERRORS
from tests.channel.good_commands import NAMES, say, set_up
from tests.support.callers import ApiCaller, ApiCallers
from tests.support.channel_client import Frame
from tests.support.checked_clients import RecordedChannel, pointer
from tests.support.hostile_values import VALUES
from tests.support.server_thread import serving
from tests.support.store_contents import Kept, kept

TEXTS: dict[str, str] = {
    "nothing": "",
    "no JSON": "{",
    "null": "null",
    "a number": "1",
    "a list": "[]",
    "an empty object": "{}",
    "no type": '{"id": "1"}',
    "an unknown type": '{"type": "session.destroy", "id": "1"}',
    "a frame of ours": '{"type": "welcome", "id": "1", "re": "1", "result": {}}',
    "a list of commands": '[{"type": "ping", "id": "1"}]',
    "no id": '{"type": "ping"}',
    "an empty id": '{"type": "ping", "id": ""}',
    "a long id": '{"type": "ping", "id": "' + "x" * 65 + '"}',
    "a number as id": '{"type": "ping", "id": 1}',
    "an id with spaces": '{"type": "ping", "id": "a b"}',
    "an id with a line": '{"type": "ping", "id": "a\\n"}',
    "deep": "[" * 30_000 + "]" * 30_000,
    "deep object": '{"a":' * 10_000 + "1" + "}" * 10_000,
    "NaN": '{"type": "ping", "id": NaN}',
    "an endless integer": '{"type": "ping", "id": ' + "9" * 5_000 + "}",
    "half a surrogate": '{"type": "ping", "id": "\\ud800"}',
    "half a surrogate as a name": '{"type": "ping", "id": "1", "\\udc00": 1}',
    "NUL": '{"type": "ping", "id": "\\u0000"}',
    "a raw NUL": '{"type": "ping", "id": "1"}\0',
    "a byte order mark": '\ufeff{"type": "ping", "id": "1"}',
    "two objects": '{"type": "ping", "id": "1"}{"type": "ping", "id": "2"}',
    "twice the type": '{"type": "ping", "id": "1", "type": "nothing"}',
    "one field too many": '{"type": "ping", "id": "1", "admin": true}',
    "attributes without end": '{"type": "host.set", "id": "1", "attributes": '
    + '{"a":' * 17
    + "1"
    + "}" * 18,
    "attributes beyond numbers": '{"type": "host.set", "id": "1", "attributes": {"a": 1e400}}',
    "attributes of huge integers": '{"type": "host.set", "id": "1", "attributes": {"a": 1'
    + "0" * 30
    + "}}",
    "attributes with NUL": '{"type": "host.set", "id": "1", "attributes": {"a\\u0000": 1}}',
    "a version beyond numbers": '{"type": "watch", "id": "1", "topic": "presence", '
    '"known": {"epoch": "e", "version": 1' + "0" * 30 + "}}",
    "a cursor beyond numbers": '{"type": "watch", "id": "1", "topic": "inbox", "after": 1'
    + "0" * 30
    + "}",
    "a negative cursor": '{"type": "watch", "id": "1", "topic": "inbox", "after": -1}',
}
EXTRA = ("uuid", "admin", "actor", "permit", "version", "host_uuid", "kind", "repeatable")
NOBODY = "00000000-0000-4000-8000-000000000000"
FAULTS = ("internal_error", "unavailable")
A_CONNECTION = MOST_ERRORS // 2
"""Refusals of one connection, which is closed after more."""


@pytest.fixture(scope="module")
def people() -> Iterator[ApiCallers]:
    # Nobody is gone meanwhile: what is kept is compared.
    with serving(connections_per_account=1_000, grace_seconds=600) as served:
        yield ApiCallers(served)


@pytest.fixture
def person(people: ApiCallers) -> ApiCaller:
    return people.get("self host")


@pytest.fixture
async def channel(people: ApiCallers, person: ApiCaller) -> AsyncIterator[RecordedChannel]:
    async with await RecordedChannel.connect(people.served.url, person.token) as channel:
        yield channel


def keeps(people: ApiCallers) -> Kept:
    return people.served.do(kept(people.served.lobby))


async def hear(channel: RecordedChannel, text: str) -> Frame:
    """The answer to whatever that is. It comes in order, so it is the next one."""
    seen = len(answers(channel))
    await channel.socket.send(text)
    await channel.until(lambda: len(answers(channel)) > seen)
    return answers(channel)[seen]


def answers(channel: RecordedChannel) -> list[Frame]:
    return [frame for frame in channel.frames if frame["type"] in ("reply", "refusal")]


async def test_a_text_that_is_no_command_is_refused(
    channel: RecordedChannel, people: ApiCallers
) -> None:
    before = keeps(people)
    for name, text in TEXTS.items():
        frame = await hear(channel, text)
        assert (frame["type"], frame.get("code")) == ("refusal", "malformed"), (name, frame)
    assert keeps(people) == before


async def test_an_id_that_can_be_read_comes_back_in_the_refusal(channel: RecordedChannel) -> None:
    assert (await hear(channel, '{"id": "mine", "type": "nothing"}'))["re"] == "mine"
    assert (await hear(channel, '{"id": "mine"'))["re"] is None


@pytest.mark.parametrize("name", NAMES)
async def test_a_field_that_is_missing_or_one_too_many_is_refused(
    name: str, channel: RecordedChannel, people: ApiCallers, person: ApiCaller
) -> None:
    fields = say(name, people, person, set_up(people, person))
    before = keeps(people)
    for command in [
        *(without(fields, field) for field in required(name, channel)),
        *(fields | {extra: True} for extra in EXTRA),
    ]:
        frame = await hear(channel, json.dumps({"type": name, "id": "1", **command}))
        assert (frame["type"], frame.get("code")) == ("refusal", "malformed"), command
    assert keeps(people) == before


def required(name: str, channel: RecordedChannel) -> list[str]:
    always = set.intersection(*(set(way["required"]) for way in ways(name, channel)))
    return sorted(always - {"id", "type"})


def ways(name: str, channel: RecordedChannel) -> list[dict[str, Any]]:
    """The schemas of the command, one for each way to say it."""
    schemas = channel.document.content["components"]["schemas"]
    whole = schemas[title(name)]
    refs = [each["$ref"].rpartition("/")[2] for each in whole.get("oneOf", ())]
    return [schemas[ref] for ref in refs] or [whole]


def without_nulls(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}


def without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if key != name}


@pytest.mark.parametrize("name", NAMES)
async def test_what_the_document_does_not_allow_is_refused_and_changes_nothing(
    name: str, channel: RecordedChannel, people: ApiCallers, person: ApiCaller
) -> None:
    """And what it does allow, however odd, is no accident either. Null says that a field is absent:
    the document leaves it out, since nobody needs to say it."""
    fields = say(name, people, person, set_up(people, person))
    schema, document = pointer("components", "schemas", title(name)), channel.document
    commands = [
        (one, not document.complaints(without_nulls(one), schema))
        for one in odd(name, fields, channel)
    ]
    before = keeps(people)
    for command, frame in await heard(people, person, [one for one, fits in commands if not fits]):
        assert (frame["type"], frame.get("code")) == ("refusal", "malformed"), command
    assert keeps(people) == before
    for command, frame in await heard(people, person, [one for one, fits in commands if fits]):
        assert frame.get("code") not in FAULTS, command


async def heard(
    people: ApiCallers, person: ApiCaller, commands: list[Frame]
) -> list[tuple[Frame, Frame]]:
    """Each with its answer; no connection is refused so often that it is closed."""
    found = []
    for first in range(0, len(commands), A_CONNECTION):
        async with await RecordedChannel.connect(people.served.url, person.token) as channel:
            for command in commands[first : first + A_CONNECTION]:
                found.append((command, await hear(channel, json.dumps(command))))
    return found


def title(name: str) -> str:
    return "".join(part.capitalize() for part in name.split(".")) + "Command"


def odd(name: str, fields: dict[str, Any], channel: RecordedChannel) -> Iterator[dict[str, Any]]:
    """One strange value at a time, in each field that there is."""
    for field in sorted({field for way in ways(name, channel) for field in way["properties"]}):
        if field not in ("id", "type"):
            for n, value in enumerate(VALUES):
                yield {"type": name, "id": f"{field}-{n}", **fields, field: value}


@pytest.mark.parametrize("text", ["ding\a", " ", "\u202egnorw", "\u200b", "\ufffd", "\u3164"])
async def test_a_text_that_cannot_be_seen_is_refused_wherever_others_would_be_shown_it(
    text: str, channel: RecordedChannel, people: ApiCallers
) -> None:
    before, session = keeps(people), {"session": "1024"}
    for n, command in enumerate(
        [
            {"type": "session.launch", "name": text},
            {"type": "session.update", **session, "name": text},
            {"type": "session.say", **session, "text": text},
            {"type": "session.kick", **session, "guest": NOBODY, "message": text},
        ]
    ):
        frame = await hear(channel, json.dumps(command | {"id": f"text-{n}"}))
        assert (frame["type"], frame.get("code")) == ("refusal", "unacceptable"), command
    assert keeps(people) == before


async def test_a_message_of_a_megabyte_ends_the_connection(
    channel: RecordedChannel, people: ApiCallers
) -> None:
    before = keeps(people)
    await channel.socket.send('{"id": "' + "x" * 1_000_000 + '"}')
    assert await channel.until_closed() == 1009
    assert keeps(people) == before


async def test_a_command_that_is_too_large_is_refused_by_its_id(
    channel: RecordedChannel, people: ApiCallers
) -> None:
    """Whoever is cut off for it comes back, and says the same again for ever."""
    before = keeps(people)
    large = {"type": "session.say", "id": "large", "session": "1", "text": "x" * 70_000}
    refused = await hear(channel, json.dumps(large))
    assert (refused["re"], refused["code"]) == ("large", "too_large")
    assert (await hear(channel, '{"type": "ping", "id": "small"}'))["type"] == "reply"
    assert keeps(people) == before


async def test_bytes_end_the_connection(channel: RecordedChannel) -> None:
    await channel.socket.send(b'{"type": "ping", "id": "1"}')
    assert await channel.until_closed() == 1003


async def test_who_only_errs_is_sent_away(channel: RecordedChannel) -> None:
    for _ in range(100):
        await channel.socket.send("{}")
    assert await channel.until_closed() == 4008
