"""What Presence promises about who is present, over every implementation."""

from __future__ import annotations

import asyncio
import json
import time

from persistence.ports import Live, Presence
from tests.contracts.listener import listening
from tests.contracts.roster import Seen, first_expired
from tests.support.waiting import TIMEOUT

AWKWARD = '{"n":1.0,"big":9007199254740993,"none":[],"empty":{},"é":"漢字/🎲"}'


async def test_those_who_enter_are_on_the_roster_in_one_version(
    roster: Presence, seen: Seen
) -> None:
    before = await roster.read()
    await roster.enter("here", {"ada": '"on"', "bob": AWKWARD})
    after = await roster.read()
    assert after.entries == {"ada": '"on"', "bob": AWKWARD}
    assert (after.epoch, after.version) == (before.epoch, before.version + 1)
    assert await seen.change() == {"ada": "on", "bob": json.loads(AWKWARD)}


async def test_a_value_is_told_as_the_json_text_it_is(live: Live, roster: Presence) -> None:
    async with listening(live.bus, "presence") as listener:
        await roster.enter("here", {'quo"te': AWKWARD})
        payload = (await listener.next()).payload or ""
        assert f":{AWKWARD}" in payload
        assert list(json.loads(payload)["patch"]) == ['quo"te']


async def test_only_what_others_see_makes_a_version(roster: Presence, seen: Seen) -> None:
    await roster.enter("here", {"ada": "1", "eve": None})
    assert await seen.change() == {"ada": 1}
    version = (await roster.read()).version
    await roster.enter("here", {"ada": "1", "eve": None})
    await roster.enter("there", {"ada": "1"})
    await roster.leave("here", {"eve": '"away"'}, seconds=9)
    await roster.expire_after("zoe", 9)
    assert (await roster.read()).version == version
    await roster.enter("here", {"ada": "2"})
    assert await seen.change() == {"ada": 2}
    assert (await roster.read()).version == version + 1


