"""The OpenAPI document, made from the rows of all doors; and how a document is served.

Knows rows, not what they do: whatever is said about an operation stands on its row, on its models
and in its endpoint's docstring.
"""

from __future__ import annotations

import asyncio
import hashlib
import inspect
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode
from starlette.responses import JSONResponse, Response

from lobby.api.dialect import FORMS, Call, Dialect, Door, Endpoint, Row, nobody, unchanged
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Needs, needs
from protocol.codec import encode

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
ABOUT = """\
What can be done over HTTP. The live channel on `/ws` has its own document, `/asyncapi.json`.

Besides what each operation names: a path that is none of these is 404, a method that a path does \
not know is 405 with `Allow`, a host name that this server does not answer under is 400; each with \
a JSON `message`. A 500 has been logged under the answer's `X-Request-Id`.

`x-needs` says what the caller must hold: any of `outright`, or any of `own` and then the right to \
act on themselves alone."""
REQUEST_ID = {
    "description": "The name of this request in the server's log.",
    "schema": {"type": "string"},
}
COUNTED = {"Retry-After"}
"""Headers that say a number."""
RETRY_AFTER = {
    "description": "Seconds after which to try again.",
    "schema": {"type": "integer", "minimum": 1},
}


def document(doors: Iterable[Door], *, title: str, version: str) -> Json:
    """The whole document. Two doors may name a model alike; its schema's name then says whose."""
    doors = list(doors)
    schemas = Schemas([row for _, rows in doors for row in rows])
    paths: dict[str, Json] = {}
    named: Counter[str] = Counter()
    for dialect, rows in doors:
        for row in rows:
            name = f"{dialect.name}_{row.endpoint.__name__}"
            named[name] += 1  # one endpoint may answer under several paths
            again = f"_{named[name]}" if named[name] > 1 else ""
            said = {"operationId": name + again, **_operation(dialect, row, schemas)}
            paths.setdefault(row.path_template, {})[row.method.lower()] = said
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version, "description": ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": dialect.name} for dialect, _ in doors],
        "paths": paths,
        "components": {
            "schemas": schemas.definitions,
            "headers": {"RequestId": REQUEST_ID, "RetryAfter": RETRY_AFTER},
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


class Schemas:
    """The schemas of everything that the rows take and give, made together so that names agree."""

    def __init__(self, rows: Sequence[Row]) -> None:
        wanted: dict[tuple[Any, JsonSchemaMode], TypeAdapter[Any]] = {}
        for row in rows:
            for model in (row.path, row.query, row.headers_in, row.takes, row.form):
                if model is not None:
                    wanted[model, "validation"] = TypeAdapter(model)
            for given in row.gives.values():
                if given is not None and not isinstance(given, str):
                    wanted[given, "serialization"] = TypeAdapter(given)
        inputs = [(type_, mode, adapter) for (type_, mode), adapter in wanted.items()]
        self._found, rest = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE)
        self._known: Json = rest.get("$defs", {})
        carried = {m for row in rows for m in (row.path, row.query, row.headers_in)}
        parameters = {model.__name__ for model in carried if model is not None}
        self.definitions = {n: s for n, s in self._known.items() if n not in parameters}

    def taken(self, model: type) -> Json:
        return self._found[model, "validation"]

    def given(self, type_: Any) -> Json:
        return self._found[type_, "serialization"]

    def fields(self, model: type) -> tuple[Json, list[str]]:
        """The properties of a model, and those that are required."""
        schema = self.taken(model)
        if "$ref" in schema:
            schema = self._known[schema["$ref"].rpartition("/")[2]]
        return schema["properties"], schema.get("required", [])


def _operation(dialect: Dialect, row: Row, schemas: Schemas) -> Json:
    said: Json = {
        "tags": [dialect.name],
        "summary": _summary(row.endpoint),
        "security": [] if row.needs.open else [{"bearer": []}],
        "x-needs": spelt(row.needs),
        "responses": {str(s): _answer(row, s, schemas) for s in sorted(row.gives)},
    }
    if row.path or row.query or row.headers_in:
        said["parameters"] = [
            *_parameters("path", row.path, schemas),
            *_parameters("query", row.query, schemas),
            *_parameters("header", row.headers_in, schemas),
        ]
    if row.takes or row.form:
        said["requestBody"] = _body(row, schemas)
    if row.passes_on:
        said["requestBody"] = {"content": {"application/json": {"schema": {}}}}
    return said


def _summary(endpoint: Endpoint) -> str:
    return " ".join((inspect.getdoc(endpoint) or "").split())


def spelt(needs: Needs) -> Json:
    role = {"role": str(needs.role)} if needs.role else {}
    return {"outright": sorted(needs.outright), "own": sorted(needs.own), **role}


def _parameters(place: str, model: type | None, schemas: Schemas) -> list[Json]:
    if model is None:
        return []
    properties, required = schemas.fields(model)
    return [
        {"name": name, "in": place, "required": name in required, "schema": schema}
        for name, schema in properties.items()
    ]


def _body(row: Row, schemas: Schemas) -> Json:
    model = row.takes or row.form
    assert model is not None
    kinds = FORMS if row.form else ("application/json",)
    return {
        "required": True,
        "content": {kind: {"schema": schemas.taken(model)} for kind in kinds},
    }


def _answer(row: Row, status: int, schemas: Schemas) -> Json:
    given = row.gives[status]
    named = row.headers.get(status, {})
    said: Json = {
        "description": given if isinstance(given, str) else HTTPStatus(status).phrase,
        "headers": {
            "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
            **{name: _header(name, meaning) for name, meaning in named.items()},
        },
    }
    if status in (429, 503):
        said["headers"]["Retry-After"] = {"$ref": "#/components/headers/RetryAfter"}
    if isinstance(given, str):
        said["content"] = {"text/plain": {"schema": {"type": "string"}}}
    elif given is not None:
        said["content"] = {"application/json": {"schema": schemas.given(given)}}
    return said


def _header(name: str, meaning: str) -> Json:
    kind = "integer" if name in COUNTED else "string"
    return {"description": meaning, "schema": {"type": kind}}


# Serving documents


class Document:
    """A document as it is sent. It is made when somebody first asks, in a thread: that takes half a
    second, which no start should wait for and no loop."""

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
    """An endpoint called `name` that gives the document, or says that it has not changed."""

    async def give(call: Call) -> Response:
        text, etag = await document.made()
        headers = {"ETag": etag, "Cache-Control": "no-cache"}
        if unchanged(call, etag):
            return Response(status_code=304, headers=headers)
        return Response(text, headers=headers, media_type="application/json")

    give.__name__, give.__doc__ = name, about
    return give


def refuse(error: LobbyError) -> Response:
    return JSONResponse({"message": str(error)}, 500)


documents = Dialect("documents", nobody, refuse)
TAGGED = {"ETag": "Shown in If-None-Match, it saves the body."}


def rows(
    doors: Sequence[Door], *, asyncapi: Callable[[], Mapping[str, Any]], version: str
) -> list[Row]:
    """The operations that give the documents: of all these doors, of themselves, of the channel."""

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
        headers={200: TAGGED, 304: TAGGED},
    )
