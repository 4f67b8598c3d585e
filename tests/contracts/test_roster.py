"""What Leases promises about who is present, over every implementation."""

from __future__ import annotations

import json
import time

from persistence.ports import Leases, Live
from tests.contracts.listening import listening
from tests.contracts.rosters import Seen, first_lapsed

AWKWARD = '{"n":1.0,"big":9007199254740993,"none":[],"empty":{},"é":"漢字/🎲"}'


async def test_those_who_attend_are_on_the_roster_in_one_version(
    leases: Leases, seen: Seen
) -> None:
    before = await leases.roster()
    await leases.attend("here", {"ada": '"on"', "bob": AWKWARD})
    after = await leases.roster()
    assert after.entries == {"ada": '"on"', "bob": AWKWARD}
    assert (after.epoch, after.version) == (before.epoch, before.version + 1)
    assert await seen.change() == {"ada": "on", "bob": json.loads(AWKWARD)}


async def test_a_value_is_told_as_the_json_text_it_is(live: Live, leases: Leases) -> None:
    async with listening(live.bus, "presence") as listener:
        await leases.attend("here", {'quo"te': AWKWARD})
        payload = (await listener.next()).payload or ""
        assert f":{AWKWARD}" in payload
        assert list(json.loads(payload)["patch"]) == ['quo"te']


async def test_only_what_others_see_makes_a_version(leases: Leases, seen: Seen) -> None:
    await leases.attend("here", {"ada": "1", "eve": None})
    assert await seen.change() == {"ada": 1}
    version = (await leases.roster()).version
    await leases.attend("here", {"ada": "1", "eve": None})
    await leases.attend("there", {"ada": "1"})
    await leases.depart("here", "eve", shown='"away"', seconds=9)
    await leases.linger("zoe", 9)
    assert (await leases.roster()).version == version
    await leases.attend("here", {"ada": "2"})
    assert await seen.change() == {"ada": 2}
    assert (await leases.roster()).version == version + 1


async def test_whoever_hides_leaves_the_roster_and_still_attends(
    leases: Leases, seen: Seen
) -> None:
    await leases.attend("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await leases.attend("here", {"ada": None})
    assert await seen.change() == {"ada": None}
    assert await seen.is_empty()
    assert await leases.attending(["ada", "bob"]) == {"ada"}


async def test_whoever_departs_shows_as_told_and_lapses_after_their_time(
    leases: Leases, seen: Seen
) -> None:
    await leases.attend("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    started = time.monotonic()
    await leases.depart("here", "ada", shown='"away"', seconds=0.2)
    assert await seen.change() == {"ada": "away"}
    assert await leases.attending(["ada"]) == set()
    assert await first_lapsed(leases) == ["ada"]
    assert time.monotonic() - started >= 0.19
    assert await seen.change() == {"ada": None}
    assert await seen.is_empty()


async def test_whoever_departs_for_good_leaves_at_once_and_is_named(
    leases: Leases, seen: Seen
) -> None:
    await leases.attend("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await leases.depart("here", "ada", shown=None, seconds=0)
    assert await seen.change() == {"ada": None}
    assert await leases.lapsed() == ["ada"]


async def test_whoever_returns_in_time_is_not_named(leases: Leases) -> None:
    await leases.attend("here", {"ada": "1"})
    await leases.depart("here", "ada", shown='"away"', seconds=0.1)
    await leases.attend("there", {"ada": "1"})
    await leases.depart("here", "bob", shown=None, seconds=0.1)
    assert await first_lapsed(leases) == ["bob"]
    assert (await leases.roster()).entries == {"ada": "1"}


async def test_whoever_two_keepers_serve_leaves_with_the_last(leases: Leases, seen: Seen) -> None:
    await leases.attend("here", {"ada": "1"})
    await leases.attend("there", {"ada": "1"})
    await leases.depart("here", "ada", shown=None, seconds=0)
    assert (await leases.roster()).entries == {"ada": "1"}
    assert await leases.lapsed() == []
    await leases.depart("there", "ada", shown=None, seconds=0)
    assert await seen.is_empty()
    assert await leases.lapsed() == ["ada"]


async def test_the_lapsed_are_named_again_until_they_are_settled(leases: Leases) -> None:
    for who in ("ada", "bob", "eve"):
        await leases.attend("here", {who: "1"})
        await leases.depart("here", who, shown=None, seconds=0)
    assert sorted(await leases.lapsed()) == ["ada", "bob", "eve"]
    assert len(await leases.lapsed(limit=2)) == 2
    await leases.attend("there", {"eve": "1"})
    await leases.settle(["ada", "eve", "unknown"])
    assert await leases.lapsed() == ["bob"]
    assert (await leases.roster()).entries == {"eve": "1"}
    await leases.settle([])
    assert await leases.lapsed() == ["bob"]


async def test_whoever_departs_again_is_not_given_another_term(leases: Leases) -> None:
    await leases.attend("here", {"ada": "1"})
    await leases.depart("here", "ada", shown=None, seconds=0)
    await leases.depart("here", "ada", shown=None, seconds=30)
    assert await leases.lapsed() == ["ada"]


async def test_whoever_lingers_lapses_after_the_longest_term_unless_they_attend(
    leases: Leases,
) -> None:
    started = time.monotonic()
    for who in ("ada", "bob"):
        await leases.linger(who, 0.2)
        await leases.linger(who, 0.01)
    await leases.attend("here", {"bob": None})
    await leases.linger("bob", 0.01)
    assert await leases.attending(["ada", "bob"]) == {"bob"}
    assert await first_lapsed(leases) == ["ada"]
    assert time.monotonic() - started >= 0.19


async def test_a_new_term_outlives_the_settling_of_the_last(leases: Leases) -> None:
    await leases.linger("ada", 0)
    assert await leases.lapsed() == ["ada"]
    await leases.linger("ada", 0.5)
    await leases.settle(["ada"])
    assert await leases.lapsed() == []
    assert await first_lapsed(leases) == ["ada"]
