"""What the operator does to accounts: through the running server, or alone where none runs."""

from __future__ import annotations

import asyncio
import json
import os
import secrets
import socket
import stat
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from lobby.config import Settings
from lobby.context import Lobby
from lobby.main import open_lobby
from lobby.operator import admin_socket, commands
from tests.support.commands import lobby
from tests.support.people import PASSWORD, Person, call, new_user
from tests.support.processes import LobbyProcess
from tests.support.waiting import soon, until


def audited(process: LobbyProcess) -> list[dict[str, Any]]:
    records = [json.loads(line) for line in process.log.splitlines() if line.startswith("{")]
    return [record for record in records if record["logger"] == "audit"]


def new_name() -> str:
    return f"u{secrets.token_hex(6)}"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    """One process that has its store for itself."""
    server = LobbyProcess(tmp_path_factory.mktemp("lobby")).start()
    yield server
    server.remove()


async def status_with(person: Person) -> int:
    return (await person.call("GET", "/users")).status_code


async def test_an_administrator_is_made_by_the_operator_and_logs_in(shared: LobbyProcess) -> None:
    name = new_name()
    made = lobby(shared.home, "admin", "create", name, "--password-stdin", typed=f"{PASSWORD}\n")
    assert (made.returncode, made.stdout) == (0, f"{name} is an administrator.\n")
    form = {"username": name, "password": PASSWORD}
    assert (await call(shared.url, "POST", "/users/login", data=form)).status_code == 200
    assert name in lobby(shared.home, "admin", "list").stdout
    about = await until(lambda: [r for r in audited(shared) if r.get("target") == name])
    assert [r["outcome"] for r in about] == ["done"]
    assert PASSWORD not in shared.log


def ask(server: LobbyProcess, command: str, **fields: str) -> dict[str, Any]:
    """The door itself, without the command line before it."""
    return admin_socket.ask(server.home / "lobby.sock", {"command": command, **fields})


def admins(server: LobbyProcess) -> list[str]:
    return [one["login"] for one in ask(server, "admin list")["result"]["admins"]]


def test_a_refusal_is_one_line_and_never_shows_the_password(shared: LobbyProcess) -> None:
    short = lobby(shared.home, "admin", "create", new_name(), "--password-stdin", typed="kanari\n")
    assert short.returncode == 1
    assert "8 characters" in short.stderr
    assert len(short.stderr.splitlines()) == 1
    assert "kanari" not in short.stderr + short.stdout + shared.log
    unasked = lobby(shared.home, "admin", "create", new_name())
    assert unasked.returncode == 2
    assert "--password-stdin" in unasked.stderr


async def test_a_login_that_somebody_has_is_not_made_an_administrator(shared: LobbyProcess) -> None:
    user = await new_user(shared.url)
    assert user.name
    taken = ask(shared, "admin create", login=user.name, password=PASSWORD)
    assert taken["refused"]["code"] == "login_taken"
    assert user.name not in admins(shared)


async def test_deleting_ends_tokens_and_sockets_within_a_second(shared: LobbyProcess) -> None:
    user = await new_user(shared.url)
    assert user.name
    client = await user.connect()
    deleted = await asyncio.to_thread(lobby, shared.home, "admin", "delete", user.name)
    assert deleted.stdout == f"{user.name} is gone.\n"
    assert await client.until_closed(soon()) == 4503
    assert await status_with(user) == 401
    missing = ask(shared, "admin delete", login=user.name)
    assert missing["refused"]["code"] == "account_not_found"


@pytest.mark.parametrize(
    ("command", "fields"),
    [("admin sign-out", {}), ("admin password", {"password": "another horse 8"})],
)
async def test_signing_out_and_a_new_password_end_what_was_given_before(
    shared: LobbyProcess, command: str, fields: dict[str, str]
) -> None:
    user = await new_user(shared.url)
    assert user.name
    client = await user.connect()
    assert "result" in ask(shared, command, login=user.name, **fields)
    assert await client.until_closed(soon()) == 4503
    assert await status_with(user) == 401
    form = {"username": user.name, "password": fields.get("password", PASSWORD)}
    assert (await call(shared.url, "POST", "/users/login", data=form)).status_code == 200
    assert fields.get("password", "kanari") not in shared.log


