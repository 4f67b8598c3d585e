"""The OpenAPI document, made from the rows of all doors, and the operations that serve documents.

An operation's description comes from its row, its models and its endpoint's docstring alone.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from lobby.api.conditional import unchanged
from lobby.api.dialect import Call, Dialect, Door, Endpoint, Row, nobody
from lobby.api.forms import FORMS
from lobby.api.idempotency_key import HEADER, KEY
from lobby.api.schemas import Json, Schemas
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Needs, needs
from protocol.codec import encode

ABOUT = """\
What can be done over HTTP. The live channel on `/ws` has its own document, `/asyncapi.json`.

Besides what each operation names: a path that is none of these is 404, a method that a path does \
not know is 405 with `Allow`, a host name that this server does not answer under is 400; each with \
a JSON `message`. An account or an address that sends too many requests is answered 429 with \
`Retry-After`, in the words of the operation's refusals. A 500 has been logged under the answer's \
`X-Request-Id`.

`x-needs` says what the caller must hold: any of `outright`, or any of `own` and then the right to \
act on themselves alone."""
REQUEST_ID = {
    "description": "The name of this request in the server's log.",
    "schema": {"type": "string"},
    "example": "9f86d081884c7d65",
}
IDEMPOTENCY_KEY = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": "A request that is repeated with the same key has its effect once.",
    "schema": {"type": "string", "pattern": f"^{KEY.pattern}$"},
    "example": "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
}
HEADER_SCHEMAS: dict[str, Json] = {
    "Retry-After": {"type": "integer"},
    "Location": {"type": "string", "format": "uri"},
}
"""Schemas of the response headers that are more than a text."""
SENTENCE = re.compile(r"(?<=\.) (?=[A-Z])")
"""Between two sentences."""
OTHER_FORM = "A body of the type `multipart/form-data` with the same fields is read, too."
"""Not a second schema: generators make of two kinds of body one that is neither."""
ANY_JSON: Json = {"schema": {}, "example": {"since": "2026-01-31"}}
RETRY_AFTER = {
    "description": "Seconds after which to try again.",
    "schema": {"type": "integer", "minimum": 1},
    "example": 5,
}
HEADER_EXAMPLES: Json = {
    "ETag": '"7-f"',
    "Lobby-About": '{"why": "friends_only"}',
    "Host-Key": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "Location": "wss://lobby.example.net/ws",
    "Retry-After": 5,
}


def document(doors: Iterable[Door], *, title: str, version: str) -> Json:
    """The whole document."""
    doors = list(doors)
    schemas = Schemas([row for _, rows in doors for row in rows])
    paths: dict[str, Json] = {}
    for dialect, rows in doors:
        for row in rows:
            id = row.operation_id or f"{dialect.name}_{row.endpoint.__name__}"
            operation = {"operationId": id, **_operation(dialect, row, schemas)}
            paths.setdefault(row.path_template, {})[row.method.lower()] = operation
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": dialect.name, "description": dialect.about} for dialect, _ in doors],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "headers": {"RequestId": REQUEST_ID, "RetryAfter": RETRY_AFTER},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(dialect: Dialect, row: Row, schemas: Schemas) -> Json:
    operation: Json = {
        "tags": [dialect.name],
        "summary": _summary(row.endpoint),
        "description": _description(row.endpoint),
        "security": [] if row.needs.open else [{"bearer": []}],
        "x-needs": spelt(row.needs),
        "responses": {str(s): _answer(row, s, schemas) for s in sorted(row.answers)},
    }
    if row.deprecated:
        operation["deprecated"] = True
    parameters = [
        *_parameters("path", row.path, schemas),
        *_parameters("query", row.query, schemas),
        *_parameters("header", row.headers_in, schemas),
        *([IDEMPOTENCY_KEY] if dialect.declares_key and row.keyed else []),
    ]
    if parameters:
        operation["parameters"] = parameters
    if model := row.takes or row.form:
        operation["requestBody"] = _body(row, model, schemas)
    if row.any_body:
        operation["requestBody"] = {"content": {"application/json": ANY_JSON}}
    return operation


def _description(endpoint: Endpoint) -> str:
    return " ".join((inspect.getdoc(endpoint) or "").split())


def _summary(endpoint: Endpoint) -> str:
    """The first sentence of the description."""
    return SENTENCE.split(_description(endpoint), maxsplit=1)[0]


def spelt(needs: Needs) -> Json:
    """The permissions of an operation, as `x-needs` shows them."""
    role = {"role": str(needs.role)} if needs.role else {}
    return {"outright": sorted(needs.outright), "own": sorted(needs.own), **role}


def _parameters(place: str, model: type | None, schemas: Schemas) -> list[Json]:
    if model is None:
        return []
    properties, required = schemas.fields(model)
    return [
        _parameter(name, schema, {"in": place, "required": name in required})
        for name, schema in properties.items()
    ]


def _parameter(name: str, schema: Json, where: Json) -> Json:
    """What a schema says for people stands beside it: tools look for it there."""
    said = {key: value for key, value in schema.items() if key not in ("description", "examples")}
    told = {"description": schema["description"]} if "description" in schema else {}
    shown = {"example": schema["examples"][0]} if "examples" in schema else {}
    return {"name": name, **where, **told, **shown, "schema": said}


def _content(schema: Json, schemas: Schemas) -> Json:
    return {"schema": schema, "example": schemas.example(schema)}


def _body(row: Row, model: type[BaseModel], schemas: Schemas) -> Json:
    kind = FORMS[0] if row.form else "application/json"
    told = {"description": OTHER_FORM} if row.form else {}
    content = {kind: _content(schemas.taken(model), schemas)}
    return {**told, "required": True, "content": content}


def _answer(row: Row, status: int, schemas: Schemas) -> Json:
    given = row.answers[status]
    named = row.headers.get(status, {})
    meaning = given if isinstance(given, str) else HTTPStatus(status).phrase
    response: Json = {
        "description": row.explains.get(status) or meaning,
        "headers": {
            "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
            **{name: _header(name, meaning, status) for name, meaning in named.items()},
        },
    }
    if status in (429, 503):
        response["headers"]["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if isinstance(given, str):
        response["content"] = {"text/plain": {"schema": {"type": "string"}, "example": given}}
    elif given is not None:
        response["content"] = {"application/json": _content(schemas.given(given), schemas)}
    return response


def _header(name: str, meaning: str, status: int) -> Json:
    """A redirect's header is described without a format, as it is published."""
    schema = {"type": "string"}
    if status // 100 != 3:
        schema = HEADER_SCHEMAS.get(name, schema)
    return {"description": meaning, "schema": schema, "example": HEADER_EXAMPLES[name]}


