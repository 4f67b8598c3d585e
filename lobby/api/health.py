"""Whether this process lives, and whether it should be sent anybody. For supervisors and load
balancers; says nothing about what is going on inside.
"""

from __future__ import annotations

import asyncio
from typing import Literal

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from lobby.actions import parts
from lobby.api.dialect import Call, Dialect, Door, Row, nobody
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import needs

TICK_SECONDS = 0.25
LATE_SECONDS = 0.1
LATE_FOR_SECONDS = 5.0

Part = Literal["ok", "embedded", "unreachable"]


class Live(BaseModel):
    status: Literal["live"] = "live"


class Parts(BaseModel):
    """`embedded`: there is no Redis, this process does its work itself."""

    database: Part
    redis: Part


class Ready(BaseModel):
    status: Literal["ready"] = "ready"
    parts: Parts


class NotReady(BaseModel):
    """`why` is for people."""

    status: Literal["not ready"] = "not ready"
    parts: Parts
    why: list[str]


class Message(BaseModel):
    message: str


class Punctuality:
    """Whether the loop still comes round in time. Late once is nothing, for long is overload."""

    def __init__(self) -> None:
        self._late_since: float | None = None

    @property
    def overloaded(self) -> bool:
        now = asyncio.get_running_loop().time()
        return self._late_since is not None and now - self._late_since > LATE_FOR_SECONDS

    async def run(self) -> None:
        """Endless."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self.woken(due=due, now=loop.time())

    def woken(self, *, due: float, now: float) -> None:
        if now - due <= LATE_SECONDS:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = due


async def live(call: Call) -> Response:
    """This process answers. Touches nothing: a part that is away is no reason to be restarted."""
    return JSONResponse(Live().model_dump())


async def ready(call: Call) -> Response:
    """Whether to send anybody here: not while a part is away, nor overloaded, nor stopping."""
    lobby, state = call.lobby, call.request.app.state
    answering = await parts.answering(lobby)
    standing = Parts(
        database="ok" if answering["database"] else "unreachable",
        redis="unreachable"
        if not answering["redis"]
        else ("embedded" if lobby.settings.embedded else "ok"),
    )
    why = [f"{name} cannot be reached" for name, part in standing if part == "unreachable"]
    if getattr(state, "draining", False):
        why.append("this process is stopping")
    if state.punctuality.overloaded:
        why.append("this process is overloaded")
    if why:
        return JSONResponse(NotReady(parts=standing, why=why).model_dump(), 503)
    return JSONResponse(Ready(parts=standing).model_dump())


def refuse(error: LobbyError) -> Response:
    return JSONResponse(Message(message=str(error)).model_dump(), 500)


health = Dialect("health", nobody, refuse)

rows = [
    Row("GET", "/health/live", live, needs(), {200: Live, 500: Message}),
    Row("GET", "/health/ready", ready, needs(), {200: Ready, 500: Message, 503: NotReady}),
]

door: Door = (health, rows)
