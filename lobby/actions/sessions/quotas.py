"""Quotas: in how many sessions one player sits at a time, and how many of these they have opened.

A player has so many numbered places. A seat that they take by themselves has one of them, and the
place is a claim of the session's document: no two sessions can have the same, so the store counts,
for all processes, and a place is free again when the seat is. Which place is tried first is drawn;
where it is taken, the player's sessions are read, and one of those that are left is tried.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from random import SystemRandom

from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import ListFull, TooMany
from lobby.domain.permissions import SERVING, Actor, Permit
from lobby.domain.sessions.errors import OpeningTaken, PlaceTaken
from lobby.domain.sessions.seats import Seat
from lobby.domain.sessions.session import Session

random = SystemRandom()
TRIES = 16
"""How often another place is tried: others take theirs at the same time."""
SEATS = "a player holds at most {} seats at a time; leave a session first"
OPENED = "a player sits in at most {} sessions that they have opened; leave one first"
INVITING = "your account invites at most {} times an hour; wait, then try again"
INVITED = "strangers invite this player at most {} times an hour; wait, or become their friend"

Act = Callable[[int | None], Awaitable[Session]]
"""Seats the player, with this place; None: it is not counted."""


async def seated(lobby: Lobby, player: Actor, act: Act) -> Session:
    """Seat the player within their quota. Raises ListFull, and then nothing was changed."""
    most = lobby.settings.seats_per_player

    async def taken() -> list[int | None]:
        return [seat.place for seat in await _seats(lobby, player)]

    return await _within(player, act, most, words=SEATS, collides=PlaceTaken, taken=taken)


async def opened(lobby: Lobby, player: Actor, act: Act) -> Session:
    """The same for the sessions that the player opens."""
    most = lobby.settings.sessions_per_player

    async def taken() -> list[int | None]:
        return [seat.opening for seat in await _seats(lobby, player)]

    return await _within(player, act, most, words=OPENED, collides=OpeningTaken, taken=taken)


async def count_invitation(lobby: Lobby, permit: Permit, invited: Account) -> None:
    """Rate limits of invitations: by one account, and of one account by those who are not among its
    friends. Raises TooMany."""
    inviter, limits = permit.actor.uuid, lobby.rate_limits
    if permit.outright or permit.actor.holds(SERVING) or inviter == invited.uuid:
        return
    mine, theirs = limits.rules.invitations, limits.rules.invitations_by_strangers
    await limits.spend(mine, inviter, why=INVITING.format(mine.amount))
    if inviter in invited.host.friends:
        return
    try:
        await limits.spend(theirs, invited.uuid, why=INVITED.format(theirs.amount))
    except TooMany:
        await limits.give_back(mine, inviter)
        raise


async def _seats(lobby: Lobby, player: Actor) -> list[Seat]:
    sessions = await lobby.sessions.all("player", player.uuid)
    held = [session.seats.held_by(player.uuid) for session in sessions]
    return [one.seat for one in held if one is not None]


async def _within(
    player: Actor,
    act: Act,
    most: int,
    *,
    words: str,
    collides: type[Exception],
    taken: Callable[[], Awaitable[Iterable[int | None]]],
) -> Session:
    if player.holds(SERVING):
        return await act(None)
    place = random.randrange(most)
    for _ in range(TRIES):
        try:
            return await act(place)
        except collides:
            left = [*{*range(most)} - {*await taken()}]
        if not left:
            break
        place = random.choice(left)
    raise ListFull(words.format(most))
