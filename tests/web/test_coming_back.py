"""How long the page's client waits before it comes back, and what it does about an old token."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import Page, expect

from tests.web.conftest import Open
from tests.web.scripted_server import ScriptedServer

pytestmark = pytest.mark.asyncio(loop_scope="module")

LONGEST_CHANCE = "Math.random = () => 0.999999"
CONNECT = """async (token) => {
  const { LobbyClient } = await import("/client/v1/lobby.js");
  window.asked = [];
  const newest = (why) => { window.asked.push(why.expired); return `t${window.asked.length}`; };
  const client = new LobbyClient({ token: token ?? newest });
  client.on("state", (said) => { window.said = said; });
  client.connect().catch(() => {});
}"""


async def hold_time(page: Page) -> None:
    await page.clock.pause_at(time.time() + 60)


async def expect_wait(page: Page, channel: ScriptedServer, longest: int) -> None:
    """It comes back after so many milliseconds, where chance has it wait for longest."""
    arrivals = channel.arrivals
    await expect(page.locator(".words")).to_contain_text("Coming back in")
    await page.clock.run_for(longest - 50)
    assert channel.arrivals == arrivals
    await page.clock.run_for(50)
    await expect(page.locator(".connection")).to_have_attribute("data-phase", "live")
    assert channel.arrivals == arrivals + 1


async def test_while_its_seat_is_kept_it_waits_for_two_seconds_at_most(open_page: Open) -> None:
    channel = ScriptedServer()
    channel.more = {"grace_ms": 15_000}
    page = (await open_page(channel, clock=True)).page
    await page.evaluate(LONGEST_CHANCE)
    await hold_time(page)
    for longest in (500, 1000, 2000, 2000, 2000):
        await channel.close(1001)
        await expect_wait(page, channel, longest)


async def test_a_wait_that_it_was_told_is_no_failure(open_page: Open) -> None:
    channel = ScriptedServer()
    page = (await open_page(channel, clock=True)).page
    await page.evaluate(LONGEST_CHANCE)
    await hold_time(page)
    for _ in range(3):
        channel.say({"type": "drain", "return_after_ms": 3000})
        await channel.close(1012)
        await expect_wait(page, channel, 3500)
    refusal = {"type": "refusal", "re": None, "code": "unavailable", "message": "full"}
    channel.say({**refusal, "retry_after": 4.0})
    await channel.close(1013)
    await expect_wait(page, channel, 4500)


async def test_a_dead_token_is_never_shown_again(open_page: Open) -> None:
    channel = ScriptedServer()
    page = (await open_page(channel)).page
    await page.evaluate(CONNECT, "the only one")
    await channel.until_heard("hello", times=2)
    await channel.close(4003)
    await page.wait_for_function("window.said.phase === 'closed' && window.said.why.code === 4003")
    assert channel.arrivals == 2


async def test_an_expired_token_is_answered_with_a_fresh_one(open_page: Open) -> None:
    channel = ScriptedServer()
    page = (await open_page(channel)).page
    await page.evaluate(CONNECT, None)
    await channel.until_heard("hello", times=2)
    await channel.close(4003)
    assert (await channel.until_heard("hello", times=3))["token"] == "t2"
    assert await page.evaluate("window.asked") == [False, True]


async def test_a_token_is_refreshed_before_it_expires(open_page: Open) -> None:
    channel = ScriptedServer()
    channel.more = {"expires_in": 2}
    page = (await open_page(channel)).page
    await page.evaluate(CONNECT, None)
    assert (await channel.until_heard("refresh"))["token"] == "t2"
