"""What every HTTP door has in common, and no more: how a row of its table becomes a route.

A dialect says who is calling and how a refusal sounds. The rows of its table make the Starlette
routes and the OpenAPI document alike.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any, TypeVar

from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Message, Receive

from lobby.context import Lobby
from lobby.domain.errors import Broken, LobbyError, Malformed, TooLarge, Unavailable
from lobby.domain.permissions import NOBODY, Actor, Needs, Permit
from lobby.refusals import refusal
from protocol.codec import decode, problem, problems_of

M = TypeVar("M", bound=BaseModel)

LARGEST_BODY = 64 * 1024
MOST_FIELDS, LARGEST_FIELD = 8, 4 * 1024
AWAY = (Broken, Unavailable)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


@dataclass(frozen=True)
class Call:
    """One request, with the lobby and the permit its row has given."""

    request: Request
    lobby: Lobby
    permit: Permit

    @property
    def address(self) -> str:
        """Where it comes from, as limits count it."""
        return str(self.request.scope.get("lobby.address", ""))

    @property
    def ip(self) -> str:
        """The same exactly; empty where it came over no network."""
        return str(self.request.scope.get("lobby.ip", ""))

    async def form(self) -> FormData | None:
        """The fields, or None where the body is no form."""
        type = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if type not in FORMS:
            return None
        return await self.request.form(
            max_files=0, max_fields=MOST_FIELDS, max_part_size=LARGEST_FIELD
        )


Endpoint = Callable[..., Awaitable[Response]]
Answers = Mapping[int, Any]


@dataclass(frozen=True)
class Row:
    """One operation.

    `path`, `query` and `takes` are the models of what comes in, handed to the endpoint under
    `path`, `query` and `body`; `form` is a body that the endpoint reads itself, and `headers_in`
    are headers that it may look at. `passes_on`: so is any JSON that may come. `gives` says, for
    each status, the model of the JSON body, a text of the plain one, or None. `unhurried`: so many
    seconds pass before it is answered that a part is away, where clients take a quick failure as a
    reason not to ask again.
    """

    method: str
    path_template: str
    endpoint: Endpoint
    needs: Needs
    gives: Answers
    path: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    takes: type[BaseModel] | None = None
    passes_on: bool = False
    form: type[BaseModel] | None = None
    headers_in: type[BaseModel] | None = None
    headers: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    largest: int = LARGEST_BODY
    unhurried: float = 0.0

    @property
    def name(self) -> str:
        return f"{self.method} {self.path_template}"

    async def words(self, request: Request) -> dict[str, BaseModel]:
        """What the request says, by parameter; Malformed names every problem."""
        found: dict[str, BaseModel] = {}
        if self.path:
            found["path"] = _said("path", request.path_params, self.path)
        if self.query:
            found["query"] = _said("query", dict(request.query_params), self.query)
        if self.takes:
            found["body"] = await _body(request, self.takes, largest=self.largest)
        return found


@dataclass(frozen=True)
class Dialect:
    """`check` looks at the request itself, before anybody is asked who they are. It and `identify`
    may raise; `refuse` never does. `reword` is for rows that do not all refuse alike."""

    name: str
    identify: Callable[[Request, Lobby], Awaitable[Actor]]
    refuse: Callable[[LobbyError], Response]
    check: Callable[[Request], None] = lambda request: None
    reword: Callable[[LobbyError, Row, Lobby], LobbyError] = lambda error, row, lobby: error

    def route(self, row: Row) -> Route:
        async def answer(request: Request) -> Response:
            lobby: Lobby = request.app.state.lobby
            bounded = Request(request.scope, _bounded(request.receive, row.largest))
            try:
                self.check(bounded)
                identify = nobody if row.needs.open else self.identify
                permit = row.needs.permit(await identify(bounded, lobby))
                words = await row.words(bounded)
                return await row.endpoint(Call(bounded, lobby, permit), **words)
            except Exception as error:
                no = _refusal(error)
                await asyncio.sleep(row.unhurried if isinstance(no, AWAY) else 0)
                return self.refuse(self.reword(no, row, lobby))

        answer.__doc__ = row.endpoint.__doc__
        return Route(row.path_template, answer, methods=[row.method], name=row.name)

    def routes(self, rows: Sequence[Row]) -> list[Route]:
        return [self.route(row) for row in rows]


Door = tuple[Dialect, Sequence[Row]]
"""A dialect and its whole table."""


async def nobody(request: Request, lobby: Lobby) -> Actor:
    """Where anybody may come in, a token is not even read: an old one must not bar a new login."""
    return NOBODY


def bearer(request: Request) -> str | None:
    """The token of the Authorization header; None where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class IfNoneMatch(BaseModel):
    """The tag of what the client has already, or several."""

    if_none_match: str = Field("", alias="If-None-Match", json_schema_extra=_without_default)


def unchanged(call: Call, etag: str) -> bool:
    """The client has it already, and says so. Tags compare weakly; a star is any."""
    known = ",".join(call.request.headers.getlist("if-none-match")).split(",")
    return not {etag.removeprefix("W/"), "*"}.isdisjoint(
        t.strip().removeprefix("W/") for t in known
    )


def status_of(error: LobbyError, table: Mapping[type[LobbyError], int]) -> int:
    """The status of the nearest class in the table."""
    return next(table[kind] for kind in type(error).__mro__ if kind in table)


def retry_after(error: LobbyError) -> dict[str, str]:
    """The header that says when to try again, in whole seconds."""
    return {} if error.retry_after is None else {"Retry-After": str(ceil(error.retry_after))}


def _refusal(error: Exception) -> LobbyError:
    """Starlette says some of it in its own exceptions."""
    if isinstance(error, ClientDisconnect):
        return Malformed([problem("malformed", "the body has no end", "body")])
    if isinstance(error, HTTPException) and error.status_code < 500:
        return Malformed([problem("malformed", error.detail, "body")])
    return refusal(error)


def _bounded(receive: Receive, largest: int) -> Receive:
    """Read no more than anybody needs. Starlette's own limit answers in its own words, not ours."""
    left = largest

    async def bounded() -> Message:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge([problem("too_long", f"at most {largest} bytes are read", "body")])
        return message

    return bounded


def _said(where: str, said: Mapping[str, Any], model: type[M]) -> M:
    try:
        return model.model_validate(said, strict=False)
    except ValidationError as error:
        raise Malformed(_located(where, problems_of(error))) from None


async def _body(request: Request, model: type[M], *, largest: int) -> M:
    try:
        return decode(await request.body(), TypeAdapter(model), largest=largest)
    except LobbyError:
        raise
    except Exception as error:
        no = refusal(error)
        if isinstance(no, Malformed):
            raise type(no)(_located("body", no.problems)) from None
        raise


def _located(where: str, problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**problem, "loc": [where, *problem["loc"]]} for problem in problems]
