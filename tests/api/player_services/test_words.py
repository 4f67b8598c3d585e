"""Every word of ours against the schema file's word of the same name, where that file lies beside
the tree; and what no schema can say: which texts are taken, and what is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import Enum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.json_schema import JsonSchemaMode

from protocol import player_services
from protocol.codec import Undecodable, decode, encode
from protocol.player_services.events import SessionEvent, SessionEventCreateRequest
from protocol.player_services.instances import InstanceInfoUpdate
from protocol.player_services.notifications import StreamQuery
from protocol.player_services.players import PlayerPath, PlayerSession, SessionPlayerUpdateRequest
from protocol.player_services.sessions import SessionUpdate
from protocol.player_services.types import Message
from tests.api.player_services import schema_file
from tests.api.player_services.schema_comparison import differences

LATER = "an optional field of a later version of that document, by its name there"
PERMITS = "what a member was given to do to others; absent where nothing, as it always was"
TEAM_DATA = "custom data of a team; absent where there are none, as they always were"
QUEUES = "a ticket may wait in several queues, and count what was waited before: 2026's words"
WAITING = ("passed_queue_time_seconds", "profile_ids", "queue_id", "queue_ids")
DELIBERATE: dict[str, dict[str, str]] = {
    "SessionPlayer": {".session_permissions: not theirs": PERMITS},
    "SessionTeam": {
        ".players.items.session_permissions: not theirs": PERMITS,
        ".custom_data: not theirs": TEAM_DATA,
    },
    "MatchmakingInfo": {f".{field}: not theirs": QUEUES for field in WAITING},
    "Session": {
        **{f".matchmaking.{field}: not theirs": QUEUES for field in WAITING},
        ".teams.items.players.items.session_permissions: not theirs": PERMITS,
        ".teams.items.custom_data: not theirs": TEAM_DATA,
        ".joinability: not theirs": LATER,
        ".short_code: not theirs": LATER,
        ".backfill: not theirs": "later clients begin to ask for players when they read it",
    },
    "QueueJoinRequest": {
        ".passed_queue_time_seconds: not theirs": QUEUES,
        ".queue_ids: not theirs": QUEUES,
        ".queue_id: not required by us": "whoever names several need not name one",
        ".backfill: not theirs": "who says so is never sent into a match that is under way",
    },
    "SessionUpdate": {
        ".joinability: not theirs": LATER,
        ".password: not theirs": LATER,
        ".teams: not theirs": "sizes and custom data of teams, for who says some",
    },
    "CreateOrJoinRequest": {".friend_uuid: not theirs": LATER, ".password: not theirs": LATER},
    "SelfSessionPlayerUpdateRequest": {
        ".friend_uuid: not theirs": LATER,
        ".password: not theirs": LATER,
    },
    "QueueJoinResponse": {
        f".{field}: not theirs": QUEUES for field in WAITING if field != "queue_id"
    },
}
"""By word, what differs on purpose, and why."""
OF_LATER_VERSIONS = {
    "SessionJoinability",
    "ShortCodeResponse",
    "AuditEvent",
    "AuditResponse",
    "CreateAuditRequest",
}
"""Words of a later version of that document."""
OURS = {"SessionAskResponse", "PardonRequest"}
"""Words of operations that are ours."""

ID = "0b9c2f0e-5a51-4d1c-8f5e-0f2f6f0a7c11"
NOON = datetime(2023, 10, 25, 12, tzinfo=UTC)


BESIDE = {
    f"protocol.player_services.{name}"
    for name in (
        "agreements",
        "audit",
        "backfill",
        "configuration",
        "permits",
        "registration",
        "setting_values",
        "team_update",
        "teams",
    )
}
"""What the document's clients say besides, and it has no words for."""


def words() -> Iterator[type]:
    """Whatever the modules define, but for the parameters of operations, which have no names."""
    for module in iter_modules(player_services.__path__, f"{player_services.__name__}."):
        if module.name in BESIDE:
            continue
        for found in vars(import_module(module.name)).values():
            if isinstance(found, type) and found.__module__ == module.name and _named(found):
                yield found


def _named(found: type) -> bool:
    if found.__name__ in OF_LATER_VERSIONS | OURS:
        return False
    if issubclass(found, Message):
        return found is not Message and not found.__name__.endswith("Query")
    return issubclass(found, Enum)


WORDS = {word.__name__: word for word in words()}


@schema_file.needed
@pytest.mark.parametrize("mode", get_args(JsonSchemaMode))
@pytest.mark.parametrize("name", WORDS)
def test_a_word_is_the_schema_files_word_of_the_same_name(name: str, mode: JsonSchemaMode) -> None:
    ours = TypeAdapter(WORDS[name]).json_schema(mode=mode)
    theirs = schema_file.CONTRACT["components"]["schemas"][name]
    found = differences(ours, ours, theirs, schema_file.CONTRACT)
    assert sorted(found) == sorted(DELIBERATE.get(name, {}))


