"""Who may play with whom: versions, platforms, inputs."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.domain.errors import LobbyError, SessionFull, SessionNotJoinable
from lobby.domain.sessions.admission import Knock, Terms, Way, decide
from lobby.domain.sessions.clients import (
    NUMBERS,
    PERMITTED_INPUTS,
    PERMITTED_PLATFORMS,
    Client,
    Crossplay,
    platform_numbered,
)
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.errors import CrossplayIncompatible, VersionIncompatible
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import Template

ANY = ("desired_platforms_any", "desired_inputs_any")
XBOX = ("desired_platforms_xboxlike", "desired_inputs_any")
PSN = ("desired_platforms_playstationlike", "desired_inputs_any")
PADS = ("desired_platforms_any", "desired_inputs_gamepad")


def client(
    platform: str | None = "Steam",
    wishes: tuple[str, str] | None = None,
    *,
    input: str = "gamepad",
    version: str = "1.0.0",
) -> Client:
    return Client(version, platform, input, Crossplay(*wishes) if wishes else None)


def refusal(one: Client, *others: Client) -> str | None:
    try:
        one.require_fits(others)
    except LobbyError as refused:
        return refused.code
    return None


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        (client(), client("PSN"), True),
        (client(wishes=ANY), client("PSN", ANY), True),
        (client("XboxLive", XBOX), client("XboxLive"), True),
        (client("XboxLive", XBOX), client("PSN"), False),
        (client("XboxLive", XBOX), client("PSN", ANY), False),
        (client("PSN", PSN), client("PSN", PSN), True),
        (client("PSN", PSN), client("XboxLive", XBOX), False),
        # Who wants to play among consoles of one kind need not have one.
        (client("Steam", PSN), client("PSN", ANY), True),
        (client("Steam", PSN), client("Steam", ANY), False),
        (client("PSN", PSN), client(None), False),
        (client(wishes=PADS), client(input="gamepad"), True),
        (client(wishes=PADS), client(input="touch"), False),
        (client(wishes=PADS), client("PSN", PSN), False),
    ],
)
def test_each_must_let_in_the_other(one: Client, other: Client, together: bool) -> None:
    found = None if together else "crossplay_incompatible"
    assert (refusal(one, other), refusal(other, one)) == (found, found)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("1.0.0", "1.9.3", True),
        ("1.0.0", "1.0.0-rc.1", True),
        ("1.0.0+77", "1.0.0+2.5", True),
        ("12.0.0", "1.0.0", False),
        ("1.0.0", "2.0.0", False),
        ("0.9.0", "1.0.0", False),
        ("2.0.0+1", "1.0.0+1", False),
    ],
)
def test_versions_play_together_when_their_major_parts_are_alike(
    one: str, other: str, together: bool
) -> None:
    pair = client(version=one), client(version=other)
    found = None if together else "version_incompatible"
    assert (refusal(*pair), refusal(*reversed(pair))) == (found, found)


def test_a_version_that_does_not_suit_is_told_before_a_wish_that_does_not() -> None:
    wishing = client("PSN", version="2.0.0")
    assert refusal(client("XboxLive", XBOX), wishing) == "version_incompatible"
    others = [client("PSN"), client("XboxLive", version="2.0.0")]
    assert refusal(client("XboxLive", XBOX), *others) == "version_incompatible"


PLATFORMS = st.sampled_from([None, *NUMBERS])
WISHES = st.none() | st.builds(
    Crossplay,
    st.sampled_from(["desired_platforms_any", *PERMITTED_PLATFORMS]),
    st.sampled_from(["desired_inputs_any", *PERMITTED_INPUTS]),
)
CLIENTS = st.builds(
    Client,
    st.sampled_from(["1.0.0", "1.2.3+4", "2.0.0"]),
    PLATFORMS,
    st.sampled_from(list(PERMITTED_INPUTS.values())),
    WISHES,
)


@given(CLIENTS, CLIENTS)
def test_it_does_not_matter_who_asks(one: Client, other: Client) -> None:
    assert refusal(one, other) == refusal(other, one)


@given(st.lists(CLIENTS, max_size=4), CLIENTS)
def test_whoever_suits_each_suits_all(others: list[Client], one: Client) -> None:
    alone = [refusal(one, other) for other in others]
    assert (refusal(one, *others) is None) == (alone.count(None) == len(others))


@pytest.mark.parametrize(("name", "number"), NUMBERS.items())
def test_a_platform_goes_by_its_older_number_too(name: str, number: int) -> None:
    assert platform_numbered(number) == name


def test_a_number_of_no_platform_is_none() -> None:
    assert [platform_numbered(number) for number in (None, 0, 3, 33)] == [None] * 4


LEADER = Guest("ann", client=client("XboxLive", XBOX))


def session(*, seats: int = 2, version: str | None = None) -> Session:
    made = Session.launch(SPAN, Template("game", 1, seats), LEADER, now=1.0)
    made.instance = Instance("i", HostType.DEDICATED, JoinStatus.PENDING, 1.0, version=version)
    return made


def come_in(session: Session, guest: Guest, *, way: Way = Way.JOIN, now: float = 2.0) -> None:
    decide(session, Terms(session.leader, None), Knock(guest, way), now)
    session.seat(guest, now=now)


def test_the_instances_version_counts_before_anybodys_wish() -> None:
    with pytest.raises(VersionIncompatible):
        come_in(session(version="2.0.0"), Guest("bob", client=client("PSN")))


def test_who_comes_without_a_game_suits_everybody() -> None:
    made = session(version="2.0.0")
    come_in(made, Guest("bob"))
    assert made.seats.sits("bob")


def test_doors_are_tried_in_order_and_room_comes_last() -> None:
    full, closed = session(seats=1), session(seats=1)
    closed.entry = Entry.INVITED
    unfit = Guest("bob", client=client("PSN"))
    with pytest.raises(SessionNotJoinable):
        come_in(closed, unfit)
    with pytest.raises(CrossplayIncompatible):
        come_in(full, unfit)
    with pytest.raises(CrossplayIncompatible):
        come_in(closed, unfit, way=Way.PLATFORM)
    with pytest.raises(SessionFull):
        come_in(full, Guest("bob", client=client("XboxLive")))


def test_an_invitation_does_not_look_at_the_game_and_coming_does() -> None:
    made = session()
    unfit = Guest("bob", client=client("PSN"))
    made.seats.invite(unfit, until=9.0)
    before = repr(made)
    with pytest.raises(CrossplayIncompatible):
        come_in(made, unfit)
    assert repr(made) == before