def test_without_a_server_the_same_is_done_here_and_the_last_administrator_stays(
    tmp_path: Path,
) -> None:
    words = ("admin", "create", "alice", "--password-stdin")
    made = lobby(tmp_path, *words, typed=f"{PASSWORD}\n")
    assert made.returncode == 0
    assert '"admin create"' in made.stderr
    assert PASSWORD not in made.stderr
    kept = lobby(tmp_path, "admin", "delete", "alice")
    assert kept.returncode == 1
    assert "last administrator" in kept.stderr


def test_a_server_whose_door_is_elsewhere_is_named(shared: LobbyProcess) -> None:
    lost = lobby(shared.home, "admin", "list", admin_socket="nowhere.sock")
    assert lost.returncode == 3
    assert "LOBBY_ADMIN_SOCKET" in lost.stderr
    assert len(lost.stderr.splitlines()) == 1


def test_nonsense_at_the_door_is_answered_and_the_next_line_too(shared: LobbyProcess) -> None:
    with socket.socket(socket.AF_UNIX) as door:
        door.settimeout(5)
        door.connect(str(shared.home / "lobby.sock"))
        with door.makefile("rb") as answers:
            for line in (b"{", b"[]", b'{"command":"rm"}', b'{"command":"admin list","more":1}'):
                door.sendall(line + b"\n")
                assert json.loads(answers.readline())["refused"]["code"] == "malformed"
            door.sendall(b'{"command":"status"}\n')
            assert json.loads(answers.readline())["result"]["pid"] == shared.pid


@pytest.fixture
async def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Lobby]:
    monkeypatch.chdir(tmp_path)
    async with open_lobby(Settings(database_url="sqlite::memory:")) as opened:
        yield opened


def door(lobby: Lobby) -> AbstractAsyncContextManager[None]:
    return admin_socket.listen(Path("lobby.sock"), partial(commands.answer, lobby))


async def test_the_door_is_its_owners_alone_and_takes_the_place_of_a_dead_one(
    alone: Lobby,
) -> None:
    with socket.socket(socket.AF_UNIX) as left_behind:
        left_behind.bind("lobby.sock")
    async with door(alone):
        assert stat.S_IMODE(os.stat("lobby.sock").st_mode) == 0o600
        said = await asyncio.to_thread(admin_socket.ask, Path("lobby.sock"), {"command": "status"})
        assert said["result"]["pid"] == os.getpid()
    assert "lobby.sock" not in os.listdir()


async def test_a_door_that_is_served_or_is_a_file_is_left_alone(alone: Lobby) -> None:
    async with door(alone):
        async with door(alone):
            pass
        said = await asyncio.to_thread(admin_socket.ask, Path("lobby.sock"), {"command": "status"})
        assert said["result"]["pid"] == os.getpid()
    await asyncio.to_thread(Path("lobby.sock").write_text, "mine")
    async with door(alone):
        pass
    assert await asyncio.to_thread(Path("lobby.sock").read_text) == "mine"


async def test_where_processes_share_their_data_the_command_reaches_all_of_them(
    own_lobby: LobbyProcess, redis_url: str, postgres_url: str
) -> None:
    where = {"redis_url": redis_url, "database_url": postgres_url}
    own_lobby.settings |= {f"LOBBY_{name.upper()}": value for name, value in where.items()}
    own_lobby.start()
    assert not (own_lobby.home / "lobby.sock").exists()
    user = await new_user(own_lobby.url)
    assert user.name
    client = await user.connect()
    words = ("admin", "delete", user.name)
    deleted = await asyncio.to_thread(lobby, own_lobby.home, *words, **where)
    ended = time.monotonic()
    assert deleted.returncode == 0, deleted.stderr
    assert await client.until_closed(soon()) == 4503
    assert time.monotonic() - ended < soon()
    assert await status_with(user) == 401
