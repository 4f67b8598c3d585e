"""The clock of windows, on the event loop that the program runs on."""

from __future__ import annotations

import asyncio

import uvloop
from structlog.testing import capture_logs

from lobby.live_queries.window import PACE_SECONDS
from tests.support.hub import hub_world
from tests.support.questions import Browser, listed_session, question


async def _two_changes_at_once_after_quiet() -> None:
    """The first is due at once, and the second comes before it was sent."""
    async with hub_world() as world:
        browser = Browser(world)
        topic, watcher = await browser.ask(question({"free": {"min": 1}}))
        await asyncio.sleep(2 * PACE_SECONDS)
        with capture_logs() as logged:
            browser.put(listed_session("s1"))
            browser.put(listed_session("s2"))
            await browser.shows(watcher, topic, "s1", "s2")
    assert logged == []


def test_changes_that_come_together_are_sent_whatever_the_loop() -> None:
    """What is due is no timer to uvloop: its handle does not say when."""
    for loop in (asyncio.new_event_loop, uvloop.new_event_loop):
        with asyncio.Runner(loop_factory=loop) as runner:
            runner.run(_two_changes_at_once_after_quiet())
