"""The page behind a link in a real browser, without JavaScript; a name there wants to be HTML."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Browser

from tests.support.people import new_host
from tests.support.processes import LobbyProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")
HOSTILE = "<img src=x onerror=alert(1)><b>Bold"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_a_link_shows_the_card_without_any_script(
    browser: Browser, lobby_server: LobbyProcess, scheme: Literal["light", "dark"]
) -> None:
    host = await (await new_host(lobby_server.url)).connect()
    id = (await host.command("session.launch", name=HOSTILE))["session"]["id"]
    code = (await host.command("session.code", session=id))["code"]
    page = await browser.new_page(java_script_enabled=False, color_scheme=scheme)
    troubles: list[str] = []
    page.on("console", lambda said: troubles.append(said.text) if said.type == "error" else None)
    answer = await page.goto(f"{lobby_server.url}/j/{code}")
    assert answer is not None
    assert answer.status == 200
    assert await page.locator("h1").inner_text() == HOSTILE
    assert await page.locator("article img, article b").count() == 0
    assert await page.locator(".may").inner_text() == "join"
    assert code[:3] in await page.locator("article").inner_text()
    assert troubles == []
    await page.close()
    await host.close()
