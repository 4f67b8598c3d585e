"""SIGHUP and `lobby reload`: checked first, then started again without a gap."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from pathlib import Path

from lobby.exit_codes import Exit
from tests.support.channel_client import Client
from tests.support.commands import lobby
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.slowness import slowness
from tests.support.waiting import block_until

CATALOGUE = Path(__file__).parents[2] / "lobby.toml"


def served(lobby: LobbyProcess) -> int:
    return lobby.log.count('"serving"')


async def test_a_single_process_drains_and_starts_again(own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    client = await Client.connect(own_lobby.url)
    os.kill(own_lobby.pid, signal.SIGHUP)
    assert await client.until_closed() == 1012
    closed = time.monotonic()
    assert client.drain
    # Nobody is turned away: who comes meanwhile waits until it listens again.
    assert (await call(own_lobby.url, "GET", "/health/live")).status_code == 200
    took = time.monotonic() - closed
    assert took < client.drain["return_after_ms"] / 1000 + slowness()
    assert served(own_lobby) == 2
    async with await Client.connect(own_lobby.url) as again:
        assert await again.command("ping")
    assert await asyncio.to_thread(own_lobby.stop) == 0


async def test_a_faulty_catalogue_changes_nothing_and_is_named(own_lobby: LobbyProcess) -> None:
    catalogue = own_lobby.home / "game.toml"
    catalogue.write_text(CATALOGUE.read_text())
    own_lobby.settings |= {
        "LOBBY_CATALOGUE": str(catalogue),
        "GAME_CLIENT_SECRET": "a secret that only the tests know",
        "GAME_SERVER_PASSWORD": "a password that only the tests know",
    }
    own_lobby.start()
    async with await Client.connect(own_lobby.url) as client:
        catalogue.write_text("[wrong")
        os.kill(own_lobby.pid, signal.SIGHUP)
        await asyncio.to_thread(block_until, lambda: "reload_refused" in own_lobby.log)
        assert await client.command("ping")
    assert served(own_lobby) == 1


def test_the_command_reloads_the_server_that_runs(own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    told = lobby(own_lobby.home, "reload")
    assert (told.returncode, told.stderr) == (0, "")
    block_until(lambda: served(own_lobby) == 2)
    # It checks first, and changes nothing where there is a fault.
    refused = lobby(own_lobby.home, "reload", catalogue=own_lobby.home / "nowhere.toml")
    assert refused.returncode == Exit.SETTINGS
    assert "nowhere.toml" in refused.stderr
    assert own_lobby.stop() == 0
    assert served(own_lobby) == 2