async def test_whoever_hides_leaves_the_roster_and_is_still_present(
    roster: Presence, seen: Seen
) -> None:
    await roster.enter("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await roster.enter("here", {"ada": None})
    assert await seen.change() == {"ada": None}
    assert await seen.is_empty()
    assert await roster.present(["ada", "bob"]) == {"ada"}


async def test_whoever_leaves_shows_as_told_and_expires_after_their_time(
    roster: Presence, seen: Seen
) -> None:
    await roster.enter("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    started = time.monotonic()
    await roster.leave("here", {"ada": '"away"'}, seconds=0.2)
    assert await seen.change() == {"ada": "away"}
    assert await roster.present(["ada"]) == set()
    assert await first_expired(roster) == ["ada"]
    assert time.monotonic() - started >= 0.19
    assert await seen.change() == {"ada": None}
    assert await seen.is_empty()


async def test_whoever_leaves_for_good_is_gone_at_once_and_named(
    roster: Presence, seen: Seen
) -> None:
    await roster.enter("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await roster.leave("here", {"ada": None}, seconds=0)
    assert await seen.change() == {"ada": None}
    assert await roster.expired() == ["ada"]


async def test_whoever_returns_in_time_is_not_named(roster: Presence) -> None:
    await roster.enter("here", {"ada": "1"})
    await roster.leave("here", {"ada": '"away"'}, seconds=0.1)
    await roster.enter("there", {"ada": "1"})
    await roster.leave("here", {"bob": None}, seconds=0.1)
    assert await first_expired(roster) == ["bob"]
    assert (await roster.read()).entries == {"ada": "1"}


async def test_whoever_two_keepers_serve_leaves_with_the_last(roster: Presence, seen: Seen) -> None:
    await roster.enter("here", {"ada": "1"})
    await roster.enter("there", {"ada": "1"})
    await roster.leave("here", {"ada": None}, seconds=0)
    assert (await roster.read()).entries == {"ada": "1"}
    assert await roster.expired() == []
    await roster.leave("there", {"ada": None}, seconds=0)
    assert await seen.is_empty()
    assert await roster.expired() == ["ada"]


async def test_the_expired_are_named_again_until_they_are_forgotten(roster: Presence) -> None:
    for who in ("ada", "bob", "eve"):
        await roster.enter("here", {who: "1"})
        await roster.leave("here", {who: None}, seconds=0)
    assert sorted(await roster.expired()) == ["ada", "bob", "eve"]
    assert len(await roster.expired(limit=2)) == 2
    await roster.enter("there", {"eve": "1"})
    await roster.forget(["ada", "eve", "unknown"])
    assert await roster.expired() == ["bob"]
    assert (await roster.read()).entries == {"eve": "1"}
    await roster.forget([])
    assert await roster.expired() == ["bob"]


async def test_whoever_leaves_again_is_not_given_another_term(roster: Presence) -> None:
    await roster.enter("here", {"ada": "1"})
    await roster.leave("here", {"ada": None}, seconds=0)
    await roster.leave("here", {"ada": None}, seconds=30)
    assert await roster.expired() == ["ada"]


async def test_whoever_acts_expires_after_the_longest_term_unless_they_enter(
    roster: Presence,
) -> None:
    started = time.monotonic()
    for who in ("ada", "bob"):
        await roster.expire_after(who, 0.2)
        await roster.expire_after(who, 0.01)
    await roster.enter("here", {"bob": None})
    await roster.expire_after("bob", 0.01)
    assert await roster.present(["ada", "bob"]) == {"bob"}
    assert await first_expired(roster) == ["ada"]
    assert time.monotonic() - started >= 0.19


async def test_whoever_acts_after_they_left_is_hidden_in_time_and_expires_later(
    roster: Presence, seen: Seen
) -> None:
    await roster.enter("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await roster.leave("here", {"ada": '"away"'}, seconds=0.1)
    assert await seen.change() == {"ada": "away"}
    await roster.expire_after("ada", 30)
    async with asyncio.timeout(TIMEOUT):
        while (await roster.read()).entries:
            assert await roster.expired() == []
            await asyncio.sleep(0.02)
    assert await seen.change() == {"ada": None}


async def test_any_keepers_beat_hides_whoever_left_when_their_time_is_over(
    roster: Presence, seen: Seen
) -> None:
    await roster.enter("here", {"ada": "1"})
    assert await seen.change() == {"ada": 1}
    await roster.leave("here", {"ada": '"back soon"'}, seconds=0.05)
    assert await seen.change() == {"ada": "back soon"}
    await asyncio.sleep(0.06)
    await roster.heartbeat("there", 9)
    assert await seen.change() == {"ada": None}
    assert await roster.expired() == ["ada"]


async def test_whoever_came_back_is_not_hidden_when_the_grace_period_ends(
    roster: Presence,
) -> None:
    await roster.heartbeat("there", 30)
    await roster.enter("here", {"ada": "1"})
    await roster.leave("here", {"ada": '"away"'}, seconds=0)
    await roster.enter("there", {"ada": "2"})
    assert await roster.expired() == []
    assert (await roster.read()).entries == {"ada": "2"}


async def test_a_new_term_outlives_the_forgetting_of_the_last(roster: Presence) -> None:
    await roster.expire_after("ada", 0)
    assert await roster.expired() == ["ada"]
    await roster.expire_after("ada", 0.5)
    await roster.forget(["ada"])
    assert await roster.expired() == []
    assert await first_expired(roster) == ["ada"]


async def test_whoever_acts_after_they_left_keeps_their_term_however_late_that_is_said(
    roster: Presence,
) -> None:
    await roster.enter("here", dict.fromkeys(["ada", "bob", "eve"], "1"))
    for who in ("ada", "eve"):
        await roster.expire_after(who, 30)
    await asyncio.sleep(0.002)
    # 1. Ada and Bob had left a minute ago, Eve only now: what she did goes with her connection.
    await roster.leave("here", {"ada": None, "bob": None}, seconds=0, ago=60)
    await roster.leave("here", {"eve": None}, seconds=0)
    assert sorted(await roster.expired()) == ["bob", "eve"]
    assert await roster.overdue(["ada", "bob", "eve", "unknown"]) == {"bob", "eve"}
    # 2. Whoever enters or acts is not expired any more; by then what they had done is void.
    await roster.expire_after("bob", 30)
    for who in ("ada", "eve"):
        await roster.enter("there", {who: "1"})
    assert await roster.overdue(["ada", "bob", "eve"]) == set()
    await roster.leave("there", {"ada": None}, seconds=0, ago=60)
    assert await roster.expired() == ["ada"]
