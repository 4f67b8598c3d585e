"""Matchmaking tick: advance open proposals, then find matches among the waiting tickets."""

from __future__ import annotations

import asyncio

from lobby.actions.matchmaking import backfill, proposals
from lobby.catalogue import Catalogue
from lobby.catalogue import matchmaking as rows
from lobby.context import Lobby
from lobby.domain.matchmaking import match_sessions, matching
from lobby.domain.matchmaking.model import (
    ANY_DIFFERENCE,
    FoundMatch,
    Opening,
    OpeningSide,
    Profile,
    Window,
)
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.sessions.seats import Seat
from lobby.domain.sessions.session import Session

AT_ONCE = 8
"""Matches proposed concurrently; limits the load on the store."""
MOST_OPENINGS = 500
"""Sessions considered for backfill in one tick."""


async def tick(lobby: Lobby) -> int:
    """Run one tick; returns the number of proposed matches. The search runs in a thread, so that
    it does not block the event loop."""
    await proposals.advance_all(lobby)
    await lobby.ticket_cache.refresh()
    now, waiting = lobby.clock(), lobby.ticket_cache.waiting()
    if not waiting:
        return 0
    lacking = await openings(lobby)
    found = await asyncio.to_thread(find, lobby.catalogue, waiting, lacking, now)
    limit = asyncio.Semaphore(AT_ONCE)

    async def propose(made: FoundMatch) -> None:
        async with limit:
            for ticket in made.tickets:
                lobby.ticket_cache.drop(ticket)
            await proposals.propose(lobby, made)

    fresh = await _fresh(lobby, found)
    ends = await asyncio.gather(*map(propose, fresh), return_exceptions=True)
    for end in ends:
        if isinstance(end, BaseException):
            raise end
    return len(fresh)


def find(
    catalogue: Catalogue, waiting: list[Ticket], lacking: dict[str, list[Opening]], now: float
) -> list[FoundMatch]:
    """Backfill profiles first, then the others in the order of the catalogue."""
    found: list[FoundMatch] = []
    gone: set[str] = set()
    for profile in sorted(catalogue.profiles, key=lambda one: one.join_mode != "backfill"):
        left = [ticket for ticket in waiting if ticket.id not in gone]
        made = matching.find_matches(
            left,
            profile_of(profile),
            now=now,
            window=window_of(catalogue),
            backfills=lacking.get(profile.id, ()),
        )
        found += made
        gone |= {ticket.id for match in made for ticket in match.tickets}
    return found


def profile_of(profile: rows.ProfileRow) -> Profile:
    return Profile(
        profile.id,
        profile.num_sides,
        profile.min_players_per_side,
        profile.max_players_per_side,
        profile.join_mode,
        profile.delay_s,
        profile.uneven,
    )


def window_of(catalogue: Catalogue) -> Window:
    window = catalogue.matchmaking.window
    return Window(window.start, window.grow_per_s, window.max)


async def _fresh(lobby: Lobby, found: list[FoundMatch]) -> list[FoundMatch]:
    """The matches whose tickets have not changed since they were cached."""
    tickets = [ticket for made in found for ticket in made.tickets]
    versions = await lobby.tickets.versions(ticket.id for ticket in tickets) if tickets else {}
    gone = {ticket.id for ticket in tickets if versions.get(ticket.id) != ticket.version}
    for ticket in tickets:
        if ticket.id in gone:
            lobby.ticket_cache.drop(ticket)
    return [made for made in found if all(ticket.id not in gone for ticket in made.tickets)]


async def openings(lobby: Lobby) -> dict[str, list[Opening]]:
    """Sessions open for backfill, by profile: same number of sides, rank and instance template."""
    filling = [one for one in lobby.catalogue.profiles if one.join_mode == "backfill"]
    if not filling:
        return {}
    sessions = await lobby.sessions.ranked("fillable", limit=MOST_OPENINGS)
    now = lobby.now()
    filled = {one.session for one in await lobby.proposals.all("open", "yes") if one.fills}
    wanted = await asyncio.gather(*(backfill.wanted(lobby, session) for session in sessions))
    lacking = [
        session
        for session, wants in zip(sessions, wanted, strict=True)
        if wants and session.id not in filled
    ]
    return {
        profile.id: [
            _opening(lobby.catalogue, session, now)
            for session in lacking
            if suits(lobby.catalogue, profile, session)
        ]
        for profile in filling
    }


def suits(catalogue: Catalogue, profile: rows.ProfileRow, session: Session) -> bool:
    """Whether a profile that fills matches may fill the one of this session."""
    made = catalogue.by_profile.get(str(session.match.profile if session.match else None))
    return made is not None and (made.num_sides, made.rank_id, made.instance_template) == (
        profile.num_sides,
        profile.rank_id,
        profile.instance_template,
    )


def _opening(catalogue: Catalogue, session: Session, now: float) -> Opening:
    """A game server that asks for players says itself how many each side needs."""
    match = session.match
    ratings = match.ratings if match else {}
    made_by = None if match is None or match.need else catalogue.by_profile.get(str(match.profile))
    sides = tuple(
        _opening_side(seats, ratings, free=free)
        for seats, free in zip(session.seats.teams, match_sessions.lacking(session), strict=True)
    )
    uneven = made_by.uneven if made_by else ANY_DIFFERENCE
    return Opening(
        session.id,
        sides,
        session.created,
        session.region,
        excluded=frozenset(session.exclusions.in_force(now)),
        uneven=uneven,
        version=session.instance.version if session.instance else None,
    )


def _opening_side(seats: list[Seat], ratings: dict[str, float], *, free: int) -> OpeningSide:
    held = [seat for seat in seats if seat.player is not None]
    return OpeningSide(
        free,
        tuple(ratings[s.player] for s in held if s.player and s.player in ratings),
        tuple(seat.client for seat in held),
    )
