"""The AsyncAPI document of the live channel, made from the models of its frames and the tables of
commands and their outcomes that the dispatch uses.
"""

from __future__ import annotations

import inspect
from typing import Any, get_args

from pydantic import BaseModel

from lobby.channel import frame_schemas
from lobby.channel.close_codes import REASONS, Close
from lobby.channel.commands import COMMANDS
from lobby.channel.frame_schemas import RECEIVED, SENT, reference
from lobby.channel.outcomes import codes, refusals_of
from lobby.channel.topic_models import DOCUMENTS, JOURNALS, QUESTIONS
from lobby.domain.permissions import Needs
from protocol import channel as words
from protocol import frames
from protocol.codec import LARGEST_JSON

Json = dict[str, Any]

CHANNEL = {"$ref": "#/channels/live"}
ABOUT = """\
One WebSocket, subprotocol `lobby.v1`, text frames: each a JSON object with a `type`, or a list of \
such objects (`batch`). A client shows its token in the handshake's `Authorization: Bearer`, or in \
`hello`, never in the URL. Each command is answered by a `reply` or a `refusal` whose `re` is the \
command's `id`; the same `id` with the same content gets the first answer again, for a day. \
`x-refusals` of a command are the codes with which it may be refused.

What is watched is either a document or a journal. A document is a `state`, then `patch`es (RFC \
7396): apply one whose `since` is the version you have, else watch again. A journal is `entry`s in \
the order of their `cursor`. A field without a value is left out.

Close codes 4000 to 4499: come back and watch again. 4500 to 4999: do not. After 1009 never say \
the same again: it is too large."""
SERVER: Json = {
    "host": "{host}",
    "protocol": "wss",
    "description": "Where the lobby is; `ws` in place of `wss` where it is reached without TLS.",
    "variables": {"host": {"default": "lobby.example.net", "description": "Name and port."}},
}
BATCH = "batch"


def document(*, version: str) -> Json:
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Lobby, live", "version": version, "description": ABOUT},
        "defaultContentType": "application/json",
        "servers": {"lobby": SERVER},
        "channels": {"live": _channel()},
        "operations": {
            **{_name(model): _receive(model) for model in RECEIVED},
            **{_name(model): _send(_name(model)) for model in SENT},
            BATCH: _send(BATCH),
        },
        "components": {"messages": _messages(), "schemas": frame_schemas.schemas()},
        "x-topics": _topics(),
        "x-refusal-codes": frame_schemas.refusal_codes(),
        "x-ended-codes": frame_schemas.ended_codes(),
        "x-close-codes": {str(int(code)): REASONS[code] for code in Close},
        "x-largest-message": LARGEST_JSON,
    }


def _channel() -> Json:
    subprotocol = {"type": "string", "const": words.SUBPROTOCOL}
    headers = {"type": "object", "properties": {"Sec-WebSocket-Protocol": subprotocol}}
    return {
        "address": "/ws",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in _messages()},
        "bindings": {"ws": {"method": "GET", "headers": headers, "bindingVersion": "0.1.0"}},
    }


def _messages() -> Json:
    found: Json = {}
    for command in RECEIVED:
        name = _name(command)
        found[name] = _message(name, frame_schemas.command_schema(command), command)
        found[f"{name}.reply"] = _message(f"{name}.reply", frame_schemas.reply_schema(command))
    for frame in SENT:
        found[_name(frame)] = _message(_name(frame), frame.__name__, frame)
    batch: Json = {"type": "array", "items": reference("ServerFrame")}
    found[BATCH] = {"name": BATCH, "summary": "Several frames at once.", "payload": batch}
    return found


def _message(name: str, schema: str, model: type[BaseModel] | None = None) -> Json:
    about = inspect.getdoc(model) if model and "__doc__" in model.__dict__ else None
    message: Json = {"name": name, "payload": reference(schema)}
    return message | ({"summary": " ".join(about.split())} if about else {})


def _receive(model: type[words.Command]) -> Json:
    """The operation of one command: `receive` is from the server's point of view."""
    name = _name(model)
    answers = [_in_channel(f"{name}.reply"), _in_channel(_name(frames.Refusal))]
    none = Needs(frozenset(), frozenset(), None)
    return {
        "action": "receive",
        "channel": CHANNEL,
        "messages": [_in_channel(name)],
        "reply": {"channel": CHANNEL, "messages": answers},
        "x-needs": spelt(none if model is words.Hello else COMMANDS[model][1]),
        "x-refusals": sorted(codes(refusals_of(model))),
    }


def _send(name: str) -> Json:
    return {"action": "send", "channel": CHANNEL, "messages": [_in_channel(name)]}


def _in_channel(name: str) -> Json:
    return {"$ref": f"#/channels/live/messages/{name}"}


def _topics() -> Json:
    topics: Json = {}
    for topic, about in DOCUMENTS.items():
        seen = [about.model, about.outside] if about.outside else [about.model]
        refs = [reference(model.__name__) for model in seen]
        one = refs[0] if len(refs) == 1 else {"anyOf": refs}
        state = {"type": "object", "additionalProperties": one} if about.entries else one
        topics[topic] = {"kind": "document", "summary": about.about, "state": state}
    for topic, (name, model) in QUESTIONS.items():
        topics[topic]["asked"] = {"topic": name, "question": reference(model.__name__)}
    for topic, journal in JOURNALS.items():
        entry = reference(journal.model.__name__)
        topics[topic] = {"kind": "journal", "summary": journal.about, "entry": entry}
    return topics


def _name(model: type[BaseModel]) -> str:
    """The value of the message's `type`."""
    return str(get_args(model.model_fields["type"].annotation)[0])


def spelt(needs: Needs) -> Json:
    role = {"role": str(needs.role)} if needs.role else {}
    return {"outright": sorted(needs.outright), "own": sorted(needs.own), **role}