# Serving documents


class Document:
    """A document as it is sent, made lazily at the first request, and cached.

    In a thread: it takes half a second, for which neither start nor event loop should wait.
    """

    def __init__(self, write: Callable[[], Mapping[str, Any]]) -> None:
        self._write = write
        self._made: asyncio.Future[tuple[bytes, str]] | None = None

    async def made(self) -> tuple[bytes, str]:
        """The text and its ETag."""
        if self._made is None:
            self._made = asyncio.ensure_future(asyncio.to_thread(self._make))
        return await asyncio.shield(self._made)

    def _make(self) -> tuple[bytes, str]:
        text = encode(self._write())
        return text, f'"{hashlib.sha256(text).hexdigest()[:32]}"'


def served(name: str, about: str, document: Document) -> Endpoint:
    """An endpoint called `name` that serves the document, as a conditional request (304)."""

    async def give(call: Call) -> Response:
        text, etag = await document.made()
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if unchanged(call.request, etag):
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type="application/json")

    give.__name__, give.__doc__ = name, about
    return give


def refuse(error: LobbyError) -> Response:
    return JSONResponse({"message": str(error)}, 500)


documents = Dialect("documents", nobody, refuse, about="What the doors say, for programs.")
ETAG_HEADER = {"ETag": "Shown in If-None-Match, it saves the body."}


def rows(
    doors: Sequence[Door], *, asyncapi: Callable[[], Mapping[str, Any]], version: str
) -> list[Row]:
    """The operations that serve the documents; the OpenAPI document describes these too."""

    def write() -> Json:
        return document([*doors, (documents, described)], title="Lobby", version=version)

    described = [
        _row("/openapi.json", served("openapi", "This document.", Document(write))),
        _row("/asyncapi.json", served("asyncapi", ASYNCAPI, Document(asyncapi))),
    ]
    return described


ASYNCAPI = "What is spoken on the live channel, as an AsyncAPI document."


def _row(path: str, endpoint: Endpoint) -> Row:
    return Row(
        "GET",
        path,
        endpoint,
        needs(),
        {200: Json, 304: None, 500: dict[str, str]},
        headers={200: ETAG_HEADER, 304: ETAG_HEADER},
        uncounted=True,
    )
