"""What feeds the windows of a list: few changes at once, many in turns, and what lapses."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from lobby.hub.document_feed import ends_of
from lobby.hub.source import Snapshot
from tests.support.hub import HubWorld
from tests.support.questions import SESSIONS, Browser, listed_session, question
from tests.support.waiting import until

MANY = 8_000


@pytest.fixture
def browser(world: HubWorld) -> Browser:
    return Browser(world)


def engine(browser: Browser) -> Any:
    return browser.world.hub.queries.lists[SESSIONS].windows.engine


async def test_many_changes_are_put_in_turns_and_the_newest_counts(browser: Browser) -> None:
    topic, watcher = await browser.ask(question({"free": 7}))
    browser.put(*(listed_session(f"s{n}") for n in range(MANY)))
    await until(lambda: len(browser.world.hub.current(SESSIONS)) == MANY)
    assert 0 < len(engine(browser)) < MANY
    browser.put(listed_session(f"s{MANY - 1}", 2, free=7))
    browser.end(f"s{MANY - 2}")
    await browser.shows(watcher, topic, f"s{MANY - 1}")
    await until(lambda: len(engine(browser)) == MANY - 1)
    assert engine(browser).state(f"s{MANY - 1}")["free"] == 7


async def test_nothing_is_left_of_what_was_closed_meanwhile(browser: Browser) -> None:
    browser.put(listed_session("s1"), listed_session("s2"))
    await browser.ask(question({"free": 1}))
    world = browser.world
    world.hub._topics.pop(SESSIONS).close()
    del browser.listed["s1"]
    await browser.ask(question({"free": 1}), "ben")
    assert [*engine(browser).ids()] == ["s2"]


def kept_out(excluded: object) -> dict[str, Any]:
    none: dict[str, Any] = {"insiders": [], "kept": [], "host_decides": False}
    return {"bans_count": True, "excluded": excluded, **none}


async def test_whoever_was_kept_out_is_welcome_when_that_is_over(browser: Browser) -> None:
    facts = {"s1": kept_out({"ann": time.time() + 0.3, "bob": None}), "s2": kept_out(["ann"])}
    listed = {id: listed_session(id) for id in facts}
    snapshot = Snapshot(listed, entries=True, facts=facts)
    browser.world.source.snapshots[SESSIONS] = snapshot
    welcome = question({"welcome": True})
    topic, ann = await browser.ask(welcome, "ann")
    also, bob = await browser.ask(welcome, "bob")
    assert ann.states[topic]["sessions"].keys() == set()
    assert bob.states[also]["sessions"].keys() == {"s2"}
    await browser.shows(ann, topic, "s1")
    await asyncio.sleep(0)
    assert bob.states[also]["sessions"].keys() == {"s2"}


def test_an_older_process_says_only_who_is_kept_out() -> None:
    assert ends_of(kept_out(["ann"])) == {"ann": None}
    assert ends_of(kept_out({"ann": 2.0})) == {"ann": 2.0}
