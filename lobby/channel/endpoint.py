"""`GET /ws`: from the handshake to a socket on the wire, and from its end to a departure."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect

from lobby.actions import profiles
from lobby.channel.admission import Admission
from lobby.channel.answers import admitted, answer
from lobby.channel.closing import Close
from lobby.channel.commands import leave_if_barred
from lobby.channel.heartbeat import Heartbeat
from lobby.channel.socket import Socket
from lobby.channel.wire import EXTENSION, Wire
from lobby.context import Lobby
from lobby.domain import errors
from lobby.domain.permissions import Actor
from lobby.refusals import refusal
from persistence.ports import Unreachable
from protocol.channel import SUBPROTOCOL
from protocol.codec import problem
from protocol.frames import Drain

GOODBYES = (1000, 1001)
"""A client that closes with one of these is not coming back."""
SLOWEST_DRAIN_PER_SECOND = 200

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

    def __init__(self, lobby: Lobby) -> None:
        self._lobby = lobby
        self.admission = Admission(lobby.settings)
        self.heartbeat = Heartbeat(
            interval=lobby.settings.ping_seconds, patience=lobby.settings.ping_seconds / 2
        )
        self._sockets: set[Socket] = set()

    async def connect(self, websocket: WebSocket) -> None:
        """Check, accept, detach. The wire carries on alone; this task ends."""
        address = str(websocket.scope.get("lobby.address", ""))
        try:
            self._require_fair(websocket)
            self.admission.enter(address)
        except errors.LobbyError as no:
            await _deny(websocket, no)
            return
        socket = Socket(self._lobby, address, self._answer, self._lost)
        try:
            actor = await self._shown(websocket)
            await websocket.accept(SUBPROTOCOL if websocket.scope.get("subprotocols") else None)
        except WebSocketDisconnect:
            self.admission.leave(address, known=False)
            raise
        except Exception as error:
            self.admission.leave(address, known=False)
            await _deny(websocket, refusal(error))
            return
        wire: Wire = websocket.scope["extensions"][EXTENSION]
        self._sockets.add(socket)
        connection = wire.detach(socket)
        socket.begin(connection)
        self.heartbeat.add(connection)
        if actor is not None:
            socket.greet(actor)
            self.admission.known()
            await self._lobby.attendance.arrive(actor, socket.number)

    async def recheck(self) -> None:
        """Endless: when words about accounts may be lost, ask for everybody who is served here."""
        lobby = self._lobby
        while True:
            for account in await lobby.hub.may_have_missed():
                with suppress(Unreachable):
                    lobby.hub.revoke(account, await lobby.standings.token_version(account))
                    await profiles.show_again(lobby, account)
            for socket in list(self._sockets):
                with suppress(Unreachable):
                    await leave_if_barred(lobby, socket, list(lobby.hub.watching(socket)))

    async def drain(self) -> None:
        """Say that we stop, and close every socket, one after another rather than all at once."""
        self.admission.closed = True
        sockets = list(self._sockets)
        most = max(self._lobby.settings.drain_seconds, 0.001)
        seconds = min(most, len(sockets) / SLOWEST_DRAIN_PER_SECOND)
        warning = Drain(return_after_ms=int(seconds * 1000)).model_dump_json().encode()
        for socket in sockets:
            socket.say([warning])
        for n, socket in enumerate(sockets):
            asyncio.get_running_loop().call_later(
                seconds * n / len(sockets), socket.close, Close.RESTARTING
            )
        await asyncio.sleep(seconds)

    async def _answer(self, socket: Socket, text: bytes) -> None:
        unknown = not socket.greeted
        await answer(socket, text)
        if unknown and socket.greeted:
            self.admission.known()

    async def _shown(self, websocket: WebSocket) -> Actor | None:
        """Who shows a token in the handshake; None: a hello will say."""
        token = bearer(websocket.headers.get("authorization", ""))
        return await admitted(self._lobby, token) if token is not None else None

    def _lost(self, socket: Socket, code: int | None) -> None:
        self._sockets.discard(socket)
        self.heartbeat.discard(socket.out)
        self.admission.leave(socket.address, known=socket.greeted)
        if socket.identity:
            goodbye = socket.expelled or code in GOODBYES
            self._lobby.attendance.depart(socket.identity, socket.number, goodbye=goodbye)

    def _require_fair(self, websocket: WebSocket) -> None:
        """Our subprotocol, if any, no token where logs would keep it, no foreign page behind it."""
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
        if origin is not None and not self._own(origin, websocket):
            raise errors.Forbidden("this origin may not open the channel")

    def _own(self, origin: str, websocket: WebSocket) -> bool:
        """Our own page's, by the host that it called; or one that the settings name."""
        settings, host = self._lobby.settings, websocket.headers.get("host")
        named = origin == settings.url or origin in settings.allowed_origins
        return named or (bool(host) and origin in (f"http://{host}", f"https://{host}"))


def bearer(authorization: str) -> str | None:
    scheme, _, token = authorization.partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def _deny(websocket: WebSocket, no: errors.LobbyError) -> None:
    status = next(STATUS[kind] for kind in type(no).__mro__ if kind in STATUS)
    headers = {} if no.retry_after is None else {"Retry-After": str(round(no.retry_after + 0.5))}
    body = {"code": no.code, "message": str(no)}
    await websocket.send_denial_response(JSONResponse(body, status, headers=headers))
