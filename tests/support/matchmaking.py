"""A local lobby whose game has queues: parties in queues, their matches, and game servers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from lobby.actions.instances import allocations, health, instances
from lobby.actions.instances.allocations import Offer
from lobby.actions.login.credentials import Credential
from lobby.actions.matchmaking import queues, tick
from lobby.actions.platform_login import login
from lobby.actions.sessions import create_or_join, lifecycle, members
from lobby.actions.timers import dispatch, expiry
from lobby.context import Lobby
from lobby.domain.errors import NotFound
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.states import Stage, TicketState
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.permissions import Actor, Kind, Permit
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.instances import Health, InstanceReport, JoinParams, JoinStatus
from lobby.domain.sessions.seats import SeatStatus
from lobby.domain.sessions.session import Session
from persistence.ports import Live, Store
from tests.support import wishes
from tests.support.game import (
    BY_PLAYERS,
    entry,
    queue,
    regions,
    section,
    session_type,
    uuid,
    written,
)
from tests.support.lobby import ADDRESS, LocalLobby, leading, local_lobby
from tests.support.wishes import Wish

CLIENT = Client("1.0.0", None, "gamepad")
SERVER = Permit(Actor("e" * 32, Kind.PLAYER, "servers-eu", 77), outright=True)
THERE = JoinParams("203.0.113.7:7777", "")
numbers = count(1)
ARENA = entry(
    "map_lists",
    id="arena",
    maps=[
        {"map_id": "canyon", "name": "/Canyon", "mode": "/Duel", "map_weight": 70},
        {"map_id": "harbour", "name": "/Harbour", "map_weight": 30},
        {"map_id": "attic", "name": "/Attic", "map_weight": 0},
    ],
)
DEDICATED = entry(
    "instance_templates",
    id=uuid(1),
    map_list="arena",
    default_host_type="dedicated",
    custom_data={"rules": "strict"},
)
BY_A_PLAYER = entry("instance_templates", id=uuid(2), map_list="arena", default_host_type="player")
GAME = (
    section("server", session_ttl_s=7200)
    + regions("eu", "us")
    + session_type("party", can_join_matchmaking=True, players_per_team=4)
    + entry("templates", session_type="game", **BY_PLAYERS)
    + ARENA
    + DEDICATED
    + BY_A_PLAYER
    + section("instances", allocate_timeout_s=60)
    + section("matchmaking", session_type="game", ticket_timeout_s=900)
    + entry("ranks", rank_id=1)
    + queue("duel", max_players_per_side=1)
    + queue("pairs", min_players_per_side=2)
    + queue("asked", max_players_per_side=1, ready_check_s=15)
    + queue("hosted", max_players_per_side=1, instance_template=uuid(2))
    + queue("filler", join_mode="backfill")
    + queue("open", profiles=["filler"])
    + queue("shut", profiles=["filler"], backfill="none")
    + queue("served", profiles=["filler"], backfill="server")
)


@dataclass
class Party:
    """A session and its members, the leader first."""

    session: int
    players: list[Actor]

    @property
    def leader(self) -> Actor:
        return self.players[0]

    @property
    def uuids(self) -> set[str]:
        return {player.uuid for player in self.players}


@dataclass
class MatchmakingWorld:
    """Parties, queues, matches and game servers of a local lobby."""

    local: LocalLobby

    @property
    def lobby(self) -> Lobby:
        return self.local.lobby

    async def player(self) -> Actor:
        shown = Credential("anon", f"matched {next(numbers)}")
        return (await login.log_in(self.lobby, shown, address=ADDRESS)).account.actor()

    async def party(self, size: int = 1, *, region: str = "eu", client: Client = CLIENT) -> Party:
        players = [await self.player() for _ in range(size)]
        session = await create_or_join.create_or_join(
            self.lobby, Permit(players[0]), session_type="party", region=region, client=client
        )
        await lifecycle.update(self.lobby, leading(players[0]), id=session.id, entry=Entry.OPEN)
        for player in players[1:]:
            await self.come(session.id, player, client=client)
        return Party(session.id, players)

    async def come(self, session: int, player: Actor, *, client: Client = CLIENT) -> Session:
        wish = Wish(client=client)
        return await wishes.enter(
            self.lobby, Permit(player), id=session, player=player.uuid, wish=wish
        )

    async def go(self, session: int, player: Actor) -> None:
        await members.leave(self.lobby, Permit(player), id=session)

    async def queue(self, party: Party, *ids: str, **words: Any) -> Ticket:
        return await queues.join(
            self.lobby, leading(party.leader), id=party.session, queues=ids or ("duel",), **words
        )

    async def leave(self, party: Party) -> None:
        await queues.leave(self.lobby, leading(party.leader), id=party.session)

    async def answer(self, player: Actor, ticket: Ticket, ready: bool) -> None:
        await queues.answer(self.lobby, Permit(player), ticket=ticket.id, ready=ready)

    async def tick(self) -> None:
        await tick.tick(self.lobby)

    async def waiting(self, queue: str = "duel", sizes: Sequence[int] = (1, 1)) -> list[Party]:
        """New parties of these sizes, in the queue."""
        parties = [await self.party(size) for size in sizes]
        for party in parties:
            await self.queue(party, queue)
        return parties

    async def matched(self, queue: str = "duel", sizes: Sequence[int] = (1, 1)) -> list[Party]:
        parties = await self.waiting(queue, sizes)
        await self.tick()
        return parties

    # Stored state

    async def session(self, id: int) -> Session:
        return await self.lobby.sessions.get(str(id))

    async def match(self) -> Session:
        """The session of the only match."""
        (made,) = await self.matches()
        return made

    async def matches(self) -> list[Session]:
        return [one for one in await self.lobby.sessions.all("live", "yes") if made(one)]

    async def proposals(self) -> list[Proposal]:
        return await self.lobby.proposals.all("open", "yes")

    async def in_queue(self, party: Party) -> bool:
        """Whether it waits, or a match has its ticket and nobody is invited yet; asserts that
        session and ticket agree."""
        session = await self.session(party.session)
        try:
            ticket = await self.lobby.tickets.claimed("session", str(party.session))
        except NotFound:
            assert session.ticket is None, "it shows a ticket that is not there"
            return False
        if session.ticket is None:
            proposal = await self.lobby.proposals.get(str(ticket.match))
            assert proposal.stage is Stage.INVITED, "it does not show how it waits"
            return False
        assert session.ticket == ticket.id, "it shows another ticket"
        return True

    async def has_match(self, party: Party) -> bool:
        """Whether a match has its ticket."""
        ticket = await self.lobby.tickets.claimed("session", str(party.session))
        return ticket.state is TicketState.MATCHED

    async def tickets(self) -> list[Ticket]:
        return [
            *await self.lobby.tickets.ranked("waiting"),
            *await self.lobby.tickets.ranked("taken"),
        ]

    async def log(self, id: int) -> list[str]:
        return [entry["code"] for entry in await self.local.entries(f"events:{id}")]

    async def heard(self, player: Actor) -> list[dict[str, Any]]:
        return await self.local.entries(f"inbox:{player.uuid}")

    # Game servers

    async def serve(self, id: str = "host-1", *tags: str) -> int | None:
        """Register a free game server; returns the session it is allocated to."""
        offer = Offer(id, "203.0.113.7", 7777, [*tags])
        (host,) = await allocations.register(self.lobby, SERVER, offers=[offer])
        assert not isinstance(host, Exception)
        return host.session

    async def poll(self, id: str = "host-1") -> int | None:
        """A registered game server asks for work; returns the session it is allocated to."""
        (host,) = await allocations.poll(self.lobby, SERVER, ids=[id])
        assert not isinstance(host, Exception)
        return host.session

    async def report(
        self,
        session: int,
        status: JoinStatus,
        by: Permit = SERVER,
        version: str | None = None,
    ) -> Session:
        instance = (await self.session(session)).instance
        assert instance is not None
        said = InstanceReport(
            allocation=instance.allocation, status=status, join=THERE, version=version
        )
        return await instances.report(self.lobby, by, id=session, report=said)

    async def joinable(self) -> Session:
        """Serve the only match until it is joinable; returns its session."""
        made = await self.match()
        assert await self.serve() == made.id
        session = await self.report(made.id, JoinStatus.JOINABLE)
        await self.feels(made.id, Health.HEALTHY)
        await self.tick()
        return session

    async def feels(self, session: int, reported: Health) -> None:
        """The game server of the session reports its health."""
        instance = (await self.session(session)).instance
        assert instance is not None
        await health.report(self.lobby, SERVER, id=session, instance=instance.id, reported=reported)

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """Move the clock in steps; fire due timers and free expired seats, as the sweeper does."""
        until = self.local.clock.now + seconds
        while self.local.clock.now < until:
            self.local.clock.advance(min(step, until - self.local.clock.now))
            await dispatch.fire_due(self.lobby)
            await expiry.free_expired_seats(self.lobby)


def made(session: Session) -> bool:
    return session.created_by_matchmaking


def held(session: Session, status: SeatStatus) -> set[str]:
    return {str(s.player) for s in session.seats.values() if s.player and s.status is status}


def sides(session: Session) -> list[set[str]]:
    """Players by side, invited and reserved ones included."""
    return [{str(seat.player) for seat in team if seat.player} for team in session.seats.teams]


@asynccontextmanager
async def matchmaking_world(
    folder: Path, store: Store | None = None, live: Live | None = None, game: str = GAME
) -> AsyncIterator[MatchmakingWorld]:
    async with local_lobby(store, live, catalogue=str(written(folder, game))) as local:
        yield MatchmakingWorld(local)
