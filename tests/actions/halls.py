"""A house whose game has queues: parties that wait in it, the matches they are put in, and the game
servers on which these are played.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from lobby.actions import (
    alarms,
    allocations,
    creating,
    instances,
    matchmaking,
    membership,
    portals,
    queues,
    seating,
    sessions,
)
from lobby.actions.allocations import Offer
from lobby.actions.membership import Wish
from lobby.actions.proofs import Credential
from lobby.context import Lobby
from lobby.domain.errors import NotFound
from lobby.domain.instances import JoinParams, JoinStatus, Report
from lobby.domain.permissions import Actor, Kind, Permit, Role
from lobby.domain.platforms import Client
from lobby.domain.proposals import Proposal
from lobby.domain.seats import SeatStatus
from lobby.domain.sessions import Session
from lobby.domain.tickets import Ticket
from persistence.ports import Live, Store
from tests.actions.houses import ADDRESS, House, house

CLIENT = Client("1.0.0", None, "gamepad")
SERVER = Permit(Actor("e" * 32, Kind.PLAYER, "servers-eu", 77), outright=True)
THERE = JoinParams("203.0.113.7:7777", "")
numbers = count(1)


def uuid(n: int) -> str:
    return f"5d0c6a52-7d1e-4b7c-9c1d-{n:012}"


def way(queue: str, *, size: int = 4, profiles: Sequence[str] = (), **words: Any) -> str:
    """A queue of its own with one profile of its own, named alike."""
    number = next(numbers)
    said = {"rank_id": 1, "max_players_per_side": 2, "instance_template": f'"{uuid(1)}"', **words}
    taken = ", ".join(f'"{one}"' for one in (queue, *profiles))
    fields = "\n".join(f"{word} = {value}" for word, value in said.items())
    return f"""
