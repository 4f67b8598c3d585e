"""Composition root: the ASGI application, and the one place where every part is made and wired.

Parts are opened in order and closed in reverse; background work runs until shutdown.
"""

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

from lobby import catalogue
from lobby.actions import people
from lobby.actions.matchmaking import explain
from lobby.actions.topics import TopicSource
from lobby.api import (
    client_files,
    health,
    link,
    middleware,
    openapi,
    page,
)
from lobby.api.doors import doors_of
from lobby.api.request_limits import RequestLimits
from lobby.audit import AuditLog, write_to_log
from lobby.channel import asyncapi
from lobby.channel.endpoint import Channel
from lobby.config import Settings
from lobby.context import Lobby
from lobby.hub import Hub
from lobby.identity import tokens
from lobby.identity.icons import IconEncoder
from lobby.identity.passwords import Passwords
from lobby.inbox import InboxWriter
from lobby.integrations.http import HttpClient
from lobby.integrations.minecraft import MinecraftClient
from lobby.integrations.openid import OpenIdClient
from lobby.integrations.subprocesses import Subprocesses
from lobby.list_limits import ListLimits
from lobby.presence import PresenceTracker
from lobby.rate_limits import RateLimits
from lobby.storage.account_cache import AccountCache
from lobby.storage.kinds import Repositories, repositories
from lobby.storage.ticket_cache import TicketCache
from lobby.trails import TrailWriter
from lobby.workers.cleaner import Cleaner
from lobby.workers.fulfilment import Fulfilment
from lobby.workers.matchmaker import Matchmaker
from lobby.workers.sweeper import Sweeper
from persistence.ports import Live, Store
from persistence.urls import open_live, open_store, restore_store

log = structlog.get_logger(__name__)

GC_THRESHOLDS = (5_000, 5, 20_000)
"""Garbage collection thresholds: new objects are scanned a few at a time, so that no pause is long;
sockets, many objects that stay, rarely."""


def create_app(settings: Settings | None = None) -> Starlette:
    """The application with its routes; its lifespan opens the lobby and runs background work."""
    chosen = settings or Settings()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_lobby(chosen) as lobby:
            app.state.lobby, app.state.request_limits = lobby, RequestLimits(chosen)
            app.state.loop_lag = loop_lag = health.LoopLag()
            app.state.channel = channel = Channel(lobby, overloaded=lambda: loop_lag.overloaded)
            async with run_in_background(
                lobby.audit.run,
                lobby.trails.run,
                lobby.hub.run,
                lambda: lobby.hub.heal(chosen.heal_seconds),
                lobby.presence.run,
                channel.recheck,
                channel.heartbeat.run,
                channel.outage.run,
                Sweeper(lobby).run,
                Fulfilment(lobby).run,
                Matchmaker(lobby).run,
                Cleaner(lobby).run,
                loop_lag.run,
            ):
                collect_rarely()
                yield
                await lobby.presence.leave_all()

    files = [*page.routes, *link.routes, *client_files.routes]
    app = Starlette(
        routes=[*files, *api_routes(chosen), WebSocketRoute("/ws", connect)],
        lifespan=lifespan,
        middleware=[middleware.middleware(chosen)],
        exception_handlers={HTTPException: middleware.refuse},
    )
    app.router.redirect_slashes = False
    app.router.default = middleware.unknown
    return app


