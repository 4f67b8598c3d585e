"""`GET /ws`: the WebSocket handshake, the sockets of this process, and their drain.

An accepted socket leaves ASGI: see `wire`.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable
from functools import partial

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from lobby.actions.accounts import profiles
from lobby.caller import calling, current
from lobby.channel.close_codes import REASONS, Close
from lobby.channel.connection import Connection
from lobby.channel.connection_limits import (
    SHED_RETRY_SECONDS,
    TURNED_AWAY_PER_SECOND,
    ConnectionLimits,
    CountedConnection,
)
from lobby.channel.dispatch import answer, overtake
from lobby.channel.heartbeat import Heartbeat
from lobby.channel.hello import authenticate, close_if_revoked, closing
from lobby.channel.outage import Outage
from lobby.channel.peer import Stranger
from lobby.channel.socket import Socket
from lobby.channel.watch_commands import unwatch_if_forbidden
from lobby.channel.wire import EXTENSION, Wire
from lobby.context import Lobby
from lobby.domain import errors
from lobby.identity.bearer import bearer
from lobby.origins import Origins
from lobby.refusals import refusal
from lobby.token_bucket import TokenBucket
from persistence.ports import Unreachable
from protocol import frames
from protocol.channel import SUBPROTOCOL
from protocol.codec import problem

ABNORMAL = 1006
"""What RFC 6455 calls the end of a connection without a close frame."""
NORMAL_CLOSES = (1000, 1001)
"""Close codes of a client that does not intend to reconnect: there is no grace period."""
SLOWEST_DRAIN_PER_SECOND = 200
"""Sockets that are closed in a drain; with few of them it takes less than `drain_seconds`."""
RECHECK_SECONDS = 0.5
"""Pause before a check is repeated that the store did not answer."""

STATUS: dict[type[errors.LobbyError], int] = {
    errors.Malformed: 400,
    errors.Unauthenticated: 401,
    errors.AccountNotFound: 401,
    errors.Forbidden: 403,
    errors.TooMany: 429,
    errors.Unavailable: 503,
    errors.Broken: 500,
    errors.LobbyError: 403,
}


class Channel:
    """Every socket of this process."""

    def __init__(self, lobby: Lobby, *, overloaded: Callable[[], bool]) -> None:
        self._lobby = lobby
        self.connection_limits = ConnectionLimits(lobby.settings, overloaded=overloaded)
        self.heartbeat = Heartbeat(
            interval=lobby.settings.ping_seconds, timeout=lobby.settings.ping_seconds / 2
        )
        self._origins = Origins(lobby.settings)
        self._sockets: set[Socket] = set()
        self._entries: dict[Socket, CountedConnection] = {}
        self.outage = Outage(lobby, self._sockets)
        self._turned_away = TokenBucket(TURNED_AWAY_PER_SECOND, TURNED_AWAY_PER_SECOND)

    async def connect(self, websocket: WebSocket) -> None:
        """Check, authenticate, accept, detach from ASGI; the connection needs no task then."""
        address, caller = str(websocket.scope.get("lobby.address", "")), current()
        caller.door, caller.operation = "channel", "handshake"
        try:
            token = self._check_handshake(websocket)
            entry = self.connection_limits.enter(address, shown=token is not None)
        except errors.LobbyError as no:
            websocket.scope["lobby.refusal"] = no
            await self._turn_away(websocket, no)
            return
        socket = Socket(self._lobby, address, self._answer, self._lost, overtake=overtake)
        socket.ip, socket.request = caller.address, caller.request
        try:
            actor = await authenticate(self._lobby, token) if token is not None else None
            if actor is not None:
                entry.identify()
            await websocket.accept(SUBPROTOCOL if websocket.scope.get("subprotocols") else None)
        except WebSocketDisconnect:
            entry.leave()
            raise
        except Exception as error:
            entry.leave()
            await self._turn_away(websocket, refusal(error))
            return
        wire: Wire = websocket.scope["extensions"][EXTENSION]
        self._sockets.add(socket)
        self._begin(socket, wire.detach(socket), entry)
        if actor is not None:
            socket.greet(actor)
            self._greeted(socket)
            await self._lobby.presence.arrive(actor, socket.number)
            await close_if_revoked(socket)

    def free_descriptor(self, newcomer: str | None) -> bool:
        """Cut off a socket without an identity, see `ConnectionLimits.shed`."""
        return self.connection_limits.shed(newcomer=newcomer, at_once=True)

    async def recheck(self) -> None:
        """Endless: when account events may be lost, check every account and topic served here."""
        while True:
            served = await self._lobby.hub.accounts_to_recheck()
            self._lobby.account_cache.clear()
            for account in served:
                await _until_stored(partial(self._recheck_account, account))
            for socket in list(self._sockets):
                await _until_stored(partial(self._recheck_topics, socket))

    async def _recheck_account(self, account: str) -> None:
        lobby = self._lobby
        token_version, ended = await lobby.account_cache.revoked(account)
        lobby.hub.revoke(account, token_version, ended=ended)
        await lobby.hub.hiding.look(account)
        await profiles.refresh_presence(lobby, account)

    async def _recheck_topics(self, socket: Socket) -> None:
        hub = self._lobby.hub
        await unwatch_if_forbidden(self._lobby, socket, list(hub.watching(socket)))

    async def drain(self, *, away_seconds: float | None) -> None:
        """Graceful shutdown: warn every socket, then close them one after another, so that not all
        clients reconnect at once.

        `away_seconds`: how long after that nobody answers here; None: others answer meanwhile.
        """
        self.connection_limits.closed = True
        sockets, settings = list(self._sockets), self._lobby.settings
        # Where nobody else can take them in, to stay longer only keeps them waiting.
        alone = settings.alone and away_seconds is not None
        rate = settings.connections_per_second if alone else SLOWEST_DRAIN_PER_SECOND
        seconds = min(max(settings.drain_seconds, 0.001), len(sockets) / rate)
        for n, socket in enumerate(sockets):
            place = seconds * n / len(sockets)
            away = 0.0 if away_seconds is None else seconds + away_seconds + place * alone
            socket.out.write(frames.drain(return_after_ms=math.ceil(away * 1000)))
            asyncio.get_running_loop().call_later(place, socket.close, Close.RESTARTING)
        await asyncio.sleep(seconds)

    async def _answer(self, socket: Socket, text: bytes) -> None:
        unknown = not socket.greeted
        await answer(socket, text)
        if unknown and socket.greeted:
            self._greeted(socket)

    def _begin(self, socket: Socket, connection: Connection, entry: CountedConnection) -> None:
        self._entries[socket] = entry
        entry.opened(partial(_make_room, socket))
        socket.begin(connection)
        self.heartbeat.add(connection)

    def _greeted(self, socket: Socket) -> None:
        if entry := self._entries.get(socket):
            entry.greeted(identity=bool(socket.identity))
        self.outage.greeted(socket)
        self._note(socket, "socket opened")

    def _lost(self, socket: Socket, code: int | None) -> None:
        self._sockets.discard(socket)
        self.heartbeat.discard(socket.out)
        if entry := self._entries.pop(socket, None):
            entry.leave()
        if socket.identity:
            final = socket.expelled or code in NORMAL_CLOSES
            self._lobby.presence.depart(socket.identity, socket.number, final=final)
            self._note(socket, "socket closed", code=int(code or socket.why or ABNORMAL))

    def _note(self, socket: Socket, what: str, code: int | str = "") -> None:
        """In the trail of its account."""
        if socket.identity:
            with calling(socket.caller()):
                self._lobby.audit.note(what, code=code)

    async def _turn_away(self, websocket: WebSocket, no: errors.LobbyError) -> None:
        """Refuse a handshake. A browser cannot see why: it is accepted, told, and closed."""
        self._lobby.audit.refused(no, status=_status(no))
        why = Close.FOREIGN_ORIGIN if isinstance(no, errors.Forbidden) else closing(no)
        now = asyncio.get_running_loop().time()
        if why is None or "origin" not in websocket.headers or self._turned_away.take(now):
            await _deny(websocket, no)
            return
        await websocket.accept(SUBPROTOCOL if websocket.scope.get("subprotocols") else None)
        wire: Wire = websocket.scope["extensions"][EXTENSION]
        connection = wire.detach(Stranger())
        frame = frames.refusal(None, code=no.code, message=str(no), retry_after=no.retry_after)
        connection.write(frame)
        connection.close(why, REASONS[why])

    def _check_handshake(self, websocket: WebSocket) -> str | None:
        """Refuse a token in the URL (logs would keep it), another subprotocol, a foreign origin, a
        connection over a limit. Returns the token of its header; without one, a hello follows."""
        if "token" in websocket.query_params or "access_token" in websocket.query_params:
            raise errors.Malformed(
                [problem("value_error", "send the token in hello or in the Authorization header")]
            )
        offered = websocket.scope.get("subprotocols")
        if offered and SUBPROTOCOL not in offered:
            raise errors.Malformed(
                [problem("value_error", f"of subprotocols, only {SUBPROTOCOL} is spoken here")]
            )
        origin = websocket.headers.get("origin")
        if origin is not None and not self._origins.allows(origin, websocket.headers.get("host")):
            raise errors.Forbidden("this origin may not open the channel")
        if no := websocket.scope.get("lobby.refusal"):
            raise no
        return bearer(websocket.headers.get("authorization"))


def _make_room(socket: Socket, at_once: bool) -> None:
    """Say when to come back, and close. `at_once`: its descriptor is needed, so cut it off."""
    if at_once:
        socket.out.abort()
        return
    no = errors.Unavailable("this process", retry_after=SHED_RETRY_SECONDS)
    socket.out.write(
        frames.refusal(None, code=no.code, message=str(no), retry_after=no.retry_after)
    )
    socket.close(Close.OVERLOAD)


async def _until_stored(check: Callable[[], Awaitable[None]]) -> None:
    """While the store is away the check is repeated: who may not see on is not forgotten."""
    while True:
        try:
            return await check()
        except Unreachable:
            await asyncio.sleep(RECHECK_SECONDS)


async def _deny(websocket: WebSocket, no: errors.LobbyError) -> None:
    headers = {} if no.retry_after is None else {"Retry-After": str(math.ceil(no.retry_after))}
    body = {"code": no.code, "message": str(no)}
    await websocket.send_denial_response(JSONResponse(body, _status(no), headers=headers))


def _status(no: errors.LobbyError) -> int:
    return next(STATUS[kind] for kind in type(no).__mro__ if kind in STATUS)
