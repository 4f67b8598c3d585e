"""Health checks for supervisors and load balancers: liveness and readiness probes.

Readiness fails while a store is unreachable, the event loop lags, or the process drains.
"""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from pydantic import BaseModel
from starlette.responses import JSONResponse, Response

from lobby.actions import readiness
from lobby.api.dialect import Call, Dialect, Door, Row, nobody
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import needs
from protocol.described import described

TICK_SECONDS = 0.25
"""How often the delay of the event loop is measured."""
LATE_SECONDS = 0.1
"""A longer delay of the event loop counts as late."""
LATE_FOR_SECONDS = 5.0
"""A process whose loop has been late for so long is not ready."""

Part = Literal["ok", "embedded", "unreachable"]


class ProcessLive(BaseModel):
    """The process answers."""

    status: Annotated[Literal["live"], described("Always `live`.")] = "live"


class ProcessParts(BaseModel):
    """`embedded`: there is no Redis, this process does its work itself."""

    database: Annotated[Part, described("The database: `ok` or `unreachable`.")]
    redis: Annotated[
        Part, described("Redis: `ok`, `unreachable`, or `embedded` where no Redis is used.")
    ]


class ProcessReady(BaseModel):
    """The process takes requests."""

    status: Annotated[Literal["ready"], described("Always `ready`.")] = "ready"
    parts: Annotated[ProcessParts, described("What this process depends on.")]


class ProcessNotReady(BaseModel):
    """`why` is for people."""

    status: Annotated[Literal["not ready"], described("Always `not ready`.")] = "not ready"
    parts: Annotated[ProcessParts, described("What this process depends on.")]
    why: Annotated[list[str], described("The reasons, for people.", ["this process is stopping"])]


class HealthMessage(BaseModel):
    """A failure in words."""

    message: Annotated[str, described("What went wrong, for people.", "internal error")]


class LoopLag:
    """Event loop lag: late once does not matter, late for long is overload."""

    def __init__(self) -> None:
        self._late_since: float | None = None

    @property
    def overloaded(self) -> bool:
        """Whether the loop has been late for longer than `LATE_FOR_SECONDS`."""
        now = asyncio.get_running_loop().time()
        return self._late_since is not None and now - self._late_since > LATE_FOR_SECONDS

    async def run(self) -> None:
        """Endless."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK_SECONDS
            await asyncio.sleep(TICK_SECONDS)
            self.measure(due=due, now=loop.time())

    def measure(self, *, due: float, now: float) -> None:
        """Note that the loop ran at `now` what was due at `due`, in its seconds."""
        if now - due <= LATE_SECONDS:
            self._late_since = None
        elif self._late_since is None:
            self._late_since = due


async def live(call: Call) -> Response:
    """This process answers. Touches nothing: a part that is away is no reason to be restarted."""
    return JSONResponse(ProcessLive().model_dump())


async def ready(call: Call) -> Response:
    """Whether to send anybody here: not while a part is away, nor overloaded, nor stopping."""
    lobby, state = call.lobby, call.request.app.state
    answering = await readiness.reachable(lobby)
    standing = ProcessParts(
        database="ok" if answering["database"] else "unreachable",
        redis="unreachable"
        if not answering["redis"]
        else ("embedded" if lobby.settings.embedded else "ok"),
    )
    why = [f"{name} cannot be reached" for name, part in standing if part == "unreachable"]
    if getattr(state, "draining", False):
        why.append("this process is stopping")
    if state.loop_lag.overloaded:
        why.append("this process is overloaded")
    if why:
        return JSONResponse(ProcessNotReady(parts=standing, why=why).model_dump(), 503)
    return JSONResponse(ProcessReady(parts=standing).model_dump())


def refuse(error: LobbyError) -> Response:
    return JSONResponse(HealthMessage(message=str(error)).model_dump(), 500)


health = Dialect("health", nobody, refuse, about="Probes for supervisors and load balancers.")

rows = [
    Row(
        "GET", "/health/live", live, needs(), {200: ProcessLive, 500: HealthMessage}, uncounted=True
    ),
    Row(
        "GET",
        "/health/ready",
        ready,
        needs(),
        {200: ProcessReady, 500: HealthMessage, 503: ProcessNotReady},
        uncounted=True,
    ),
]

door: Door = (health, rows)
