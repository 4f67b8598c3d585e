"""The application: the one place where every part is chosen and joined."""

from __future__ import annotations

import asyncio
import gc
import secrets
import signal
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from importlib import metadata
from typing import Any

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from lobby import catalogue, tokens
from lobby.actions import explaining
from lobby.actions.fulfilment import Fulfilment
from lobby.actions.watching import Sources
from lobby.api import front, health, openapi, page
from lobby.api.dialect import Door
from lobby.api.hosts import routes as hosts
from lobby.api.player_services import routes as player_services
from lobby.api.server_status import routes as server_status
from lobby.api.users import routes as users
from lobby.attendance import Attendance
from lobby.channel import asyncapi
from lobby.channel.endpoint import Channel
from lobby.config import Settings
from lobby.context import Lobby
from lobby.hub import Hub
from lobby.limits import Limits
from lobby.matchmaker import Matchmaker
from lobby.minecraft import Server
from lobby.notices import Notices
from lobby.outbound import Outbound
from lobby.passwords import Passwords
from lobby.pool import Pool
from lobby.processes import Processes
from lobby.repositories import repositories
from lobby.standings import Standings
from lobby.sweeper import Sweeper
from persistence.ports import Live, Store
from persistence.urls import open_live, open_store

log = structlog.get_logger(__name__)

GC_THRESHOLDS = (100_000, 50, 100)
"""Thousands of sockets are many objects that stay: look for garbage among them rarely."""


def create_app(settings: Settings | None = None) -> Starlette:
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_lobby(chosen) as lobby:
            app.state.lobby = lobby
            app.state.channel = channel = Channel(lobby)
            app.state.punctuality = punctuality = health.Punctuality()
            sweeper, matchmaker = Sweeper(lobby), Matchmaker(lobby)
            async with running(
                lobby.hub.run,
                lambda: lobby.hub.heal(chosen.heal_seconds),
                lobby.attendance.run,
                channel.recheck,
                channel.heartbeat.run,
                sweeper.run,
                Fulfilment(lobby).run,
                matchmaker.run,
                punctuality.run,
            ):
                gc.collect()
                gc.freeze()
                gc.set_threshold(*GC_THRESHOLDS)
                yield
                await lobby.attendance.leave_all()

    app = Starlette(
        routes=[*page.routes, *api_routes(chosen), WebSocketRoute("/ws", connect)],
        lifespan=lifespan,
        middleware=[front.middleware(chosen)],
        exception_handlers={HTTPException: front.refuse},
    )
    app.router.redirect_slashes = False
    app.router.default = front.unknown
    return app


def api_routes(settings: Settings) -> list[Route]:
    """Every door's, and those of the documents that describe them all."""
    doors: list[Door] = [
        hosts.door,
        users.door,
        server_status.door(settings.api_prefix),
        player_services.door,
        health.door,
    ]
    version = metadata.version("lobby")
    spoken = partial(asyncapi.document, version=version)
    rows = openapi.rows(doors, asyncapi=spoken, version=version)
    return [
        route
        for dialect, table in [*doors, (openapi.documents, rows)]
        for route in dialect.routes(table)
    ]


async def connect(websocket: WebSocket) -> None:
    channel: Channel = websocket.app.state.channel
    await channel.connect(websocket)


@asynccontextmanager
async def open_lobby(
    settings: Settings, *, clock: Callable[[], float] = time.time
) -> AsyncIterator[Lobby]:
    """Every part, opened in order and closed in reverse. Nothing runs yet."""
    async with AsyncExitStack() as opened:
        store = await open_store(settings.database_url, alone=settings.embedded)
        opened.push_async_callback(store.close)
        live = await open_live(settings.redis_url, prefix=settings.redis_prefix)
        opened.push_async_callback(live.leases.close)
        opened.push_async_callback(live.bus.close)
        lobby = joined(settings, store, live, clock)
        opened.callback(lobby.passwords.close)
        if lobby.minecraft is not None:
            opened.callback(lobby.minecraft.close)
        opened.push_async_callback(lobby.limits.close)
        opened.push_async_callback(lobby.hub.close)
        opened.push_async_callback(lobby.notices.close)
        opened.push_async_callback(lobby.processes.close)
        yield lobby


def joined(settings: Settings, store: Store, live: Live, clock: Callable[[], float]) -> Lobby:
    """The lobby over an open store and open live parts."""
    name, kept = secrets.token_hex(8), repositories(store)
    standings = Standings(kept.accounts)
    source = Sources(store, live.leases, kept, lambda ticket: explaining.look(lobby, ticket))
    attendance = Attendance(
        live.leases,
        keeper=name,
        keeper_seconds=settings.keeper_seconds,
        grace_seconds=settings.grace_seconds,
        clock=clock,
    )
    lobby = Lobby(
        **vars(kept),
        name=name,
        settings=settings,
        store=store,
        bus=live.bus,
        leases=live.leases,
        standings=standings,
        pool=Pool(kept.tickets),
        hub=Hub(
            live.bus,
            source,
            name=name,
            forget_standing=standings.forget,
            on_changed=attendance.rename,
        ),
        notices=Notices(store, live.bus),
        attendance=attendance,
        ring=tokens.ring(settings),
        passwords=Passwords(settings),
        limits=Limits(settings),
        catalogue=catalogue.chosen(settings),
        processes=Processes(),
        outbound=Outbound(settings.outbound_hosts),
        minecraft=Server(settings.minecraft_address) if settings.minecraft_address else None,
        clock=clock,
    )
    return lobby


@asynccontextmanager
async def running(*endless: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[None]:
    """These run until the block ends. If one fails, the process says why and stops: half a lobby
    is worse than one that is restarted."""
    tasks = [asyncio.create_task(run(), name=run.__qualname__) for run in endless]
    for task in tasks:
        task.add_done_callback(_stop_if_failed)
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
    for task, end in zip(tasks, ends, strict=True):
        if isinstance(end, Exception):
            raise PartFailed(f"{task.get_name()} failed; the log says why")


class PartFailed(Exception):
    """A part that should run endlessly did not; the process has stopped, and not because it was
    told to."""


def _stop_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("part_failed", part=task.get_name(), exc_info=error)
        signal.raise_signal(signal.SIGTERM)
