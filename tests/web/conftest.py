"""A real browser, and one window in it that notes everything that should not happen."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from tests.support.processes import LobbyProcess
from tests.support.waiting import TIMEOUT
from tests.web.scripted_server import ScriptedServer

expect.set_options(timeout=TIMEOUT * 1000)
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP lobby.test 127.0.0.1",
]


@dataclass
class Window:
    """`troubles`: dialogs, errors of scripts, and all the console's errors, CSP reports too."""

    page: Page
    troubles: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    def listen(self) -> None:
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("request", lambda request: self.addresses.append(request.url))
        self.page.on(
            "console",
            lambda said: (
                self.troubles.append(f"{said.type}: {said.text}")
                if said.type in ("error", "warning")
                else None
            ),
        )

        async def refuse(dialog: Any) -> None:
            self.troubles.append(f"dialog: {dialog.message}")
            await dialog.dismiss()

        self.page.on("dialog", refuse)


Open = Callable[..., Awaitable[Window]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Browser]:
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        reason = "no chromium on PATH"
        pytest.fail(reason) if os.environ.get("CI") else pytest.skip(reason)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="module")
async def browser_page(browser: Browser) -> AsyncIterator[Open]:
    """Open a lobby's page; with `channel`, played by hand; with `clock`, one that can be moved;
    `at` is the path of a place. Options go to the browser."""
    opened: list[Page] = []

    async def browser_page(
        url: str,
        channel: ScriptedServer | None = None,
        *,
        clock: bool = False,
        at: str = "",
        **options: Any,
    ) -> Window:
        opened.append(page := await browser.new_page(**options))
        window = Window(page)
        window.listen()
        if clock:
            await page.clock.install()
        if channel:
            await channel.stand_in(page)
        await page.goto(url + at)
        await page.wait_for_selector(".connection[data-phase=live]")
        return window

    yield browser_page
    for page in opened:
        await page.close()


@pytest_asyncio.fixture(loop_scope="module")
async def open_page(browser_page: Open, lobby_server: LobbyProcess) -> Open:
    """The same, of the lobby that all share."""

    async def open_page(channel: ScriptedServer | None = None, **options: Any) -> Window:
        return await browser_page(lobby_server.url, channel, **options)

    return open_page
