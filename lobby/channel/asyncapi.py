"""The AsyncAPI document of the live channel, made from the models of its frames and the table of
commands that the dispatch uses.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from lobby.channel.close_codes import REASONS, Close
from lobby.channel.commands import COMMANDS
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Needs
from protocol import channel as words
from protocol import events, frames, queries, queues, roster, windows
from protocol.codec import LARGEST_JSON
from protocol.welcome import Welcome

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
CHANNEL = {"$ref": "#/channels/live"}
ABOUT = """\
One WebSocket, subprotocol `lobby.v1`, text frames: each a JSON object with a `type`, or a list of \
such objects. A client shows its token in the handshake's `Authorization: Bearer`, or in `hello`, \
never in the URL. Each command is answered by a `reply` or a `refusal` whose `re` is the command's \
`id`; the same `id` with the same content gets the first answer again, for a day.

What is watched is either a document or a journal. A document is a `state`, then `patch`es (RFC \
7396): apply one whose `since` is the version you have, else watch again. A journal is `entry`s in \
the order of their `cursor`. A field without a value is left out.

Close codes 4000 to 4499: come back and watch again. 4500 to 4999: do not."""

DOCUMENTS: dict[str, tuple[type[BaseModel], str]] = {
    "presence": (roster.Person, "Who is online, by uuid."),
    "presence:count": (roster.PresenceCount, "How many are online, once a second."),
    "presence:{uuid}": (roster.OnePerson, "A person; empty where they are not shown."),
    "friends": (roster.Friends, "Your list of friends, and who of them is online."),
    "sessions": (events.ListedSession, "Every session that is listed, by id."),
    "people:{key}": (windows.PeopleWindow, "What answers a question to who is online."),
    "sessions:{key}": (windows.SessionsWindow, "What answers a question to the sessions."),
    "session:{id}": (events.SessionState, "A session; those who do not belong to it see less."),
    "host:{uuid}": (events.HostState, "What guests may see of a host."),
    "queue:{ticket}": (queues.QueueState, "A ticket of yours: how it stands, why it waits."),
}
MAPS = ("presence", "sessions")
QUESTIONS: dict[str, tuple[str, type[BaseModel]]] = {
    "people:{key}": ("people", queries.PeopleQuery),
    "sessions:{key}": ("sessions", queries.SessionQuery),
}
"""Topics that are asked for by another name, with the fields of a question."""
JOURNALS: dict[str, tuple[type[BaseModel], str]] = {
    "inbox": (events.InboxEntry, "What you should know, also when you were away."),
    "chat:{session}": (events.ChatEntry, "What was said among those who sit in a session."),
}
OUTSIDE: dict[str, type[BaseModel]] = {"session:{id}": events.ListedSession}
"""What an outside audience sees of a topic in place of the whole."""

# As the server sees it: what clients send it, what it sends them.
RECEIVED: tuple[type[words.Command], ...] = (words.Hello, *COMMANDS)
SENT: tuple[type[BaseModel], ...] = get_args(frames.Frames)
MESSAGES: tuple[type[BaseModel], ...] = (*RECEIVED, *SENT)


def document(*, version: str) -> Json:
    schemas = _schemas()
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Lobby, live", "version": version, "description": ABOUT},
        "defaultContentType": "application/json",
        "channels": {"live": _channel()},
        "operations": {
            **{_name(model): _receive(model) for model in RECEIVED},
            **{_name(model): _send(model) for model in SENT},
        },
        "components": {
            "messages": {_name(model): _message(model) for model in MESSAGES},
            "schemas": schemas,
        },
        "x-topics": _topics(),
        "x-refusal-codes": dict(sorted(_codes(LobbyError))),
        "x-close-codes": {str(int(code)): REASONS[code] for code in Close},
        "x-largest-message": LARGEST_JSON,
    }


def _schemas() -> Json:
    """JSON Schemas: of commands as they are validated, of all other frames as they are sent."""
    topics = [model for model, _ in (*DOCUMENTS.values(), *JOURNALS.values())]
    questions = [model for _, model in QUESTIONS.values()]
    modes: dict[type[BaseModel], JsonSchemaMode] = {
        **dict.fromkeys((*RECEIVED, *topics, *questions), "validation"),
        **dict.fromkeys((*SENT, Welcome), "serialization"),
    }
    inputs = [(model, mode, TypeAdapter(model)) for model, mode in modes.items()]
    found: Json = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE)[1]["$defs"]
    return found


def _channel() -> Json:
    messages = {
        _name(model): {"$ref": f"#/components/messages/{_name(model)}"} for model in MESSAGES
    }
    subprotocol = {"type": "string", "const": words.SUBPROTOCOL}
    headers = {"type": "object", "properties": {"Sec-WebSocket-Protocol": subprotocol}}
    return {
        "address": "/ws",
        "messages": messages,
        "bindings": {"ws": {"method": "GET", "headers": headers, "bindingVersion": "0.1.0"}},
    }


def _message(model: type[BaseModel]) -> Json:
    about = inspect.getdoc(model) if "__doc__" in model.__dict__ else None
    operation: Json = {
        "name": _name(model),
        "payload": {"$ref": REFERENCE.format(model=model.__name__)},
    }
    return operation | ({"summary": " ".join(about.split())} if about else {})


def _receive(model: type[words.Command]) -> Json:
    """The operation of one command: `receive` is from the server's point of view."""
    operation: Json = {
        "action": "receive",
        "channel": CHANNEL,
        "messages": [_in_channel(model)],
        "reply": {
            "channel": CHANNEL,
            "messages": [_in_channel(frames.Reply), _in_channel(frames.Refusal)],
        },
    }
    if model is words.Hello:
        welcome = {"$ref": REFERENCE.format(model=Welcome.__name__)}
        return operation | {"x-needs": {"outright": [], "own": []}, "x-result": welcome}
    return operation | {"x-needs": spelt(COMMANDS[model][1])}


def _send(model: type[BaseModel]) -> Json:
    return {"action": "send", "channel": CHANNEL, "messages": [_in_channel(model)]}


def _in_channel(model: type[BaseModel]) -> Json:
    return {"$ref": f"#/channels/live/messages/{_name(model)}"}


def _topics() -> Json:
    topics: Json = {}
    for topic, (model, about) in DOCUMENTS.items():
        seen = [model, OUTSIDE[topic]] if topic in OUTSIDE else [model]
        refs = [{"$ref": REFERENCE.format(model=model.__name__)} for model in seen]
        one = refs[0] if len(refs) == 1 else {"anyOf": refs}
        state = {"type": "object", "additionalProperties": one} if topic in MAPS else one
        topics[topic] = {"kind": "document", "summary": about, "state": state}
    for topic, (name, model) in QUESTIONS.items():
        question = {"$ref": REFERENCE.format(model=model.__name__)}
        topics[topic]["asked"] = {"topic": name, "question": question}
    for topic, (model, about) in JOURNALS.items():
        entry = {"$ref": REFERENCE.format(model=model.__name__)}
        topics[topic] = {"kind": "journal", "summary": about, "entry": entry}
    return topics


def _codes(fact: type[LobbyError]) -> Iterator[tuple[str, str]]:
    yield fact.code, inspect.getdoc(fact) or ""
    for kind in fact.__subclasses__():
        yield from _codes(kind)


def _name(model: type[BaseModel]) -> str:
    """The value of the message's `type`."""
    return str(get_args(model.model_fields["type"].annotation)[0])


def spelt(needs: Needs) -> Json:
    role = {"role": str(needs.role)} if needs.role else {}
    return {"outright": sorted(needs.outright), "own": sorted(needs.own), **role}
