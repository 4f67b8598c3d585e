"""The AsyncAPI document and the channel are the same thing said twice."""

from __future__ import annotations

import json
import re
from importlib import metadata
from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator

from lobby.channel.asyncapi import document as written
from lobby.channel.close_codes import Close
from lobby.channel.commands import COMMANDS
from protocol import channel as words
from protocol import frames
from protocol.queries import QUERIES, PeopleFilter, SessionFilter
from tests.channel.good_commands import NAMES, name_of
from tests.support.checked_clients import AsyncApi
from tests.support.repository import ROOT

DOCUMENT = (ROOT / "docs" / "the-channel.md").read_text()
SENT = {name_of(frame) for frame in get_args(frames.Frames)}
COMMAND_NAMES = {"hello", *NAMES}


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As it goes over the wire."""
    said: dict[str, Any] = json.loads(json.dumps(written(version=metadata.version("lobby"))))
    return said


def references(value: object) -> list[str]:
    match value:
        case {"$ref": str(target)}:
            return [target]
        case dict():
            return [target for inner in value.values() for target in references(inner)]
        case list():
            return [target for inner in value for target in references(inner)]
    return []


def test_every_command_and_every_frame_is_in_it_and_no_other(document: dict[str, Any]) -> None:
    spoken = {*COMMAND_NAMES, *SENT, "batch"}
    replies = {f"{name}.reply" for name in COMMAND_NAMES}
    assert set(document["components"]["messages"]) == spoken | replies
    assert set(document["channels"]["live"]["messages"]) == spoken | replies
    assert set(document["operations"]) == spoken


def test_every_command_that_can_be_decoded_is_answered_by_someone() -> None:
    assert {*COMMANDS, words.Hello} == set(get_args(words.Commands))


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = references(document)
    assert len(found) > 100
    for reference in found:
        here: Any = document
        for key in reference.removeprefix("#/").split("/"):
            here = here[key]


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("command", COMMANDS, ids=name_of)
def test_a_command_says_what_it_needs(
    command: type[words.Command], document: dict[str, Any]
) -> None:
    said = document["operations"][name_of(command)]
    _, needs = COMMANDS[command]
    assert said["action"] == "receive"
    assert said["x-needs"]["own"] == sorted(needs.own)
    assert said["x-needs"].get("role") == (needs.role and str(needs.role))


def test_every_topic_that_clients_are_told_of_is_in_it_and_no_other(
    document: dict[str, Any],
) -> None:
    table = DOCUMENT[DOCUMENT.index("| topic | kind |") :].partition("\n\n")[0]
    told = {
        (name.split(":")[0], ":" in name, kind)
        for name, kind in re.findall(r"^\| `([\w:<>]+)`[^|]*\| (\w+) \|", table, re.MULTILINE)
    }
    listed = {"sessions:{key}", "people:{key}"}  # asked for as `sessions` and `people`
    said = {
        (name.split(":")[0], ":" in name, about["kind"])
        for name, about in document["x-topics"].items()
        if name not in listed
    }
    assert told - {("people", False, "document")} == said
    assert listed < document["x-topics"].keys()


def test_a_list_that_is_asked_says_which_questions_it_takes(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    for topic, model in QUERIES.items():
        asked = document["x-topics"][f"{topic}:{{key}}"]["asked"]
        assert asked["topic"] == topic
        question = schemas[asked["question"]["$ref"].rpartition("/")[2]]
        assert question["properties"].keys() == model.model_fields.keys()
    for filter in (SessionFilter, PeopleFilter):
        wire = {field.alias or key for key, field in filter.model_fields.items()}
        assert schemas[filter.__name__]["properties"].keys() == wire


def test_every_way_to_be_closed_is_named(document: dict[str, Any]) -> None:
    assert set(document["x-close-codes"]) == {str(int(code)) for code in Close}


def test_a_frame_that_is_not_as_described_is_noticed(document: dict[str, Any]) -> None:
    """The recorder finds what it is there to find."""
    recorder = AsyncApi(document)
    person = {"status": "online", "since": 1.0}
    state = {"type": "state", "topic": "presence", "epoch": "e", "version": 1}
    reply = {"type": "reply", "re": "1", "result": {"cursor": 1}}
    assert not recorder.wrong_in({**state, "state": {"a": person}})
    assert recorder.wrong_in({**state, "state": {"a": {**person, "status": "asleep"}}})
    assert recorder.wrong_in({**state, "state": {}, "version": "1"})
    assert recorder.wrong_in({"type": "nonsense"})
    assert not recorder.wrong_in(reply, "session.say")
    assert recorder.wrong_in(reply, "session.join")
    no = {"type": "refusal", "re": "1", "code": "session_full", "message": ""}
    assert recorder.wrong_in({**no, "code": "because"})
    assert not recorder.wrong_in(no, "session.join")
    assert recorder.wrong_in(no, "session.say")
    session = {**state, "topic": "session:1", "state": {"id": "1"}}
    assert recorder.wrong_in({**session, "view": "inside"})
