"""What every HTTP door shares: a row describes one operation, a dialect turns rows into routes.

A dialect authenticates the caller and words refusals. Its rows make both the Starlette routes and
the OpenAPI document.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import ceil
from typing import Any, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from lobby.actions.idempotency import once
from lobby.api import audited, forms, idempotency_key, targets
from lobby.api.bodies import bounded, require_json_type, require_plain
from lobby.api.request_limits import RequestLimits
from lobby.api.routing import PartsRoute
from lobby.context import Lobby
from lobby.domain.errors import Broken, LobbyError, Malformed, TooLarge, Unavailable
from lobby.domain.permissions import NOBODY, Actor, Needs, Permit
from lobby.idempotency import ENDED, Effect
from lobby.refusals import refusal
from protocol.codec import Oversize, Undecodable, decode, problem, problems_of

M = TypeVar("M", bound=BaseModel)

LARGEST_BODY = 64 * 1024
"""Bytes of a request's body, unless its row says otherwise."""
UNAVAILABLE = (Broken, Unavailable)


@dataclass(frozen=True)
class Call:
    """One request, with the lobby and the permit that its row gave the caller. `code`: by which it
    named its session; it has the id in its path then."""

    request: Request
    lobby: Lobby
    permit: Permit
    code: str | None = None

    @property
    def address(self) -> str:
        """The client's address as rate limits count it (IPv6: its /64)."""
        return str(self.request.scope.get("lobby.address", ""))

    @property
    def ip(self) -> str:
        """The client's exact address; empty where the request came over no network."""
        return str(self.request.scope.get("lobby.ip", ""))

    async def form(self) -> forms.Form:
        """The fields of the body; raises NoForm where it is no form."""
        return forms.read(self.request.headers.get("content-type", ""), await self.request.body())


Endpoint = Callable[..., Awaitable[Response]]
Answers = Mapping[int, Any]


@dataclass(frozen=True)
class Row:
    """One operation of a door.

    `path`, `query` and `takes` are the models of the request, passed to the endpoint as `path`,
    `query` and `body`. The endpoint itself reads a `form`, the headers of `headers_in`, and, with
    `any_body`, a body of any JSON. `gives` has for each status the model of the JSON body, a plain
    text, or None. `open_end`: the last part of the path is a name that may hold slashes, escaped or
    not. `largest`: bytes of the body. `failure_delay`: seconds before a 500 or 503 is answered, for
    clients that take a quick failure as a reason not to retry. `uncounted` by the rate limits of
    requests: long polls, probes, documents. `operation_id`: the one in the document; empty: made of
    the door's name and the endpoint's. `explains`: what a status means here, in the document.

    A request that is repeated with its Idempotency-Key is answered by `again`, with the effect of
    the first one, from what is there now; without it by the dialect's `done`. `completes`: there
    are several writes, and it is kept that the last was made. Where a process died before, `again`
    makes those that are missing; without it, the endpoint, which is run again.
    """

    method: str
    path_template: str
    endpoint: Endpoint
    needs: Needs
    gives: Answers
    path: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    takes: type[BaseModel] | None = None
    any_body: bool = False
    form: type[BaseModel] | None = None
    headers_in: type[BaseModel] | None = None
    headers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    largest: int = LARGEST_BODY
    open_end: bool = False
    failure_delay: float = 0.0
    again: Endpoint | None = None
    completes: bool = False
    uncounted: bool = False
    operation_id: str = ""
    deprecated: bool = False
    explains: Mapping[int, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.method} {self.path_template}"

    @property
    def reads_body(self) -> bool:
        return bool(self.takes or self.form or self.any_body)

    @property
    def answers(self) -> Answers:
        """`gives`, and the refusal of a compressed body."""
        return {**self.gives, 415: self.gives[413]} if self.reads_body else self.gives

    @property
    def keyed(self) -> bool:
        """Whether it honours an Idempotency-Key: it changes something, and has a caller."""
        return self.method in idempotency_key.UNSAFE and not self.needs.open

    async def parse(self, request: Request) -> dict[str, BaseModel]:
        """The validated path, query and body; raises Malformed with every problem."""
        found: dict[str, BaseModel] = {}
        if self.path:
            targets.require_utf8("path", request.scope.get("raw_path", b""))
            found["path"] = _validated("path", request.path_params, self.path)
        if self.query:
            targets.require_few_parameters(request.scope["query_string"])
            targets.require_utf8("query", request.scope["query_string"])
            found["query"] = _validated("query", dict(request.query_params), self.query)
        if self.takes:
            found["body"] = await _body(request, self.takes, largest=self.largest)
        return found


Parsed = Mapping[str, Any]
Resolve = Callable[[Row, Call, Parsed, Mapping[str, str]], Awaitable[tuple[Call, Parsed]]]


