"""Each checker passes a good history and names what is wrong in a bad one."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.checkers import (
    CHECKERS,
    capacity,
    exactly_once,
    fold,
    outages,
    ownership,
    set_full,
    stream,
)
from tests.chaos.history import Event
from tests.chaos.presence_checker import presence


def received(who: str, topic: str, type: str, at: float = 0.0, **fields: Any) -> Event:
    return Event(at, "receive", who, topic, value={"type": type, "topic": topic, **fields})


def state(who: str, topic: str, state: Any, version: int = 1, at: float = 0.0) -> Event:
    return received(who, topic, "state", at, epoch="e", version=version, state=state)


def patch(who: str, topic: str, patch: Any, since: int, version: int, at: float = 0.0) -> Event:
    return received(who, topic, "patch", at, since=since, version=version, patch=patch)


def entry(cursor: int, text: str = "", topic: str = "chat:1") -> Event:
    return received("ann", topic, "entry", cursor=cursor, entry={"text": text})


def event(kind: str, who: str = "ann", what: str = "", id: str = "", value: Any = None) -> Event:
    return Event(0.0, kind, who, what, id, value)


def session(*players: str, host: str = "ann", version: int = 1, **fields: Any) -> dict[str, Any]:
    seats = {str(n): {"status": "taken", "player": player} for n, player in enumerate(players)}
    return {"id": "1", "host": host, "version": version, "seats": seats, **fields}


def say(id: str, outcome: str) -> list[Event]:
    said = {"session": "1", "text": id}
    return [event("invoke", what="session.say", id=id, value=said), event(outcome, id=id)]


# Stream


def test_cursors_that_rise_by_one_and_gaps_that_are_said_are_fine() -> None:
    trimmed = received("ann", "chat:1", "trimmed")
    unchanged = received("ann", "presence", "unchanged", epoch="e", version=3)
    documents = [state("ann", "presence", {}), patch("ann", "presence", {}, 1, 3), unchanged]
    assert stream([entry(4), entry(5), trimmed, entry(9), entry(10), *documents]) == []


def test_a_patch_that_starts_elsewhere_is_a_gap_that_shows() -> None:
    assert stream([state("ann", "presence", {}), patch("ann", "presence", {}, 4, 5)]) == []


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ([entry(1), entry(3)], "silent gap"),
        ([entry(1), entry(2), entry(2)], "twice by cursor"),
        ([entry(5), entry(4)], "twice by cursor"),
        ([state("ann", "presence", {}), patch("ann", "presence", {}, 1, 1)], "backwards"),
        ([received("ann", "presence", "unchanged", epoch="e", version=3)], "never known"),
    ],
)
def test_a_stream_that_is_broken_is_named(bad: list[Event], says: str) -> None:
    (found,) = stream(bad)
    assert says in found


# Set


def test_what_was_acknowledged_is_there_and_an_unknown_outcome_may_be_either() -> None:
    read = event("read", what="chat:1", value=["a", "b"])
    assert set_full([*say("a", "ok"), *say("b", "info"), *say("c", "info"), read]) == []
    assert set_full([*say("a", "ok"), event("read", what="chat:2", value=[])]) == []


def test_what_was_acknowledged_and_is_missing_is_named() -> None:
    (found,) = set_full([*say("a", "ok"), event("read", what="chat:1", value=[])])
    assert "acknowledged and lost" in found


def test_what_was_refused_and_is_there_is_named() -> None:
    (found,) = set_full([*say("a", "fail"), event("read", what="chat:1", value=["a"])])
    assert "refused and there" in found


def test_a_friend_is_an_element_too() -> None:
    added = event("invoke", what="host.befriend", id="1", value={"friend": "ben"})
    ends = [event("ok", id="1"), event("read", what="friends:ann", value=[])]
    assert len(set_full([added, *ends])) == 1


# Exactly once


def test_one_effect_seen_by_many_is_one() -> None:
    ben = received("ben", "chat:1", "entry", cursor=1, entry={"text": "a"})
    assert exactly_once([*say("a", "ok"), entry(1, "a"), ben, entry(2, "b"), entry(3, "b")]) == []


def test_a_line_that_is_said_twice_is_named() -> None:
    (found,) = exactly_once([*say("a", "ok"), entry(1, "a"), entry(2, "a")])
    assert "done 2 times" in found


def test_a_session_that_is_launched_twice_is_named() -> None:
    launched = event("invoke", what="session.launch", id="l")
    one, two = session("ann", name="l"), session("ann", name="l") | {"id": "2"}
    shown = [state("ann", "session:1", one), state("ann", "session:2", two)]
    assert exactly_once([launched, shown[0], shown[0]]) == []
    assert len(exactly_once([launched, *shown])) == 1


# Capacity and ownership


def test_a_full_session_is_fine() -> None:
    assert capacity([state("ann", "session:1", session("ann", "ben"))], seats=2) == []


def test_one_too_many_and_one_twice_are_named_also_where_a_patch_brings_them() -> None:
    third = patch("ann", "session:1", {"seats": {"2": {"status": "taken", "player": "cat"}}}, 1, 2)
    start = state("ann", "session:1", session("ann", "ben"))
    assert "over capacity" in capacity([start, third], seats=2)[0]
    twice = state("ann", "sessions", {"1": session("ann", "ann")})
    assert "seated twice" in capacity([twice], seats=2)[0]


def test_one_host_for_each_version_is_fine() -> None:
    later = session("ben", host="ben", version=2)
    shown = [state("ann", "session:1", session("ann")), state("ben", "session:1", later)]
    assert ownership(shown) == []


def test_two_hosts_of_one_version_and_two_sessions_of_one_host_are_named() -> None:
    other = state("ben", "session:1", session("ann", host="ben"))
    assert "two hosts" in ownership([state("ann", "session:1", session("ann")), other])[0]
    listed = {"1": session("ann"), "2": session("ann") | {"id": "2"}}
    shown, later = (state("ann", "sessions", listed, at=at) for at in (0, 9))
    assert "hosts several sessions" in ownership([shown, later])[0]
    mended = state("ann", "sessions", {"2": listed["2"]}, at=2)
    assert ownership([shown, mended, later]) == []


# State = fold


def test_a_fold_that_agrees_is_fine_also_when_it_changes_afterwards() -> None:
    start, change = state("ann", "sessions", {"a": 1}), patch("ann", "sessions", {"a": 2}, 1, 2)
    late = patch("ann", "sessions", {"a": 3}, 2, 3)
    early, right = (event("snapshot", what="sessions", value={"a": n}) for n in (9, 2))
    compared = event("compared")
    assert fold([start, compared, early, change, compared, right, late]) == []


def test_a_topic_that_is_watched_no_more_is_not_held_to_what_it_was() -> None:
    over = event("snapshot", what="session:1", value=None)
    held = state("ann", "session:1", session("ann"))
    assert len(fold([held, event("compared"), over])) == 1
    assert fold([held, event("compared"), over, event("compared")]) == []


def test_an_answer_that_does_not_follow_is_named() -> None:
    held = state("ann", "sessions:1", {"total": 1, "sessions": {}})
    true = event("expected", what="sessions:1", value={"total": 0, "sessions": {}})
    (found,) = fold([held, event("compared"), true])
    assert "follows" in found
    assert "total" in found
    ended = received("ann", "session:1", "ended", code="session_closed")
    assert fold([ended, event("snapshot", what="session:1")]) == []


def test_a_fold_that_differs_and_a_topic_that_never_came_are_named() -> None:
    right = event("snapshot", what="sessions", value={"a": 2})
    assert len(fold([state("ann", "sessions", {"a": 1}), right])) == 1
    assert len(fold([right])) == 1


# Presence


def truth(at: float, kind: str, who: str) -> Event:
    return Event(at, kind, who)


def shown(at: float, *people: str, version: int = 1) -> Event:
    return state("ann", "presence", {who: {} for who in people}, version, at)


BOTH = [truth(0, "served", "ann"), truth(0, "served", "ben"), shown(1, "ann", "ben")]


def judged(*events: Event) -> list[str]:
    return presence([*BOTH, *events], gone_within=8, settled_after=3)


def test_whoever_goes_and_is_shown_so_in_time_is_fine() -> None:
    assert judged(truth(10, "away", "ben"), shown(17, "ann"), truth(30, "calm", "")) == []


def test_whoever_is_connected_and_shown_gone_is_named() -> None:
    (found,) = judged(shown(10, "ann"), truth(30, "calm", ""))
    assert "shown gone though connected, to ann" in found
    assert "ben" in found


def test_whoever_came_just_now_may_be_shown_late() -> None:
    there_again = [truth(10, "away", "ben"), truth(12, "served", "ben")]
    assert judged(*there_again, shown(14, "ann"), truth(30, "calm", "")) == []


def test_whoever_is_long_gone_and_still_shown_is_named() -> None:
    (found,) = judged(truth(10, "away", "ben"), truth(30, "calm", ""))
    assert "still shown 8 s after they went at 10.00: ben" in found


def test_what_an_observer_is_shown_who_was_away_counts_for_nothing() -> None:
    frozen = [truth(5, "away", "ann"), truth(9, "served", "ann")]
    assert judged(*frozen, shown(10, "ann"), truth(30, "calm", "")) == []


def test_while_redis_is_away_presence_stands_still() -> None:
    fault = [truth(9, "disturbed", ""), truth(20, "calm", "")]
    gone = [truth(10, "away", "ben"), *fault, shown(27, "ann"), truth(40, "calm", "")]
    assert judged(*sorted(gone, key=lambda one: one.at)) == []


def test_a_fault_of_redis_excuses_nobody_being_shown_gone_who_was_there_before() -> None:
    fault = [truth(9, "disturbed", ""), truth(20, "calm", "")]
    assert len(judged(*fault, shown(20.5, "ann"), truth(40, "calm", ""))) == 1


def test_who_came_and_was_not_answered_may_have_been_shown_until_they_gave_up() -> None:
    went, tried = truth(10, "away", "ben"), truth(16, "tried", "ben")
    assert judged(went, tried, shown(20, "ann", version=2), truth(30, "calm", "")) == []
    assert len(judged(went, tried, shown(26, "ann", version=2), truth(30, "calm", ""))) == 1


# Beside the checkers


def test_an_outage_lasts_until_the_client_is_welcomed_again() -> None:
    lost = [truth(1, "lost", "ann"), truth(2, "lost", "ben"), truth(2.5, "lost", "ben")]
    assert outages([*lost, truth(1.5, "back", "ann"), truth(6, "back", "ben")]) == [0.5, 4]


def test_nothing_is_wrong_with_a_history_in_which_nothing_happened() -> None:
    assert [check([]) for check in CHECKERS.values()] == [[]] * len(CHECKERS)
    assert presence([], gone_within=8, settled_after=3) == []


def test_who_bans_the_observer_may_be_shown_gone_until_that_is_taken_back() -> None:
    ban = Event(8, "invoke", "ben", "host.ban", "1", {"guest": "ann"})
    unban = [
        Event(20, "invoke", "ben", "host.unban", "2", {"guest": "ann"}),
        Event(20, "ok", "ben", "host.unban", "2"),
    ]
    gone, back, again = shown(10, "ann"), shown(21, "ann", "ben"), shown(30, "ann")
    end = truth(40, "calm", "")
    assert judged(ban, gone, end) == []
    assert "shown gone" in judged(gone, end)[0]
    assert "shown gone" in judged(ban, gone, *unban, back, again, end)[0]
    by_another = Event(8, "invoke", "cat", "host.ban", "1", {"guest": "ann"})
    assert "shown gone" in judged(by_another, gone, end)[0]
