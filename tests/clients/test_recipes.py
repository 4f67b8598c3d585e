"""The recipes in clients/recipes, each where it is meant to run: Chromium, React, Node. Those for
Godot and Unity are samples to be read: neither engine is here.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
from collections.abc import AsyncIterator, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import pytest_asyncio
from playwright.async_api import Browser

from tests.support.channel_client import Client
from tests.support.people import new_host
from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.support.services import LOOPBACK, Missing, absent, free_port
from tests.support.waiting import until
from tests.web.conftest import Window, browser  # noqa: F401  # a fixture

JS = ROOT / "clients" / "js"
RECIPES = ROOT / "clients" / "recipes"
APP = ROOT / "tests" / "clients" / "pages" / "react_app.js"
EXAMPLE = "https://lobby.example"

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder, and the origin that serves it, which is not the lobby's."""
    folder, port = tmp_path_factory.mktemp("site"), free_port()
    handler = partial(Quiet, directory=str(folder))
    with ThreadingHTTPServer((LOOPBACK, port), handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield folder, f"http://{LOOPBACK}:{port}"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def lobby(
    site: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LobbyProcess]:
    home = tmp_path_factory.mktemp("lobby")
    memory = "sqlite::memory:"
    lobby = LobbyProcess(home, database_url=memory, allowed_origins=site[1]).start()
    yield lobby
    lobby.remove()


@pytest_asyncio.fixture(loop_scope="module")
async def host(lobby: LobbyProcess) -> AsyncIterator[Client]:
    person = await new_host(lobby.url)
    async with await Client.connect(lobby.url, person.token) as host:
        await host.command("host.set", only_friends=False, allow_nonames=True)
        yield host


async def opened(browser: Browser, url: str, lobby_url: str = "") -> Window:  # noqa: F811
    window = Window(await browser.new_page())
    window.listen()
    await window.page.add_init_script(f"window.lobbyUrl = '{lobby_url}'")
    await window.page.goto(url)
    return window


async def test_a_page_of_another_origin_shows_and_joins_sessions(
    browser: Browser,  # noqa: F811
    site: tuple[Path, str],
    lobby: LobbyProcess,
    host: Client,
) -> None:
    folder, origin = site
    text = (RECIPES / "page.html").read_text()
    assert text.count(EXAMPLE) == 1
    (folder / "page.html").write_text(text.replace(EXAMPLE, lobby.url))
    launched = await host.command("session.launch", name="Harbour")
    window = await opened(browser, f"{origin}/page.html")
    item = window.page.locator("li", has_text="Harbour")
    await item.get_by_text("7 free").wait_for()
    await item.get_by_role("button").click()
    await item.get_by_text("6 free").wait_for()
    # Whoever comes again is the same person: already seated, so the seat is theirs.
    await window.page.reload()
    await item.get_by_text("6 free").wait_for()
    await host.command("session.close", session=launched["session"]["id"])
    await window.page.wait_for_selector("li", state="detached")
    assert [each for each in window.troubles if "favicon" not in each and "404" not in each] == []
    await window.page.close()


async def test_components_of_react_share_a_topic(
    browser: Browser,  # noqa: F811
    site: tuple[Path, str],
    lobby: LobbyProcess,
    host: Client,
) -> None:
    if not (JS / "node_modules" / "react").exists():
        absent(Missing("react is not installed: scripts/generators"))
    folder, origin = site
    bundled(folder / "app.js")
    (folder / "app.html").write_text("<!doctype html><main></main><script src=app.js></script>")
    launched = await host.command("session.launch", name="Harbour")
    session = launched["session"]["id"]
    page = (window := await opened(browser, f"{origin}/app.html", lobby.url)).page
    await page.wait_for_function("document.querySelector('#phase').textContent === 'live'")
    await page.wait_for_function("document.querySelector('#count').textContent === '1'")
    await host.command("session.update", session=session, name="Port")
    await page.wait_for_function("document.querySelector('li').textContent === 'Port'")
    watches = "sent.filter((type) => type === 'watch').length"
    assert await page.evaluate(watches) == 1
    await page.evaluate("show(false)")
    await page.wait_for_function("sent.filter((type) => type === 'unwatch').length === 1")
    await page.evaluate("show(true)")
    await page.wait_for_function("document.querySelector('li')?.textContent === 'Port'")
    assert await page.evaluate(watches) == 2
    await host.command("session.close", session=session)
    await page.wait_for_function("document.querySelector('#count').textContent === '0'")
    assert [each for each in window.troubles if "404" not in each] == []
    await page.close()


def bundled(file: Path) -> None:
    """The app in development, where StrictMode mounts everything twice."""
    command = [
        *(str(JS / "node_modules" / ".bin" / "esbuild"), str(APP), "--bundle"),
        *(f"--outfile={file}", '--define:process.env.NODE_ENV="development"'),
        *(f"--alias:lobby-client={JS / 'dist' / 'lobby.js'}", "--log-level=warning"),
    ]
    environment = {**os.environ, "NODE_PATH": str(JS / "node_modules")}
    subprocess.run(command, check=True, env=environment)


async def test_a_bot_joins_greets_and_ends(
    lobby: LobbyProcess, host: Client, tmp_path: Path
) -> None:
    node = shutil.which("node")
    if node is None:
        absent(Missing("there is no node to run the bot"))
    package = tmp_path / "node_modules" / "lobby-client"
    package.mkdir(parents=True)
    shutil.copy(JS / "package.json", package)
    shutil.copytree(JS / "dist", package / "dist")
    shutil.copy(RECIPES / "bot.mjs", tmp_path)
    command = [node, "--experimental-websocket", "--no-warnings", "bot.mjs", lobby.url]
    launched = await host.command("session.launch", name="Harbour")
    chat = f"chat:{(session := launched['session']['id'])}"
    await host.watch(chat, after=0)
    bot = await asyncio.create_subprocess_exec(*command, cwd=tmp_path)
    try:
        await host.watch(f"session:{session}")
        await host.until(lambda: host.states[f"session:{session}"]["free"] == 6)
        # It hears what is said once it listens.
        await until(partial(greeted, host, session, chat))
    finally:
        bot.send_signal(signal.SIGTERM)
        async with asyncio.timeout(30):
            code = await bot.wait()
    assert code == 0
    await host.command("session.close", session=session)


async def greeted(host: Client, session: str, chat: str) -> bool:
    await host.command("session.say", session=session, text="Is anybody there?")
    return any(entry["text"].startswith("Hello") for entry in host.entries[chat].values())