@dataclass(frozen=True)
class Dialect:
    """How a door identifies a caller and words a refusal.

    `check` inspects the request before authentication. It and `identify` may raise; `refuse` makes
    the response and never raises. `reword` maps an error for rows that have words of their own.
    `done` is the response of rows whose success has nothing to tell. `declares_key`: the header
    Idempotency-Key stands in the OpenAPI document; it is honoured in any case. `typed`: whether a
    body is read under `Content-Type: application/json` alone. `about`: what the door is for.
    `resolve`: what else a path may name something by; of a repeated request it is given the notes.
    """

    name: str
    identify: Callable[[Request, Lobby], Awaitable[Actor]]
    refuse: Callable[[LobbyError], Response]
    check: Callable[[Request], None] = lambda request: None
    reword: Callable[[LobbyError, Row, Lobby], LobbyError] = lambda error, row, lobby: error
    done: Callable[[Row], Response] = lambda row: Response(status_code=204)
    declares_key: bool = True
    typed: bool = False
    about: str = ""
    resolve: Resolve | None = None

    def route(self, row: Row) -> PartsRoute:
        async def answer(request: Request) -> Response:
            lobby: Lobby = request.app.state.lobby
            caller = audited.caller(request, self.name, row.name)
            read = Request(request.scope, bounded(request.receive, row.largest))
            try:
                self.check(read)
                actor = await self._caller(row, read, lobby)
                audited.identified(caller, actor, request)
                permit = row.needs.permit(actor)
                if row.reads_body:
                    require_plain(read)
                if self.typed and row.takes:
                    require_json_type(read)
                parsed = await row.parse(read)
                response = await self._answer(row, Call(read, lobby, permit), parsed)
                if row.keyed:
                    audited.changed(lobby, permit)
                return response
            except Exception as error:
                no = _refusal(error)
                await asyncio.sleep(row.failure_delay if isinstance(no, UNAVAILABLE) else 0)
                response = self.refuse(self.reword(no, row, lobby))
                lobby.audit.refused(no, status=response.status_code)
                return response

        answer.__doc__ = row.endpoint.__doc__
        return PartsRoute(
            row.path_template, answer, methods=[row.method], name=row.name, open_end=row.open_end
        )

    def routes(self, rows: Sequence[Row]) -> list[PartsRoute]:
        return [self.route(row) for row in rows]

    async def _caller(self, row: Row, request: Request, lobby: Lobby) -> Actor:
        """Authenticate the caller, within the rate limits of requests."""
        identify = partial(nobody if row.needs.open else self.identify, request, lobby)
        limits: RequestLimits = request.app.state.request_limits
        return await limits.admit(request, identify, open=row.needs.open, uncounted=row.uncounted)

    async def _answer(self, row: Row, call: Call, parsed: Mapping[str, Any]) -> Response:
        """Run the endpoint; once only for each Idempotency-Key of the caller."""
        identity = call.permit.actor.uuid
        command = None
        if row.keyed and identity:
            command = await idempotency_key.command_of(call.request, call.lobby, identity)
        if command is None:
            return await self._run(row, call, parsed)

        async def do() -> Response:
            response = await self._run(row, call, parsed)
            if row.completes:
                command.note(**{ENDED: "yes"})
            return response

        async def again(effect: Effect) -> Response:
            return await self._answer_again(row, call, parsed, effect=effect)

        return await once(call.lobby, command, do, again=again)

    async def _run(self, row: Row, call: Call, parsed: Mapping[str, Any]) -> Response:
        if self.resolve is not None:
            call, parsed = await self.resolve(row, call, parsed, {})
        return await row.endpoint(call, **parsed)

    async def _answer_again(
        self, row: Row, call: Call, parsed: Mapping[str, Any], *, effect: Effect
    ) -> Response:
        if self.resolve is not None:
            call, parsed = await self.resolve(row, call, parsed, effect.noted)
        if row.again is not None:
            return await row.again(call, effect, **parsed)
        if row.completes and not effect.ended:
            try:
                return await row.endpoint(call, **parsed)
            except LobbyError as no:
                if isinstance(no, UNAVAILABLE):
                    raise
        return self.done(row)


Door = tuple[Dialect, Sequence[Row]]
"""A dialect and all its rows."""


async def nobody(request: Request, lobby: Lobby) -> Actor:
    """Open operations do not read a token: an expired one must not prevent a login."""
    return NOBODY


def status_of(error: LobbyError, table: Mapping[type[LobbyError], int]) -> int:
    """The HTTP status of the error's nearest class in the table."""
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def retry_after(error: LobbyError) -> dict[str, str]:
    """The header that says when to try again, in whole seconds."""
    return {} if error.retry_after is None else {"Retry-After": str(ceil(error.retry_after))}


def _refusal(error: Exception) -> LobbyError:
    """Map any exception to an error, Starlette's own included."""
    if isinstance(error, ClientDisconnect):
        return Malformed([problem("malformed", "the body has no end", "body")])
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Malformed([problem("malformed", error.detail, "body")])
    return refusal(error)


def _validated(where: str, values: Mapping[str, Any], model: type[M]) -> M:
    targets.require_plain_numbers(where, values, model)
    try:
        return model.model_validate(values, strict=False)
    except ValidationError as error:
        raise Malformed(_located(where, problems_of(error))) from None


async def _body(request: Request, model: type[M], *, largest: int) -> M:
    try:
        return decode(await request.body(), TypeAdapter(model), largest=largest)
    except Undecodable as error:
        kind = TooLarge if isinstance(error, Oversize) else Malformed
        raise kind(_located("body", error.problems)) from None


def _located(where: str, problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**problem, "loc": [where, *problem["loc"]]} for problem in problems]
