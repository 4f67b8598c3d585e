"""What is said in a session, as its page shows it."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.web.conftest import Open
from tests.web.visitor import enter, inside

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_lines_go_out_one_by_one_and_what_is_refused_is_not_lost(open_page: Open) -> None:
    channel = inside()
    page = await enter(await open_page(channel))
    channel.mute = True
    field = page.get_by_label("Say something")
    for text in ("one", "two"):
        await field.fill(text)
        await page.keyboard.press("Enter")
    waiting = page.locator(".pale")
    await expect(waiting).to_have_text(["one", "two"])
    await expect(field).to_have_value("")
    first = await channel.until_heard("session.say")
    channel.mute = False
    channel.answers["session.say"] = {"code": "malformed"}
    channel.say({"type": "refusal", "re": first["id"], "code": "malformed", "message": "No."})
    await channel.until_heard("session.say", times=2)
    await expect(waiting.filter(has_text="Not sent.")).to_have_count(2)
    del channel.answers["session.say"]
    await waiting.first.get_by_role("button", name="Send again").click()
    assert (await channel.until_heard("session.say", times=3))["text"] == "one"
    await expect(waiting).to_have_count(1)
    await waiting.get_by_role("button", name="Drop it").click()
    await expect(waiting).to_have_count(0)
