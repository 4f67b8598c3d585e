"""What the operator does about players: shows them, keeps them out, lets them in, gives a role."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.cli.commands import lobby
from tests.client import Client
from tests.house.tree import ROOT
from tests.patience import SOON
from tests.processes import LobbyProcess
from tests.recorder import recorded

REGIONS = "/session/v1/regions"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    home = tmp_path_factory.mktemp("lobby")
    words = {"game_client_secret": "c" * 16, "game_server_password": "s" * 16}
    text = (ROOT / "lobby.toml").read_text()
    for name, value in words.items():
        text = text.replace(f"env:{name.upper()}", value)
    (home / "game.toml").write_text(text)
    server = LobbyProcess(home, catalogue=home / "game.toml").start()
    yield server
    server.remove()


@pytest.fixture
def http(server: LobbyProcess) -> Iterator[httpx2.Client]:
    with recorded(server.url) as http:
        yield http


def log_in(http: httpx2.Client, secret: str, **more: object) -> httpx2.Response:
    said = {"grant_type": "anon", "portal_access_token": secret, **more}
    agreed = {"accept_eula": True, "accept_tos": True}
    return http.post("/users/v1/login", json=said | agreed)


def bearer(said: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {said['access_token']}"}


def ask(server: LobbyProcess, *words: str) -> dict[str, Any]:
    told = lobby(server.home, "player", *words)
    assert told.returncode == 0, told.stderr
    shown: dict[str, Any] = json.loads(told.stdout)
    return shown


async def test_whoever_is_kept_out_is_out_at_once_and_comes_back_when_let_in(
    server: LobbyProcess, http: httpx2.Client
) -> None:
    mine = secrets.token_hex(16)
    said = log_in(http, mine, portal_display_name="Ann").json()
    player = said["active_player_uuid"]
    client = await Client.connect(server.url, said["access_token"])
    # 1. Kept out for three days, and told why.
    shown = ask(server, "restrict", player, "--days", "3", "--reason", "cheats")
    (one,) = shown["restrictions"]
    assert (one["type"], one["reason"]) == ("account_ban", "cheats")
    assert abs(one["until"] - time.time() - 3 * 24 * 3600) < 60
    assert await client.until_closed(SOON) == 4503
    await client.close()
    assert http.get(REGIONS, headers=bearer(said)).json()["auth_success"] is False
    assert log_in(http, mine).json()["error_code"] == "user_auth_restricted"
    # 2. Restricted once more: in place of the first, not beside it.
    assert len(ask(server, "restrict", player)["restrictions"]) == 1
    assert ask(server, "show", player)["restrictions"][0]["until"] is None
    # 3. Let in.
    assert ask(server, "lift", player, "account_ban")["restrictions"] == []
    assert log_in(http, mine).json()["active_player_uuid"] == player


def test_what_bars_nobody_is_shown_to_the_game(server: LobbyProcess, http: httpx2.Client) -> None:
    mine = secrets.token_hex(16)
    player = log_in(http, mine).json()["active_player_uuid"]
    ask(server, "restrict", player, "account_pending_deletion", "--reason", "asked for it")
    (one,) = log_in(http, mine).json()["restrictions"]
    assert (one["type"], one["reason"]) == ("account_pending_deletion", "asked for it")


def test_a_role_counts_at_once(server: LobbyProcess, http: httpx2.Client) -> None:
    said = log_in(http, secrets.token_hex(16)).json()
    news = http.post("/custom/v1/custom/daily-news", json={}, headers=bearer(said))
    assert news.json()["error_code"] == "insufficient_permissions"
    shown = ask(server, "role", str(said["active_player_id"]), "caster")
    assert (shown["uuid"], shown["role"]) == (said["active_player_uuid"], "caster")
    news = http.post("/custom/v1/custom/daily-news", json={}, headers=bearer(said))
    assert news.json()["error_code"] == "upstream_error", "permitted; only nobody serves it"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("show", "nobody"), "player"),
        (("show", "999999"), "There is no such account."),
        (("restrict", "00000000-0000-4000-8000-000000000000"), "There is no such account."),
    ],
)
def test_what_cannot_be_is_one_line(server: LobbyProcess, words: tuple[str, ...], why: str) -> None:
    told = lobby(server.home, "player", *words)
    assert (told.returncode, told.stdout) == (1, "")
    assert why in told.stderr
    assert len(told.stderr.splitlines()) == 1


def test_a_role_that_the_catalogue_lacks_changes_nothing(
    server: LobbyProcess, http: httpx2.Client
) -> None:
    player = log_in(http, secrets.token_hex(16)).json()["active_player_uuid"]
    before = ask(server, "show", player)
    told = lobby(server.home, "player", "role", player, "king")
    assert (told.returncode, told.stderr) == (1, "lobby: the catalogue has no such role\n")
    assert ask(server, "show", player) == before


def test_an_account_that_is_no_player_is_none(server: LobbyProcess) -> None:
    made = lobby(server.home, "admin", "create", "ops", "--password-stdin", typed="correct horse\n")
    assert made.returncode == 0, made.stderr
    uuid = lobby(server.home, "admin", "list").stdout.split()[1]
    told = lobby(server.home, "player", "restrict", uuid)
    assert (told.returncode, told.stderr) == (1, "lobby: There is no such account.\n")
