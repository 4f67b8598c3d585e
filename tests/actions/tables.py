"""A lobby without a door whose players sit down together: what they do in few words, what they are
told, and a game with a kind of session for each rule."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from lobby.actions import alarms, creating, membership, portals
from lobby.actions.membership import Wish
from lobby.actions.proofs import Credential
from lobby.context import Lobby
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.platforms import Client
from lobby.domain.sessions import Session
from persistence.ports import Live, Store
from tests.actions.houses import ADDRESS, House, house
from tests.patience import PATIENCE

GAME = """
[server]
session_ttl_s = 300
invite_ttl_s = 200
[[regions]]
region_id = "eu"
[[regions]]
region_id = "us"
[[regions]]
region_id = "lan"
custom_only = true
[[templates]]
session_type = "party"
can_be_created_by_players_directly = true
[[templates]]
session_type = "game"
can_be_created_by_players_directly = true
num_teams = 2
players_per_team = 2
[[templates]]
session_type = "draft"
can_be_created_by_players_directly = true
can_change_own_team = false
num_teams = 2
players_per_team = 2
[[templates]]
session_type = "plaza"
joinable = true
can_be_created_by_players_directly = true
auto_add_to_browser = true
auto_browser_params = { kind = "social" }
keep_alive_on_empty = true
players_per_team = 3
[[templates]]
session_type = "lounge"
welcome = "host"
joinable = true
can_be_created_by_players_directly = true
[[templates]]
session_type = "match"
num_teams = 2
players_per_team = 2
"""
STEADY = 'session_type = "hub"\njoinable = true\nmin_session_count = 2\n'
"""What a kind of session says that should always be there."""
CLIENT = Client("1.0.0", "Steam", "gamepad")
numbers = count(1)


def above(actor: Actor) -> Permit:
    """For whom no session is closed."""
    return Permit(actor, outright=True)


def acting(actor: Actor) -> Permit:
    return Permit(actor, role=Role.ADMIN)


class Table:
    def __init__(self, house: House) -> None:
        self.house = house

    @property
    def lobby(self) -> Lobby:
        return self.house.lobby

    async def player(self, *, named: bool = True) -> Actor:
        """Somebody new."""
        number = next(numbers)
        shown = Credential("anon", f"table {number}", name=f"Player {number}" if named else "")
        return (await portals.log_in(self.lobby, shown, address=ADDRESS)).account.actor()

    async def create(
        self,
        who: Actor | Permit,
        session_type: str = "party",
        region: str | None = None,
        client: Client = CLIENT,
    ) -> Session:
        permit = who if isinstance(who, Permit) else Permit(who)
        return await creating.create_or_join(
            self.lobby, permit, session_type=session_type, region=region, client=client
        )

    async def open(self, who: Actor, session_type: str = "game", *others: Actor) -> Session:
        """Joinable, with the others in it, who came a second apart."""
        session = await self.create(who, session_type)
        await self.change(session, joinable=True)
        for other in others:
            self.house.clock.advance(1)
            await self.enter(other, session)
        return await self.house.now(session)

    async def change(self, session: Session, **fields: Any) -> Session:
        """By nobody's verb: nothing is told of it."""
        return await self.lobby.sessions.change(
            str(session.id), lambda session: vars(session).update(fields)
        )

    async def enter(
        self, who: Actor | Permit, session: Session, *, let_in: bool = False, **wish: Any
    ) -> Session:
        permit = who if isinstance(who, Permit) else Permit(who)
        said = Wish(**{"client": CLIENT, **wish})
        return await membership.enter(
            self.lobby,
            permit,
            id=session.id,
            player=permit.actor.uuid,
            wish=said,
            let_in=let_in,
        )

    async def place(
        self, by: Actor | Permit, session: Session, whom: Actor, **wish: Any
    ) -> Session:
        permit = by if isinstance(by, Permit) else acting(by)
        return await membership.place(
            self.lobby, permit, id=session.id, player=whom.uuid, wish=Wish(**wish)
        )

    async def dismiss(
        self, by: Actor | Permit, session: Session, whom: Actor | None = None
    ) -> Session:
        permit = by if isinstance(by, Permit) else acting(by)
        player = (whom or permit.actor).uuid
        return await membership.dismiss(self.lobby, permit, id=session.id, player=player)

    async def log(self, session: Session) -> list[str]:
        """The codes of what was written down."""
        page = await self.lobby.store.read(f"events:{session.id}", limit=500)
        return [json.loads(entry.body)["code"] for entry in page.entries]

    async def heard(self, who: Actor | str) -> list[dict[str, Any]]:
        """Their notifications, or those of a stream, when nothing waits to be written any more."""
        notices = self.lobby.notices
        async with asyncio.timeout(PATIENCE):
            while notices._due or notices._writing:
                await asyncio.sleep(0.01)
        stream = who if isinstance(who, str) else f"inbox:{who.uuid}"
        page = await self.lobby.store.read(stream, limit=500)
        return [json.loads(entry.body) for entry in page.entries]

    async def pass_time(self, seconds: float) -> None:
        """And whatever has run out by then is rung, as a sweeper would."""
        self.house.clock.advance(seconds)
        names = [name for name in await self.lobby.leases.lapsed() if alarms.is_alarm(name)]
        for name in names:
            await alarms.ring(self.lobby, name)
        await self.lobby.leases.settle(names)


def sitting(session: Session) -> list[list[str]]:
    """Who holds a seat in each team."""
    return [[str(seat.player) for seat in team if seat.player] for team in session.teams]


@asynccontextmanager
async def table(
    tmp_path: Path, store: Store | None = None, live: Live | None = None, game: str = GAME
) -> AsyncIterator[Table]:
    file = tmp_path / "game.toml"
    file.write_text(game)
    async with house(store, live, catalogue=str(file)) as home:
        yield Table(home)