@schema_file.needed
def test_there_is_a_word_for_all_that_the_operations_refer_to_and_no_other() -> None:
    assert set(WORDS) == schema_file.components(schema_file.CONTRACT["paths"])


def test_what_differs_on_purpose_is_about_words_that_there_are() -> None:
    assert set(DELIBERATE) <= set(WORDS)


# What a schema cannot say

SEAT: dict[str, Any] = {"team_id": 0}
EVENT: dict[str, Any] = {"event_code": "seen", "timestamp": "2023-10-25T12:00:00Z"}
BAD: dict[str, tuple[type[BaseModel], str]] = {
    "NUL in a text": (SessionEventCreateRequest, json.dumps({**EVENT, "event_code": "a\0"})),
    "NUL in a key": (SessionPlayerUpdateRequest, json.dumps({**SEAT, "custom_data": {"\0": "v"}})),
    "a key too long": (
        SessionPlayerUpdateRequest,
        json.dumps({**SEAT, "custom_data": {"k" * 257: "v"}}),
    ),
    "half a character": (
        SessionPlayerUpdateRequest,
        json.dumps({**SEAT, "custom_data": {"k": "\ud800"}}),
    ),
    "an integer beyond all": (SessionPlayerUpdateRequest, json.dumps({"team_id": 2**53 + 1})),
    "NaN": (SessionPlayerUpdateRequest, '{"team_id": NaN}'),
    "an integer as a text": (SessionPlayerUpdateRequest, '{"team_id": "1"}'),
    "an integer as a flag": (SessionPlayerUpdateRequest, '{"team_id": true}'),
    "null for what may be left out": (SessionUpdate, '{"region_id": null}'),
    "a list nested without end": (
        SessionPlayerUpdateRequest,
        '{"team_id": 0, "more": ' + "[" * 9_000 + "]" * 9_000 + "}",
    ),
    "a time that is a number": (SessionEventCreateRequest, json.dumps({**EVENT, "timestamp": 1})),
    "a time that is a number in a text": (
        SessionEventCreateRequest,
        json.dumps({**EVENT, "timestamp": "1698235200"}),
    ),
    "a time before all years": (
        SessionEventCreateRequest,
        json.dumps({**EVENT, "timestamp": "0001-01-01T00:00:00+14:00"}),
    ),
    "an id too long": (SessionUpdate, json.dumps({"region_id": "r" * 129})),
    "a version that is none": (InstanceInfoUpdate, '{"version": "1.0"}'),
}


@pytest.mark.parametrize(("word", "text"), BAD.values(), ids=BAD)
def test_it_is_refused(word: type[BaseModel], text: str) -> None:
    with pytest.raises(Undecodable):
        decode(text.encode(), TypeAdapter(word))


def test_unknown_fields_are_passed_over() -> None:
    said = decode(
        b'{"team_id": 1, "more": {"of": [null]}}', TypeAdapter(SessionPlayerUpdateRequest)
    )
    assert (said.team_id, said.model_fields_set) == (1, {"team_id"})


def test_a_uuid_of_any_case_becomes_lower_case() -> None:
    for form in (ID.upper(), ID, ID.replace("-", "").upper()):
        assert PlayerPath.model_validate({"player_uuid": form}, strict=False).player_uuid == ID
    with pytest.raises(ValidationError):
        PlayerPath.model_validate({"player_uuid": f"{{{ID}}}"}, strict=False)


def test_a_query_is_read_from_texts() -> None:
    said = {"max_page_size": "3", "offset_reset_strategy": "earliest", "exclude_before": ""}
    query = StreamQuery.model_validate(said, strict=False)
    assert (query.max_page_size, query.deadline, query.exclude_before) == (3, 30, "")
    assert query.offset_reset_strategy == "earliest"


def test_a_time_comes_in_with_any_offset_and_goes_out_in_utc() -> None:
    for text in ("2023-10-25T14:00:00+02:00", "2023-10-25T12:00:00Z", "2023-10-25T12:00:00"):
        said = decode(
            json.dumps({**EVENT, "timestamp": text}).encode(),
            TypeAdapter(SessionEventCreateRequest),
        )
        assert said.timestamp == NOON
    written = json.loads(encode(SessionEvent(event_code="seen", timestamp=NOON)))
    assert written["timestamp"] == "2023-10-25T12:00:00.000Z"


def test_what_is_not_there_is_left_out_of_an_answer_and_never_null() -> None:
    event = SessionEvent(event_code="seen", timestamp=NOON, match=None, instance="here")
    assert json.loads(encode(event)) == {
        "event_code": "seen",
        "description": "",
        "custom_data": {},
        "instance": "here",
        "timestamp": "2023-10-25T12:00:00.000Z",
    }


def test_defaults_are_nobodys_in_common() -> None:
    PlayerSession(type="party").session_ids.append("one")
    assert PlayerSession(type="party").session_ids == []
