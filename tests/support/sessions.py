"""A local lobby with players in sessions, and a game with a session type for each rule."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from lobby.actions.login.credentials import Credential
from lobby.actions.platform_login import login
from lobby.actions.sessions import create_or_join
from lobby.actions.sessions.passwords import Said
from lobby.actions.timers import dispatch
from lobby.context import Lobby
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.admission import Way
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.session import Session
from persistence.ports import Live, Store
from tests.support import wishes
from tests.support.game import regions, section, session_type, written
from tests.support.lobby import ADDRESS, LocalLobby, leading, local_lobby
from tests.support.waiting import until
from tests.support.wishes import Wish

GAME = (
    section("server", session_ttl_s=300, invite_ttl_s=200)
    + regions("eu", "us", "lan")
    + "".join(map(session_type, ("party", "game", "draft", "plaza", "lounge", "match")))
)
CLIENT = Client("1.0.0", "Steam", "gamepad")
numbers = count(1)


def above(actor: Actor) -> Permit:
    """An outright permit: for any session."""
    return Permit(actor, outright=True)


class SessionsWorld:
    """Operations of players in sessions, called as a door calls them."""

    def __init__(self, local: LocalLobby) -> None:
        self.local = local

    @property
    def lobby(self) -> Lobby:
        return self.local.lobby

    async def player(self, *, named: bool = True) -> Actor:
        """A new player."""
        number = next(numbers)
        shown = Credential("anon", f"table {number}", name=f"Player {number}" if named else "")
        return (await login.log_in(self.lobby, shown, address=ADDRESS)).account.actor()

    async def create(
        self,
        who: Actor | Permit,
        session_type: str = "party",
        region: str | None = None,
        client: Client = CLIENT,
        password: Said | None = None,
    ) -> Session:
        permit = who if isinstance(who, Permit) else Permit(who)
        return await create_or_join.create_or_join(
            self.lobby,
            permit,
            session_type=session_type,
            region=region,
            client=client,
            password=password,
        )

    async def open(self, who: Actor, session_type: str = "game", *others: Actor) -> Session:
        """A joinable session, with the others in it, joined a second apart."""
        session = await self.create(who, session_type)
        await self.change(session, entry=Entry.OPEN)
        for other in others:
            self.local.clock.advance(1)
            await self.enter(other, session)
        return await self.local.now(session)

    async def change(self, session: Session, **fields: Any) -> Session:
        """Change the stored session directly: nobody is notified."""
        return await self.lobby.sessions.change(
            str(session.id), lambda session: vars(session).update(fields)
        )

    async def enter(
        self,
        who: Actor | Permit,
        session: Session,
        *,
        way: Way = Way.JOIN,
        friend: str | None = None,
        **wish: Any,
    ) -> Session:
        permit = who if isinstance(who, Permit) else Permit(who)
        said = Wish(**{"client": CLIENT, **wish})
        return await wishes.enter(
            self.lobby,
            permit,
            id=session.id,
            player=permit.actor.uuid,
            wish=said,
            way=way,
            friend=friend,
        )

    async def place(
        self, by: Actor | Permit, session: Session, whom: Actor, **wish: Any
    ) -> Session:
        permit = by if isinstance(by, Permit) else leading(by)
        return await wishes.place(
            self.lobby, permit, id=session.id, player=whom.uuid, wish=Wish(**wish)
        )

    async def dismiss(
        self, by: Actor | Permit, session: Session, whom: Actor | None = None
    ) -> Session:
        permit = by if isinstance(by, Permit) else leading(by)
        player = (whom or permit.actor).uuid
        return await wishes.dismiss(self.lobby, permit, id=session.id, player=player)

    async def log(self, session: Session) -> list[str]:
        """Codes of its event log."""
        page = await self.lobby.store.read(f"events:{session.id}", limit=500)
        return [json.loads(entry.body)["code"] for entry in page.entries]

    async def heard(self, who: Actor | str) -> list[dict[str, Any]]:
        """Entries of their inbox, or of a stream, once all pending ones are written."""
        notices = self.lobby.inbox
        await until(lambda: not (notices._pending or notices._writing))
        stream = who if isinstance(who, str) else f"inbox:{who.uuid}"
        page = await self.lobby.store.read(stream, limit=500)
        return [json.loads(entry.body) for entry in page.entries]

    async def pass_time(self, seconds: float) -> None:
        """Move the clock and fire the timers that are due, as the sweeper does."""
        self.local.clock.advance(seconds)
        await dispatch.fire_due(self.lobby)


def sitting(session: Session) -> list[list[str]]:
    """Players with a seat, by team."""
    return [[str(seat.player) for seat in team if seat.player] for team in session.seats.teams]


@asynccontextmanager
async def sessions_world(
    tmp_path: Path, store: Store | None = None, live: Live | None = None, game: str = GAME
) -> AsyncIterator[SessionsWorld]:
    async with local_lobby(store, live, catalogue=str(written(tmp_path, game))) as local:
        yield SessionsWorld(local)