[[profiles]]
id = "{queue}"
{fields}
[[template_groups]]
id = "{uuid(100 + number)}"
templates = [{{ id = "{uuid(200 + number)}", profiles = [{taken}] }}]
[[queues]]
queue_id = "{queue}"
max_queue_group_size = {min(size, said["max_players_per_side"])}
template_group = "{uuid(100 + number)}"
"""


GAME = f"""
[server]
session_ttl_s = 7200
[[regions]]
region_id = "eu"
[[regions]]
region_id = "us"
[[templates]]
session_type = "party"
can_be_created_by_players_directly = true
can_join_matchmaking = true
players_per_team = 4
[[templates]]
session_type = "game"
can_be_created_by_players_directly = true
[[map_lists]]
id = "arena"
maps = [
    {{ map_id = "canyon", name = "/Canyon", mode = "/Duel", map_weight = 70 }},
    {{ map_id = "harbour", name = "/Harbour", map_weight = 30 }},
    {{ map_id = "attic", name = "/Attic", map_weight = 0 }},
]
[[instance_templates]]
id = "{uuid(1)}"
map_list = "arena"
default_host_type = "dedicated"
custom_data = {{ rules = "strict" }}
[[instance_templates]]
id = "{uuid(2)}"
map_list = "arena"
default_host_type = "player"
[instances]
allocate_timeout_s = 60
[matchmaking]
session_type = "game"
ticket_timeout_s = 900
[[ranks]]
rank_id = 1
{way("duel", max_players_per_side=1)}
{way("pairs", min_players_per_side=2)}
{way("asked", max_players_per_side=1, ready_check_s=15)}
{way("hosted", max_players_per_side=1, instance_template=f'"{uuid(2)}"')}
{way("filler", join_mode='"backfill"')}
{way("open", profiles=["filler"])}
"""


@dataclass
class Party:
    """`leader` comes first."""

    session: int
    players: list[Actor]

    @property
    def leader(self) -> Actor:
        return self.players[0]

    @property
    def uuids(self) -> set[str]:
        return {player.uuid for player in self.players}


def leading(actor: Actor) -> Permit:
    return Permit(actor, role=Role.ADMIN)


@dataclass
class Hall:
    """`patience` is the age at which every match is good enough."""

    house: House

    @property
    def lobby(self) -> Lobby:
        return self.house.lobby

    async def player(self) -> Actor:
        shown = Credential("anon", f"in the hall {next(numbers)}")
        return (await portals.log_in(self.lobby, shown, address=ADDRESS)).account.actor()

    async def party(self, size: int = 1, *, region: str = "eu", client: Client = CLIENT) -> Party:
        players = [await self.player() for _ in range(size)]
        session = await creating.create_or_join(
            self.lobby, Permit(players[0]), session_type="party", region=region, client=client
        )
        await sessions.revise(self.lobby, leading(players[0]), id=session.id, joinable=True)
        for player in players[1:]:
            await self.come(session.id, player, client=client)
        return Party(session.id, players)

    async def come(self, session: int, player: Actor, *, client: Client = CLIENT) -> Session:
        wish = Wish(client=client)
        return await membership.enter(
            self.lobby, Permit(player), id=session, player=player.uuid, wish=wish
        )

    async def go(self, session: int, player: Actor) -> None:
        await seating.leave(self.lobby, Permit(player), id=session)

    async def queue(self, party: Party, queue: str = "duel", **words: Any) -> Ticket:
        return await queues.join(
            self.lobby, leading(party.leader), id=party.session, queue=queue, **words
        )

    async def leave(self, party: Party) -> None:
        await queues.leave(self.lobby, leading(party.leader), id=party.session)

    async def answer(self, player: Actor, ticket: Ticket, ready: bool) -> None:
        await queues.answer(self.lobby, Permit(player), ticket=ticket.id, ready=ready)

    async def tick(self) -> None:
        await matchmaking.tick(self.lobby)

    async def waiting(self, queue: str = "duel", sizes: Sequence[int] = (1, 1)) -> list[Party]:
        """Parties that wait, and can be matched."""
        parties = [await self.party(size) for size in sizes]
        for party in parties:
            await self.queue(party, queue)
        return parties

    async def matched(self, queue: str = "duel", sizes: Sequence[int] = (1, 1)) -> list[Party]:
        parties = await self.waiting(queue, sizes)
        await self.tick()
        return parties

    # What stands

    async def session(self, id: int) -> Session:
        return await self.lobby.sessions.get(str(id))

    async def match(self) -> Session:
        """The only one that was made."""
        (made,) = await self.matches()
        return made

    async def matches(self) -> list[Session]:
        return [one for one in await self.lobby.sessions.all("live", "yes") if made(one)]

    async def proposals(self) -> list[Proposal]:
        return await self.lobby.proposals.all("open", "yes")

    async def in_queue(self, party: Party) -> bool:
        """As its session shows it, and as it is; never one without the other."""
        shown = (await self.session(party.session)).ticket
        try:
            ticket = await self.lobby.tickets.claimed("session", str(party.session))
        except NotFound:
            assert shown is None, "it shows a ticket that is not there"
            return False
        waits = ticket.state.value != "matched"
        assert (shown == ticket.id) is waits, "it does not show how it waits"
        return waits

    async def tickets(self) -> list[Ticket]:
        return [
            *await self.lobby.tickets.ranked("waiting"),
            *await self.lobby.tickets.ranked("taken"),
        ]

    async def log(self, id: int) -> list[str]:
        return [entry["code"] for entry in await self.house.entries(f"events:{id}")]

    async def heard(self, player: Actor) -> list[dict[str, Any]]:
        return await self.house.entries(f"inbox:{player.uuid}")

    # Who serves it

    async def serve(self, id: str = "host-1") -> int | None:
        """A game server that is free; the session that it is given."""
        offer = Offer(id, "203.0.113.7", 7777, [])
        (host,) = await allocations.register(self.lobby, SERVER, offers=[offer])
        assert not isinstance(host, Exception)
        return host.session

    async def report(self, session: int, status: JoinStatus, by: Permit = SERVER) -> Session:
        instance = (await self.session(session)).instance
        assert instance is not None
        said = Report(allocation=instance.allocation, status=status, join=THERE)
        return await instances.report(self.lobby, by, id=session, report=said)

    async def joinable(self) -> Session:
        """The match that was made is served, and can be joined."""
        made = await self.match()
        assert await self.serve() == made.id
        session = await self.report(made.id, JoinStatus.JOINABLE)
        await self.tick()
        return session

    async def pass_time(self, seconds: float, step: float = 1.0) -> None:
        """And whatever runs out meanwhile is rung, as a sweeper would."""
        until = self.house.clock.now + seconds
        while self.house.clock.now < until:
            self.house.clock.advance(min(step, until - self.house.clock.now))
            names = [name for name in await self.lobby.leases.lapsed() if alarms.is_alarm(name)]
            for name in names:
                await alarms.ring(self.lobby, name)
            await self.lobby.leases.settle(names)
            await seating.lapse(self.lobby)


def made(session: Session) -> bool:
    return session.created_by_matchmaking


def held(session: Session, status: SeatStatus) -> set[str]:
    return {str(s.player) for s in session.seats.values() if s.player and s.status is status}


def sides(session: Session) -> list[set[str]]:
    """Who is on each, whether or not they have come."""
    return [{str(seat.player) for seat in team if seat.player} for team in session.teams]


@asynccontextmanager
async def hall(
    folder: Path, store: Store | None = None, live: Live | None = None, game: str = GAME
) -> AsyncIterator[Hall]:
    file = folder / "game.toml"
    file.write_text(game)
    async with house(store, live, catalogue=str(file)) as home:
        yield Hall(home)
