"""A platform's session behind one of ours: one spelling, one of each platform, who plays there."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.errors import PlatformSessionExists, PlatformSessionNotFound
from lobby.domain.sessions.platform_sessions import PlatformSession, canonical, find, link
from lobby.domain.sessions.seats import Guest, HeldSeat, Seat, SeatStatus

STEAM, PSN = PlatformSession("Steam", "QUJD", "lobby"), PlatformSession("PSN", "QUJD", "lobby")


@given(st.binary(min_size=1, max_size=64))
def test_an_id_is_spelt_alike_however_it_came(content: bytes) -> None:
    spelt = base64.urlsafe_b64encode(content).decode()
    plain = base64.b64encode(content).decode()
    came = {spelt, spelt.rstrip("="), plain, plain.rstrip("=")}
    assert {canonical(one) for one in came} == {spelt}


@given(st.binary(min_size=1, max_size=64))
def test_different_ids_stay_different(content: bytes) -> None:
    spelt = canonical(base64.b64encode(content).decode())
    assert spelt is not None
    assert base64.urlsafe_b64decode(spelt) == content


@pytest.mark.parametrize("text", ["", "=", "====", "A", "ABCDE", "AB=C", "A B", "ä", "AB\n", "%2B"])
def test_what_is_no_base64_has_no_spelling(text: str) -> None:
    assert canonical(text) is None


def test_bits_that_say_nothing_do_not_make_another_id() -> None:
    assert canonical("QR") == canonical("QQ==") == "QQ=="


@given(st.text(max_size=4096))
def test_no_text_is_too_strange(text: str) -> None:
    spelt = canonical(text)
    assert spelt is None or canonical(spelt) == spelt


def test_a_spelling_is_not_longer_than_ids_may_be() -> None:
    for length in range(4080, 4097):
        spelt = canonical("A" * length)
        assert (spelt is None) == (length % 4 == 1)
        assert spelt is None or len(spelt) <= 4096


def test_each_platform_has_one_and_the_same_again_changes_nothing() -> None:
    linked: list[PlatformSession] = []
    for one in (STEAM, PSN, STEAM):
        link(linked, one)
    assert linked == [STEAM, PSN]
    with pytest.raises(PlatformSessionExists) as refused:
        link(linked, PlatformSession("Steam", "REVG", "lobby"))
    assert refused.value.retry_after is not None
    assert linked == [STEAM, PSN]


def test_it_is_found_by_platform_and_id() -> None:
    assert find([STEAM, PSN], "PSN", "QUJD") is PSN
    for platform, id in (("Epic", "QUJD"), ("PSN", "REVG")):
        with pytest.raises(PlatformSessionNotFound):
            find([STEAM, PSN], platform, id)


def test_its_members_are_who_plays_there_the_scout_first() -> None:
    seats: list[HeldSeat] = []
    for player, platform in (("b", "Steam"), ("a", "Steam"), ("0", "PSN"), ("c", None)):
        seat = Seat(0)
        client = Client("1.0", platform, "gamepad")
        seat.take(Guest(player, client=client), SeatStatus.TAKEN)
        seats.append(HeldSeat(str(len(seats)), seat, player))
    without = Seat(0)
    without.take(Guest("0"), SeatStatus.TAKEN)
    assert [seat.player for seat in STEAM.members([*seats, HeldSeat("4", without, "0")])] == [
        "a",
        "b",
    ]
