"""One look at everybody who waits: what was found before is seen to, then who fits is matched."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

from lobby.actions import proposals
from lobby.catalogue import Catalogue
from lobby.catalogue import matchmaking as said
from lobby.context import Lobby
from lobby.domain import matching
from lobby.domain.match_terms import Made, Opening, Profile, Standing, Window
from lobby.domain.seats import Seat, SeatStatus
from lobby.domain.sessions import Session
from lobby.domain.tickets import Ticket

AT_ONCE = 8
"""Matches that are made at a time: the store has other work, too."""
MOST_OPENINGS = 500


async def tick(lobby: Lobby) -> int:
    """How many matches were proposed. Looking for them takes a thread of its own: nobody else
    waits for that."""
    await proposals.attend(lobby)
    await lobby.pool.refresh()
    now, waiting = lobby.clock(), lobby.pool.waiting()
    if not waiting:
        return 0
    lacking = await openings(lobby)
    found = await asyncio.to_thread(find, lobby.catalogue, waiting, lacking, now)
    limit = asyncio.Semaphore(AT_ONCE)

    async def propose(made: Made) -> None:
        async with limit:
            for ticket in made.tickets:
                lobby.pool.drop(ticket)
            await proposals.propose(lobby, made)

    fresh = await _fresh(lobby, found)
    ends = await asyncio.gather(*map(propose, fresh), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return len(fresh)


def find(
    catalogue: Catalogue, waiting: list[Ticket], lacking: dict[str, list[Opening]], now: float
) -> list[Made]:
    """Sessions that lack players come first, then the profiles in the order of the catalogue."""
    found: list[Made] = []
    gone: set[str] = set()
    for profile in sorted(catalogue.profiles, key=lambda one: one.join_mode != "backfill"):
        left = [ticket for ticket in waiting if ticket.id not in gone]
        made = matching.make(
            left,
            profile_of(profile),
            now=now,
            window=window_of(catalogue),
            backfills=lacking.get(profile.id, ()),
        )
        found += made
        gone |= {ticket.id for match in made for ticket in match.tickets}
    return found


def profile_of(profile: said.Profile) -> Profile:
    return Profile(
        profile.id,
        profile.num_sides,
        profile.min_players_per_side,
        profile.max_players_per_side,
        profile.join_mode,
        profile.delay_s,
    )


def window_of(catalogue: Catalogue) -> Window:
    window = catalogue.matchmaking.window
    return Window(window.start, window.grow_per_s, window.max)


async def _fresh(lobby: Lobby, found: list[Made]) -> list[Made]:
    """Without those of whom somebody has gone since they were read."""
    tickets = [ticket for made in found for ticket in made.tickets]
    versions = await lobby.tickets.versions(ticket.id for ticket in tickets) if tickets else {}
    gone = {ticket.id for ticket in tickets if versions.get(ticket.id) != ticket.version}
    for ticket in tickets:
        if ticket.id in gone:
            lobby.pool.drop(ticket)
    return [made for made in found if all(ticket.id not in gone for ticket in made.tickets)]


async def openings(lobby: Lobby) -> dict[str, list[Opening]]:
    """By the profile that may fill them: of as many sides, and played by the same rank."""
    filling = [one for one in lobby.catalogue.profiles if one.join_mode == "backfill"]
    if not filling:
        return {}
    sessions = await lobby.sessions.ranked("fillable", limit=MOST_OPENINGS)
    filled = {one.session for one in await lobby.proposals.all("open", "yes") if one.fills}
    return {
        profile.id: [
            _opening(session)
            for session in sessions
            if session.id not in filled and _suits(lobby.catalogue, profile, session)
        ]
        for profile in filling
    }


def _suits(catalogue: Catalogue, profile: said.Profile, session: Session) -> bool:
    made = catalogue.by_profile.get(str(session.match.profile if session.match else None))
    return made is not None and (made.num_sides, made.rank_id, made.instance_template) == (
        profile.num_sides,
        profile.rank_id,
        profile.instance_template,
    )


def _opening(session: Session) -> Opening:
    ratings = session.match.ratings if session.match else {}
    sides = tuple(_standing(seats, ratings) for seats in session.teams)
    return Opening(session.id, sides, session.created, session.region)


def _standing(seats: Iterable[Seat], ratings: dict[str, float]) -> Standing:
    seats = list(seats)
    held = [seat for seat in seats if seat.player is not None]
    return Standing(
        sum(seat.status is SeatStatus.FREE for seat in seats),
        tuple(ratings[str(seat.player)] for seat in held if seat.player in ratings),
        tuple(seat.client for seat in held),
    )
