"""Whoever something is hidden from is sent what they would be sent if it did not exist."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

from lobby.hub import Known, Watcher
from lobby.hub.audiences import AudienceView, View
from lobby.hub.personal_views import (
    KEPT_VIEWS,
    MOST_PARTED,
    PersonalView,
    PersonalViews,
    Sending,
)
from lobby.hub.source import Hides
from tests.support.hub import Recorder, read


def led_by(*leaders: str) -> Hides:
    def hides(key: str, entry: Any) -> bool:
        return entry["host"] in leaders

    return hides


def led(leader: str, n: int = 0) -> dict[str, Any]:
    return {"host": leader, "n": n}


class Topic:
    """The list with the shared view, and those who watch it."""

    def __init__(self, **entries: dict[str, Any]) -> None:
        numbers = count(1)
        self.epoch: Callable[[], str] = lambda: f"e-{next(numbers)}"
        self.shared = AudienceView("sessions", self.epoch(), 7, entries)
        self.watchers: dict[Watcher, View] = {}
        self.personal = PersonalViews(self.shared, self.watchers, epoch=self.epoch)

    def enter(self, who: str, hides: Hides | None) -> Recorder:
        watcher = Recorder(who)
        self.watchers[watcher] = self.personal.enter(watcher, hides) or self.shared
        return watcher

    def put(self, **changes: Any) -> list[Sending]:
        self.shared.put(changes)
        since = self.shared.version
        if self.shared.flush(since + 1) is None:
            return []
        return list(self.personal.follow(since))

    def shown(self, watcher: Recorder) -> dict[str, Any]:
        state: dict[str, Any] = read(self.watchers[watcher].state())["state"]
        return state


def patches(sent: list[Sending]) -> list[Any]:
    return [read(one.frame)["patch"] for one in sent]


def numbers(sent: list[Sending]) -> list[tuple[int, int]]:
    frames = [read(one.frame) for one in sent]
    return [(frame["since"], frame["version"]) for frame in frames]


def test_what_is_hidden_is_not_in_the_state_and_its_changes_leave_no_gap() -> None:
    topic = Topic(a=led("ann"), b=led("bob"))
    eve = topic.enter("eve", led_by("ann"))
    assert topic.shown(eve) == {"b": led("bob")}
    assert topic.put(a=led("ann", 1)) == []
    sent = topic.put(a=led("ann", 2), b=led("bob", 1))
    assert (patches(sent), numbers(sent)) == ([{"b": {"n": 1}}], [(7, 8)])
    assert sent[0].watchers == {eve}
    # Its end is no news, either, nor is another one by the same leader.
    assert topic.put(a=None) == topic.put(c=led("ann")) == []
    assert topic.shown(eve) == {"b": led("bob", 1)}


def test_whom_nothing_is_hidden_from_shares_the_view_of_all() -> None:
    topic = Topic(a=led("ann"))
    eve, ann = topic.enter("eve", led_by("bob")), topic.enter("ann", None)
    assert topic.watchers[eve] is topic.watchers[ann] is topic.shared
    assert topic.put(a=led("ann", 1)) == []


def test_what_comes_to_be_hidden_goes_as_if_it_had_ended() -> None:
    topic = Topic(a=led("ann"), b=led("bob"))
    eve = topic.enter("eve", None)
    (sent,) = topic.personal.look("eve", [eve], led_by("ann"))
    assert read(sent.frame)["patch"] == {"a": None}
    assert (sent.known, numbers([sent])) == (Known("e-1", 7), [(7, 8)])
    assert topic.shown(eve) == {"b": led("bob")}
    assert topic.watchers[eve].epoch == "e-1"
    # Looking again finds nothing new.
    assert topic.personal.look("eve", [eve], led_by("ann")) == []


def test_a_session_goes_and_comes_with_who_leads_it() -> None:
    topic = Topic(a=led("bob"), b=led("bob"))
    eve = topic.enter("eve", led_by("ann"))
    sent = topic.put(a=led("ann"), b=led("bob", 1))
    assert patches(sent) == [{"a": None, "b": {"n": 1}}]
    assert numbers(sent) == [(7, 8)]
    assert patches(topic.put(a=led("bob", 5))) == [{"a": led("bob", 5)}]
    assert topic.shown(eve) == {"a": led("bob", 5), "b": led("bob", 1)}


def test_one_that_begins_hidden_was_never_there() -> None:
    topic = Topic(b=led("bob"))
    eve = topic.enter("eve", led_by("ann"))
    assert topic.put(a=led("ann")) == []
    assert patches(topic.put(c=led("bob"))) == [{"c": led("bob")}]
    assert topic.shown(eve) == {"b": led("bob"), "c": led("bob")}


def test_when_it_is_hidden_no_more_it_comes_as_if_it_were_new() -> None:
    topic = Topic(a=led("ann"), b=led("bob"))
    eve = topic.enter("eve", None)
    topic.personal.look("eve", [eve], led_by("ann"))
    (sent,) = topic.personal.look("eve", [eve], None)
    frame = read(sent.frame)
    assert (frame["type"], frame["patch"]) == ("patch", {"a": led("ann")})
    assert sent.known == Known(topic.watchers[eve].epoch, frame["since"])
    assert patches(topic.put(a=led("ann", 1))) == [{"a": {"n": 1}}]


def test_who_comes_back_is_sent_what_they_lack_of_their_own_view() -> None:
    topic = Topic(a=led("ann"), b=led("bob"))
    eve = topic.enter("eve", led_by("ann"))
    known = Known(topic.watchers[eve].epoch, topic.watchers[eve].version)
    topic.personal.leave(eve)
    topic.put(a=led("ann", 1))
    again = topic.enter("eve", led_by("ann"))
    ((_, frame),) = topic.watchers[again].since(known)
    assert read(frame)["type"] == "unchanged"
    topic.personal.leave(again)
    topic.put(b=led("bob", 1))
    third = topic.enter("eve", led_by("ann", "bob"))
    frames = [read(frame)["patch"] for _, frame in topic.watchers[third].since(known)]
    assert frames == [{"b": {"n": 1}}, {"b": None}]


def test_who_left_the_shared_view_is_never_taken_for_somebody_who_knows_it() -> None:
    topic = Topic(a=led("ann"), b=led("bob"))
    eve = topic.enter("eve", None)
    topic.personal.look("eve", [eve], led_by("ann"))
    known = Known(topic.watchers[eve].epoch, topic.watchers[eve].version)
    topic.personal.leave(eve)
    for n in range(KEPT_VIEWS + 1):
        topic.personal.leave(topic.enter(f"{n}", led_by("ann")))
    topic.put(b=led("bob", 1))  # now the shared view is at the same number
    assert known == Known(topic.shared.epoch, topic.shared.version)
    again = topic.enter("eve", None)
    ((_, frame),) = topic.watchers[again].since(known)
    assert read(frame)["state"] == {"a": led("ann"), "b": led("bob", 1)}


def test_after_many_have_left_the_shared_view_it_is_numbered_anew() -> None:
    topic = Topic(a=led("ann"))
    others = topic.enter("bob", None)
    for n in range(MOST_PARTED):
        eve = topic.enter(f"{n}", None)
        topic.personal.look(f"{n}", [eve], led_by("ann"))
        topic.personal.leave(eve)
    assert topic.shared.epoch != "e-1"
    assert topic.watchers[others] is topic.shared
    assert not isinstance(topic.watchers[topic.enter("0", None)], PersonalView)


def test_all_sockets_of_an_account_see_the_same() -> None:
    topic = Topic(a=led("ann"))
    one, two = topic.enter("eve", None), topic.enter("eve", None)
    (sent,) = topic.personal.look("eve", [one, two], led_by("ann"))
    assert set(sent.watchers) == {one, two}
    topic.personal.leave(one)
    assert topic.personal.accounts == ["eve"]
    topic.personal.leave(two)
    assert topic.personal.accounts == []
