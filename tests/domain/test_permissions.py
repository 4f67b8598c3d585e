"""Who may try what: grants, needs and permits."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.domain.errors import Forbidden, NotYours, Unauthenticated
from lobby.domain.permissions import (
    GRANTS,
    NOBODY,
    SPECTATOR,
    SYSTEM,
    Actor,
    Kind,
    Permit,
    Role,
    covers,
    needs,
)

PART = st.text("abc", min_size=1, max_size=3)
NEED = st.lists(PART, min_size=1, max_size=4).map(":".join)


def ann(*grants: str) -> Actor:
    return Actor("ann", Kind.USER, grants=frozenset(grants))


@given(NEED, NEED)
def test_a_plain_grant_covers_itself_alone(grant: str, need: str) -> None:
    assert covers(grant, need) is (grant == need)


@given(NEED, NEED)
def test_a_star_covers_whatever_begins_like_it(grant: str, need: str) -> None:
    assert covers(f"{grant}:*", f"{grant}:{need}")
    assert covers("*", need)
    assert not covers(f"{grant}:*", f"x{grant}:{need}")


@pytest.mark.parametrize(
    ("grant", "need"),
    [("session:*", "session"), ("session:*", "sessions:read"), ("session", "session:read")],
)
def test_a_star_covers_neither_its_stem_nor_another_noun(grant: str, need: str) -> None:
    assert not covers(grant, need)


def test_without_needs_anybody_may() -> None:
    assert needs().permit(NOBODY).actor is NOBODY


def test_nobody_is_asked_who_they_are_and_somebody_is_forbidden() -> None:
    asked = needs("session:delete", own="host")
    with pytest.raises(Unauthenticated):
        asked.permit(NOBODY)
    with pytest.raises(Unauthenticated):
        asked.permit(SPECTATOR)
    with pytest.raises(Forbidden):
        asked.permit(ann("guest"))


def test_an_outright_need_suffices_for_acting_on_anybody() -> None:
    permit = needs("session:update:any", own="session:update:self").permit(ann("session:*"))
    assert permit.outright
    permit.require_self("somebody else")


def test_an_own_need_suffices_for_oneself_alone() -> None:
    permit = needs("session:update:any", own="session:update:self", role=Role.ADMIN).permit(
        ann("session:update:self")
    )
    assert (permit.outright, permit.role) == (False, Role.ADMIN)
    permit.require_self("ann")
    with pytest.raises(NotYours):
        permit.require_self("bob")


def test_an_empty_identity_owns_nothing() -> None:
    with pytest.raises(NotYours):
        Permit(NOBODY).require_self("bob")


def test_the_system_may_act_on_anybody() -> None:
    SYSTEM.require_self("anybody")


def test_each_kind_may_all_that_the_kind_below_it_may() -> None:
    kinds = [Kind.SPECTATOR, Kind.ANONYMOUS, Kind.HOST, Kind.USER]
    for less, more in pairwise(kinds):
        assert GRANTS[less] < GRANTS[more]


@pytest.mark.parametrize(
    ("kind", "name", "named"),
    [
        (Kind.USER, "ann", True),
        (Kind.HOST, None, True),
        (Kind.HOST, "Ann", True),
        (Kind.PLAYER, "Ann", True),
        (Kind.PLAYER, None, False),
        (Kind.ANONYMOUS, None, False),
    ],
)
def test_who_has_no_name_is_anonymous_or_a_player_without_one(
    kind: Kind, name: str | None, named: bool
) -> None:
    assert Actor("a", kind, name=name).named is named
