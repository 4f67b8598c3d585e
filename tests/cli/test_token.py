"""Signing keys: made, turned over without ending what was given, and used by the operator."""

from __future__ import annotations

import stat
from pathlib import Path

from pydantic import SecretStr

from lobby.config import Settings
from lobby.operator.admin_socket import ask
from tests.support.commands import lobby
from tests.support.people import new_user
from tests.support.processes import LobbyProcess


def test_a_secret_is_one_that_the_program_takes(tmp_path: Path) -> None:
    key = lobby(tmp_path, "token", "secret").stdout.strip()
    assert Settings(secret=SecretStr(key))
    assert len(set(key)) > 8


async def test_after_rotation_of_the_file_old_tokens_stay_and_new_ones_are_signed_anew(
    own_lobby: LobbyProcess,
) -> None:
    own_lobby.start()
    user = await new_user(own_lobby.url)
    path = own_lobby.home / "lobby-secret"
    first = path.read_text().strip()
    rotated = lobby(own_lobby.home, "token", "rotate")
    assert rotated.returncode == 0
    new, old = path.read_text().strip().split(",")
    assert old == first != new
    assert not [key for key in (new, old) if key in rotated.stdout + rotated.stderr]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert own_lobby.stop() == 0
    own_lobby.start()
    assert (await user.call("GET", "/users")).status_code == 200
    fresh = await new_user(own_lobby.url)
    assert kid(fresh.token) != kid(user.token)


def kid(token: str) -> str:
    return token.partition(".")[0]


def test_rotation_of_the_variable_prints_what_to_set(tmp_path: Path) -> None:
    key = "k" * 16 + "0123456789abcdef"
    said = lobby(tmp_path, "token", "rotate", secret=key).stdout
    name, _, value = said.strip().partition("=")
    assert name == "LOBBY_SECRET"
    new, old = value.split(",")
    assert old == key != new
    assert not (tmp_path / "lobby-secret").exists()


async def test_the_operator_gets_a_token_for_an_account_by_name_or_uuid(
    lobby_server: LobbyProcess,
) -> None:
    user = await new_user(lobby_server.url)
    issued = lobby(lobby_server.home, "token", "issue", str(user.name))
    assert issued.returncode == 0
    asked = ask(lobby_server.home / "lobby.sock", {"command": "token issue", "account": user.uuid})
    for token in (issued.stdout.strip(), asked["result"]["token"]):
        user.token = token
        assert (await user.call("GET", "/users")).status_code == 200
        assert token not in lobby_server.log


def test_nobody_gets_a_token_for_who_is_not_there(lobby_server: LobbyProcess) -> None:
    missing = lobby(lobby_server.home, "token", "issue", "nobody-at-all")
    assert (missing.returncode, missing.stdout) == (1, "")
    assert missing.stderr.strip() == "lobby: There is no such account."