def collect_rarely() -> None:
    """What has been made by now stays."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GC_THRESHOLDS)


def api_routes(settings: Settings) -> list[Route]:
    """The HTTP routes of every door, and of the API documents that describe them."""
    doors = doors_of(settings)
    version = metadata.version("lobby")
    channel = partial(asyncapi.document, version=version)
    rows = openapi.rows(doors, asyncapi=channel, version=version)
    served = [*doors, (openapi.documents, rows)] if settings.documents else doors
    return [route for dialect, table in served for route in dialect.routes(table)]


async def connect(websocket: WebSocket) -> None:
    channel: Channel = websocket.app.state.channel
    await channel.connect(websocket)


@asynccontextmanager
async def open_lobby(
    settings: Settings, *, clock: Callable[[], float] | None = None
) -> AsyncIterator[Lobby]:
    """Open every part in order, close them in reverse. Starts no background work."""
    async with AsyncExitStack() as opened:
        store = await open_store(settings.database_url, exclusive=settings.embedded)
        opened.push_async_callback(store.close)
        live = await open_live(
            settings.redis_url, prefix=settings.redis_prefix, shards=settings.roster_shards
        )
        opened.push_async_callback(live.close)
        lobby = build_lobby(settings, store, live, clock or shared_clock(live))
        opened.push_async_callback(lobby.trails.close)
        opened.callback(lobby.audit.flush)
        opened.callback(lobby.passwords.close)
        opened.callback(lobby.icon_encoder.close)
        if lobby.minecraft is not None:
            opened.callback(lobby.minecraft.close)
        opened.push_async_callback(lobby.rate_limits.close)
        opened.push_async_callback(lobby.hub.close)
        opened.push_async_callback(lobby.inbox.close)
        opened.push_async_callback(lobby.subprocesses.close)
        yield lobby


async def restore(settings: Settings, backup: str | None) -> None:
    """Of the store, which nobody has open. Without a file: it was restored by its own tools."""
    await restore_store(settings.database_url, backup)


def shared_clock(live: Live) -> Callable[[], float]:
    """Redis' time, as far as it is known: processes whose machines disagree still agree on when a
    hold, an invitation or a token is over."""
    return lambda: time.time() + live.roster.skew


def build_lobby(settings: Settings, store: Store, live: Live, clock: Callable[[], float]) -> Lobby:
    """The lobby over an open store and open live parts."""
    offered = catalogue.load(settings)
    name, kept = secrets.token_hex(8), repositories(store)
    accounts, http = AccountCache(kept.accounts), HttpClient(settings.outbound_hosts)
    tracker = presence_tracker(settings, live, clock, keeper=name)
    trails = TrailWriter(store, kept.accounts.versions)
    friends_alone = settings.seen_by == people.FRIENDS
    everybody = people.StoredPeople(live.roster, kept.accounts, friends_alone=friends_alone)
    source = topic_source(store, live, kept, everybody, clock, lambda: lobby)
    hub = partial(
        hub_within(settings), forget_account=accounts.invalidate, on_changed=tracker.account_changed
    )
    address = settings.minecraft_address
    lobby = Lobby(
        **vars(kept),
        **vars(live),
        name=name,
        settings=settings,
        store=store,
        account_cache=accounts,
        ticket_cache=TicketCache(kept.tickets),
        hub=hub(live.bus, source, everybody, name=name),
        inbox=InboxWriter(store, live.bus, live.locks),
        audit=AuditLog(clock, process=name, write=write_to_log, keep=trails.add),
        trails=trails,
        presence=tracker,
        key_ring=tokens.load_key_ring(settings, clock=shared_clock(live)),
        passwords=Passwords(settings),
        icon_encoder=IconEncoder(),
        rate_limits=RateLimits(settings),
        list_limits=ListLimits(settings),
        catalogue=offered,
        subprocesses=Subprocesses(),
        http=http,
        openid=OpenIdClient(http, live.notes, live.locks, clock),
        minecraft=MinecraftClient(address) if address else None,
        clock=clock,
    )
    return lobby


def hub_within(settings: Settings) -> partial[Hub]:
    """A hub that keeps the limits of lists."""
    return partial(
        Hub,
        list_limit=settings.list_limit,
        most_windows=settings.views,
        roster_limit=settings.roster_limit,
        people_limit=settings.people_limit,
    )


def topic_source(
    store: Store,
    live: Live,
    kept: Repositories,
    everybody: people.StoredPeople,
    now: Callable[[], float],
    lobby: Callable[[], Lobby],
) -> TopicSource:
    """`lobby`: which there will be by the time that somebody watches."""
    return TopicSource(
        store,
        live.roster,
        kept,
        queued=lambda ticket: explain.queue_state(lobby(), ticket),
        now=now,
        links=lambda: lobby().links,
        counts=everybody.counts,
    )


def presence_tracker(
    settings: Settings, live: Live, clock: Callable[[], float], *, keeper: str
) -> PresenceTracker:
    return PresenceTracker(
        live.roster,
        live.notes,
        keeper=keeper,
        keeper_seconds=settings.keeper_seconds,
        grace_seconds=settings.grace_seconds,
        region=settings.region,
        clock=clock,
    )


@asynccontextmanager
async def run_in_background(
    *endless: Callable[[], Coroutine[Any, Any, None]],
) -> AsyncIterator[None]:
    """Run these until the block ends. If one fails, the process logs why and shuts down: to be
    restarted is better than to serve with a part missing."""
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
    """Background work that should run endlessly failed, and the process shut down for it."""


def _stop_if_failed(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()):
        log.critical("part_failed", part=task.get_name(), exc_info=error)
        signal.raise_signal(signal.SIGTERM)
