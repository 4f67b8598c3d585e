"""Who is kept out of a session: how long, on which ways in, and what ends it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lobby.domain.errors import GuestNotWelcome, ListFull, NotSeated
from lobby.domain.hosts import Host
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.reasons import Departure, Reason
from lobby.domain.sessions import admission
from lobby.domain.sessions.admission import Knock, Terms, Way
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.errors import InvitedBefore, KeptOut
from lobby.domain.sessions.exclusions import (
    INVITED_AGAIN_SECONDS,
    MOST_EXCLUDED,
    Exclusion,
    Exclusions,
)
from lobby.domain.sessions.seats import SPAN, Guest, SeatStatus
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANN, BOB = (Guest(name, name.title(), n) for n, name in enumerate(("ann", "bob"), 1))
WHY = Departure(Reason.KICKED)
LEADING, FOLLOWING = (Permit(Actor(name), role=Role.ADMIN) for name in ("ann", "bob"))
ABOVE = Permit(Actor("boss"), outright=True)
NOW = 100.0
MINUTE = Exclusion("ann", NOW, NOW + 60, "afk")


def session(*others: Guest) -> Session:
    made = Session.launch(SPAN, Template("game", 2, 2), ANN, now=10.0)
    for other in others:
        made.seat(other, now=11.0)
    return made


def knock(made: Session, way: Way, now: float) -> None:
    """Bob comes in, if he may."""
    admission.decide(made, Terms("ann", Host()), Knock(BOB, way), now)
    made.seat(BOB, now=now)


def kept_out() -> Session:
    """Bob was kicked for a minute."""
    made = session(BOB)
    made.kick(LEADING, "bob", WHY, now=NOW, exclusion=MINUTE)
    return made


def test_one_kick_frees_the_seat_and_keeps_out_and_says_until_when_and_why() -> None:
    made = kept_out()
    assert made.seats.held_by("bob") is None
    with pytest.raises(KeptOut) as refused:
        knock(made, Way.JOIN, NOW)
    assert refused.value.about == {"until": NOW + 60, "reason": "afk"}
    assert isinstance(refused.value, GuestNotWelcome), "doors without a word of their own say that"


@pytest.mark.parametrize("way", sorted(set(Way) - {Way.PLACED}))
def test_nobody_comes_in_by_themselves_before_their_time(way: Way) -> None:
    made = kept_out()
    with pytest.raises(KeptOut):
        knock(made, way, NOW + 59.9)
    assert made.seats.held_by("bob") is None


def test_it_is_over_at_its_time_whoever_sweeps() -> None:
    made = kept_out()
    knock(made, Way.JOIN, NOW + 60)
    assert made.seats.sits("bob")


NAMING: list[Callable[[Session], object]] = [
    lambda s: s.invite(LEADING, BOB, until=NOW + 99, now=NOW + 1),
    lambda s: s.set_aside(ABOVE, BOB),
    lambda s: s.add(ABOVE, BOB, MemberEdit(), now=NOW + 1),
    lambda s: s.exclusions.lift("bob"),
]


@pytest.mark.parametrize("word", NAMING)
def test_a_later_word_about_them_by_name_lifts_it(word: Callable[[Session], object]) -> None:
    made = kept_out()
    word(made)
    assert made.exclusions.players == {}


def test_somebody_without_a_seat_is_kept_out_too_and_without_effect_it_is_refused() -> None:
    made = session()
    with pytest.raises(NotSeated):
        made.kick(LEADING, "bob", WHY, now=NOW)
    made.kick(LEADING, "bob", WHY, now=NOW, exclusion=MINUTE)
    with pytest.raises(KeptOut):
        knock(made, Way.JOIN, NOW)


def test_the_newest_word_counts() -> None:
    made = kept_out()
    made.kick(LEADING, "bob", WHY, now=NOW + 1, exclusion=Exclusion("ann", NOW + 1, NOW + 5))
    with pytest.raises(KeptOut) as refused:
        knock(made, Way.JOIN, NOW + 4)
    assert refused.value.about == {"until": NOW + 5}


def test_a_full_list_takes_nobody_more_until_somebody_is_over_or_pardoned() -> None:
    full = Exclusions({str(n): Exclusion("ann", NOW, NOW + n) for n in range(1, MOST_EXCLUDED + 1)})
    with pytest.raises(ListFull):
        full.add("bob", MINUTE)
    full.add("7", MINUTE)
    assert len(full.players) == MOST_EXCLUDED, "whom it has it takes again"
    later = Exclusion("ann", NOW + 2, None)
    full.add("bob", later)
    assert {"1", "2"}.isdisjoint(full.players)
    assert full.players["bob"].in_force(NOW * NOW)


def test_an_invitation_that_was_taken_back_is_not_sent_again_at_once() -> None:
    made = session()
    made.invite(LEADING, BOB, until=NOW + 99, now=NOW)
    made.kick(LEADING, "bob", WHY, now=NOW + 1)
    with pytest.raises(InvitedBefore) as refused:
        made.invite(LEADING, BOB, until=NOW + 99, now=NOW + 2)
    assert refused.value.retry_after == INVITED_AGAIN_SECONDS - 1
    made.invite(ABOVE, BOB, until=NOW + 99, now=NOW + 2)
    made.kick(ABOVE, "bob", WHY, now=NOW + 3)
    again = NOW + 3 + INVITED_AGAIN_SECONDS
    made.invite(LEADING, BOB, until=again + 9, now=again)
    assert made.seats.of("bob").seat.status is SeatStatus.INVITED
    made.exclusions.withdraw("cat", now=again)
    assert made.exclusions.withdrawn == {"cat": again}, "what was long ago is forgotten"
