"""`lobby match explain`: why somebody still waits, as the running server sees it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.channel.test_commands_matchmaking import HOSTED
from tests.support.commands import lobby
from tests.support.matchmaking import GAME
from tests.support.people import new_host
from tests.support.processes import LobbyProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LobbyProcess]:
    file = tmp_path / "game.toml"
    file.write_text(GAME + HOSTED)
    server = LobbyProcess(tmp_path, catalogue=file).start()
    yield server
    server.remove()


async def test_the_operator_sees_why_a_ticket_waits(server: LobbyProcess) -> None:
    host = await new_host(server.url)
    async with await host.connect() as client:
        session = (await client.command("session.launch"))["session"]["id"]
        ticket = (await client.command("queue.join", session=session, queue="pairs"))["ticket"]
        told = lobby(server.home, "match", "explain", ticket)
        assert told.returncode == 0
        said = json.loads(told.stdout)
        assert (said["ticket"], said["state"], said["players"]) == (ticket, "waiting", [host.uuid])
        waits = said["waits"]["pairs"]
        assert (waits["players"], waits["least"]) == (1, 4)
        assert waits["excluded"]["rating"] == 0


def test_a_ticket_that_there_is_not_is_one_line(server: LobbyProcess) -> None:
    told = lobby(server.home, "match", "explain", "nothing")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "lobby: Nobody waits with this ticket, or not you.\n"
