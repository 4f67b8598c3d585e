"""JSON Schemas of all that is spoken on the live channel, made from the models of its frames, so
that generators make good types of them: what is optional is never null, `type` tells one frame from
another, each reply has the result of its command, each topic the states that it sends.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from lobby.channel import topic_models
from lobby.channel.commands import COMMANDS
from lobby.channel.merge_patch_schemas import Patches
from lobby.channel.outcomes import ALWAYS, ENDINGS, MANY, OUTCOMES, codes, refusals_of
from lobby.channel.topic_models import DOCUMENTS, JOURNALS, DocumentTopic, JournalTopic
from lobby.domain.errors import Unauthenticated
from protocol import channel as words
from protocol import frames
from protocol.watch_commands import Watch

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
RECEIVED: tuple[type[words.Command], ...] = (words.Hello, *COMMANDS)
"""As the server sees it: what clients send it."""
SENT: tuple[type[BaseModel], ...] = get_args(frames.Frames)
BY_TOPIC: tuple[type[BaseModel], ...] = (frames.State, frames.Patch, frames.Entry)
"""Frames whose content depends on their topic."""
ENDS = {
    "session_closed": "The session is over.",
    "match_found": "The ticket has a match, into which its players were invited.",
    "match_declined": "Somebody with the ticket has declined the match.",
    "queue_left": "The ticket has left its queues; `reason` says why.",
    "ticket_expired": "The ticket has waited for as long as it may.",
    "not_seated": "You do not sit in the session any more.",
    frames.WATCH_AGAIN: "Something failed here: watch it again in a moment.",
}
"""Codes of topics that end by themselves."""


def refusal_codes() -> dict[str, str]:
    """Every code with which a command is refused, and what it says."""
    every = [no for command in RECEIVED for no in refusals_of(command)]
    return dict(sorted(codes((*every, *ALWAYS, Unauthenticated)).items()))


def ended_codes() -> dict[str, str]:
    return dict(sorted((codes(ENDINGS) | ENDS).items()))


def command_schema(command: type[words.Command]) -> str:
    """The name of the schema of a command. Over HTTP there are other models of its name."""
    return f"{command.__name__}Command"


def reply_schema(command: type[words.Command]) -> str:
    return f"{command.__name__}Reply"


def reference(name: str) -> Json:
    return {"$ref": REFERENCE.format(model=name)}


def schemas() -> Json:
    """All of them, by name."""
    said = _commands()
    sent = _sent()
    sent |= {reply_schema(command): _reply(command) for command in RECEIVED}
    for name, found in (("RefusalCode", refusal_codes()), ("EndedCode", ended_codes())):
        sent[name] = _enumeration(name, found)
    for name, code in (("Refusal", "Refusal"), ("NotWatched", "Refusal"), ("Ended", "Ended")):
        sent[name]["properties"]["code"] = reference(f"{code}Code")
    sent["Reply"]["properties"]["result"] = _any_of(_results())
    sent |= _topic_frames(sent)
    server = [model.__name__ for model in SENT]
    said["ClientFrame"] = _union("ClientFrame", [command_schema(each) for each in RECEIVED])
    sent["ServerFrame"] = _union("ServerFrame", server)
    if twice := said.keys() & sent.keys():
        raise ValueError(f"what comes in and what goes out are both called {twice}")
    return dict(sorted((said | sent).items()))


def _commands() -> Json:
    """As they are validated."""
    questions = [model for _, model in topic_models.QUESTIONS.values()]
    found = _made([*RECEIVED, *questions], "validation")
    cleared = {command.__name__: command.cleared for command in RECEIVED}
    for name, schema in found.items():
        _clean(schema, keep=cleared.get(name, ()))
    for command in RECEIVED:
        found |= _alternatives(command, found.pop(command.__name__))
    return found


def _alternatives(command: type[words.Command], schema: Json) -> Json:
    """One schema, or one for each way to say it, and what they are together."""
    name = command_schema(command)
    if not command.alternatives:
        return {name: {**schema, "title": name}}
    ways: Json = {}
    for field, without in command.alternatives.items():
        way = f"{command.__name__}By{field.capitalize()}Command"
        fields = {key: part for key, part in schema["properties"].items() if key not in without}
        required = [*schema.get("required", []), field]
        ways[way] = {**schema, "title": way, "properties": fields, "required": required}
    about = {"description": schema["description"]} if "description" in schema else {}
    return {name: _union(name, [*ways]) | about, **ways}


def _sent() -> Json:
    """As they are sent: fields without a value are left out, all others are there."""
    topics: list[DocumentTopic | JournalTopic] = [*DOCUMENTS.values(), *JOURNALS.values()]
    outside = [each.outside for each in DOCUMENTS.values() if each.outside]
    results = [each.result for each in OUTCOMES.values()]
    models: list[type[BaseModel]] = [
        *SENT,
        *(each.model for each in topics),
        *outside,
        *results,
        MANY,
    ]
    found = _made(models, "serialization")
    for schema in found.values():
        _require_what_is_sent(schema)
        _clean(schema)
    for model in BY_TOPIC:
        del found[model.__name__]
    return found


def _made(models: Iterable[type[BaseModel]], mode: JsonSchemaMode) -> Json:
    inputs = [(model, mode, TypeAdapter(model)) for model in dict.fromkeys(models)]
    found: Json = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE)[1]["$defs"]
    return found


def _require_what_is_sent(schema: Json) -> None:
    """What has a value unless something else is said is always sent."""
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        if part.pop("default", None) is not None:
            required.append(name)
    if required:
        schema["required"] = required


def _clean(schema: Json, *, keep: Iterable[str] = ()) -> None:
    """Drop the titles of properties, of which generators make types, and null where a field may be
    left out. `keep`: fields that null says something of."""
    required = schema.get("required", [])
    for name, part in schema.get("properties", {}).items():
        part.pop("title", None)
        if name not in required and name not in keep:
            _drop_null(part)
        if "$ref" in part:  # with words beside it, generators make a second type
            schema["properties"][name] = {"$ref": part["$ref"]}


def _drop_null(part: Json) -> None:
    if part.get("default", 0) is None:
        del part["default"]
    choices = part.get("anyOf")
    if choices is None:
        return
    kept = [choice for choice in choices if choice.get("type") != "null"]
    if len(kept) == 1:
        del part["anyOf"]
        part |= kept[0]
    else:
        part["anyOf"] = kept


def _reply(command: type[words.Command]) -> Json:
    results = [OUTCOMES[command].result.__name__]
    if command is Watch:
        results.append(MANY.__name__)
    return _frame(reply_schema(command), "reply", re={"type": "string"}, result=_any_of(results))


def _results() -> list[str]:
    models: list[type[BaseModel]] = [*(each.result for each in OUTCOMES.values()), MANY]
    return sorted({model.__name__ for model in models})


def _topic_frames(sent: Json) -> Json:
    """A frame for each topic, and what those of one type are together."""
    found: Json = {}
    patches = Patches(sent, REFERENCE)
    for topic, about in DOCUMENTS.items():
        found |= _states(topic, about)
        inner = about.model.__name__
        patch = patches.of_map(inner) if about.entries else patches.of(inner)
        numbers = {"since": {"type": "integer"}, "version": {"type": "integer"}}
        name = f"{about.name}PatchFrame"
        found[name] = _frame(name, "patch", topic=_topic(topic), **numbers, patch=patch)
    for topic, journal in JOURNALS.items():
        name, entry = f"{journal.name}EntryFrame", reference(journal.model.__name__)
        cursor = {"type": "integer"}
        found[name] = _frame(name, "entry", topic=_topic(topic), cursor=cursor, entry=entry)
    for model in BY_TOPIC:
        ending = f"{model.__name__}Frame"
        names = [name for name in found if name.endswith(ending)]
        found[model.__name__] = _union(model.__name__, names) | {
            "description": " ".join((model.__doc__ or "What one line of a journal says.").split())
        }
    return found | patches.made


def _states(topic: str, about: DocumentTopic) -> Json:
    views: dict[str, tuple[type[BaseModel], str]] = {"": (about.model, "")}
    if about.outside is not None:
        views = {"": (about.model, "inside"), "Outside": (about.outside, "outside")}
    found: Json = {}
    for prefix, (model, view) in views.items():
        name, one = f"{prefix}{about.name}StateFrame", reference(model.__name__)
        state = {"type": "object", "additionalProperties": one} if about.entries else one
        fields: Json = {"epoch": {"type": "string"}, "version": {"type": "integer"}}
        side: Json = {"view": {"type": "string", "const": view}} if view else {}
        found[name] = _frame(name, "state", topic=_topic(topic), **fields, **side, state=state)
    return found


def _topic(topic: str) -> Json:
    kind, gap, rest = topic.partition("{")
    if not gap:
        return {"type": "string", "const": topic}
    return {"type": "string", "pattern": f"^{kind}{topic_models.SUBJECTS[rest[:-1]]}$"}


def _frame(name: str, type: str, **fields: Json) -> Json:
    properties = {"type": {"type": "string", "const": type}, **fields}
    return {
        "title": name,
        "type": "object",
        "properties": properties,
        "required": [*properties],
    }


def _union(name: str, names: list[str]) -> Json:
    return {"title": name, "oneOf": [reference(each) for each in names]}


def _any_of(names: list[str]) -> Json:
    return reference(names[0]) if len(names) == 1 else {"anyOf": [reference(n) for n in names]}


def _enumeration(name: str, found: dict[str, str]) -> Json:
    return {
        "title": name,
        "type": "string",
        "enum": [*found],
        "description": "A newer server may say others: treat those as any refusal.",
    }
