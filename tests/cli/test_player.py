"""What the operator does about players: shows them, keeps them out, lets them in, gives a role."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import recorded
from tests.support.commands import lobby
from tests.support.people import PASSWORD, Person, call, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.support.waiting import block_until, soon

REGIONS = "/session/v1/regions"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    home = tmp_path_factory.mktemp("lobby")
    words = {
        "game_client_secret": "a secret of one game",
        "game_server_password": "a password of servers",
    }
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


def test_who_is_named_otherwise_than_players_are_is_told_how_in_words(server: LobbyProcess) -> None:
    for named in ("nobody", "0", "12 ", "3f2b8c1e"):
        told = lobby(server.home, "player", "role", named, "caster")
        assert told.returncode == 1
        assert told.stderr == (
            "lobby: player role.player: should be the uuid of a player, as"
            " 3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e, or their older number; no name\n"
        )
    for words in (("admin", "sign-out", "a b"), ("backup", "\n")):
        assert "pattern" not in lobby(server.home, *words).stderr


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
    assert await client.until_closed(soon()) == 4503
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
        (("show", "nobody"), "There is no such account."),
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


def test_an_account_that_is_no_player_has_no_role(server: LobbyProcess) -> None:
    made = lobby(server.home, "admin", "create", "ops", "--password-stdin", typed="correct horse\n")
    assert made.returncode == 0, made.stderr
    uuid = lobby(server.home, "admin", "list").stdout.split()[1]
    told = lobby(server.home, "player", "role", uuid, "caster")
    assert (told.returncode, told.stderr) == (1, "lobby: There is no such account.\n")


# Accounts of any kind


async def logs_in(server: LobbyProcess, user: Person) -> int:
    form = {"username": user.name, "password": PASSWORD}
    return (await call(server.url, "POST", "/users/login", data=form)).status_code


async def test_a_user_is_restricted_by_their_login_and_lifted(server: LobbyProcess) -> None:
    user, host = await new_user(server.url), await new_host(server.url)
    assert user.name
    client, room = await user.connect(), await host.connect()
    opened = (await room.command("session.launch"))["session"]["id"]
    await room.command("host.set", only_friends=False)
    await client.command("session.join", session=opened)
    # 1. Where they are.
    shown = ask(server, "show", user.name.upper())
    assert (shown["uuid"], shown["kind"], shown["online"]) == (user.uuid, "user", True)
    assert [(one["session"], one["status"]) for one in shown["sessions"]] == [(opened, "taken")]
    assert shown["queue"] is None
    # 2. Out, by the short command.
    told = lobby(server.home, "restrict", user.name, "--reason", "cheats")
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout)["sessions"] == []
    assert await client.until_closed(soon()) == 4503
    assert await logs_in(server, user) == 401
    # 3. In again.
    assert ask(server, "lift", user.name)["restrictions"] == []
    assert await logs_in(server, user) == 200
    await client.close()
    await room.close()


async def test_a_host_is_restricted_by_its_uuid_alone(server: LobbyProcess) -> None:
    registered = (await call(server.url, "POST", "/hosts")).json()["uuid"].lower()
    login = f"/hosts/{registered}/access_token"
    host = Person(server.url, registered, (await call(server.url, "GET", login)).json()["token"])
    launched = await host.call("POST", "/sessions", json={"host": host.uuid})
    assert launched.status_code == 201, launched.text
    (hosted,) = ask(server, "show", host.uuid)["sessions"]
    assert hosted["leads"]
    assert ask(server, "restrict", host.uuid.upper())["sessions"] == []
    assert (await host.call("GET", "/hosts/access_token/renew")).status_code == 401
    assert (await call(server.url, "GET", login)).status_code == 404
    number = str(ask(server, "show", host.uuid)["number"])
    assert ask(server, "lift", number)["uuid"] == host.uuid
    assert (await call(server.url, "GET", login)).status_code == 200


async def test_an_anonymous_identity_is_restricted_by_its_uuid(server: LobbyProcess) -> None:
    secret = secrets.token_hex(32)
    client = await Client.connect(server.url, hello=False)
    said = await client.command("hello", anonymous=True, secret=secret)
    assert ask(server, "restrict", said["uuid"])["kind"] == "anonymous"
    assert await client.until_closed(soon()) == 4503
    again = await Client.connect(server.url, hello=False)
    with pytest.raises(Refused):
        await again.command("hello", anonymous=True, secret=secret)
    await again.close()
    await client.close()


def test_a_name_of_several_lists_them_and_changes_nothing(
    server: LobbyProcess, http: httpx2.Client
) -> None:
    twins = [
        log_in(http, secrets.token_hex(16), portal_display_name="Twin").json() for _ in range(2)
    ]
    uuids = [one["active_player_uuid"] for one in twins]
    for words in (("restrict", "twin"), ("lift", "Twin"), ("show", "TWIN")):
        told = lobby(server.home, "player", *words)
        assert (told.returncode, told.stdout) == (1, "")
        (line,) = told.stderr.splitlines()
        assert all(uuid in line for uuid in uuids)
        assert line.endswith("say the uuid. Nothing was changed.")
    assert [ask(server, "show", uuid)["restrictions"] for uuid in uuids] == [[], []]
    only = log_in(http, secrets.token_hex(16), portal_display_name="Only One").json()
    assert ask(server, "show", "only one")["uuid"] == only["active_player_uuid"]


def test_the_audit_log_says_whom_and_not_only_how_they_were_called(
    server: LobbyProcess, http: httpx2.Client
) -> None:
    said = log_in(http, secrets.token_hex(16), portal_display_name="Audited").json()
    ask(server, "restrict", "audited", "--reason", "cheats")

    def records() -> list[dict[str, Any]]:
        lines = [json.loads(line) for line in server.log.splitlines() if line.startswith("{")]
        about = [one for one in lines if one.get("target") == said["active_player_uuid"]]
        return [one for one in about if one["event"] == "player restrict"]

    block_until(lambda: bool(records()), soon())
    (one,) = records()
    assert (one["actor"], one["reason"], one["outcome"]) == ("operator", "cheats", "done")


def test_a_newcomer_finds_the_command(server: LobbyProcess) -> None:
    assert "restrict" in lobby(server.home, "--help").stdout
    told = lobby(server.home, "restrict")
    assert (told.returncode, "Missing argument 'who'" in told.stderr) == (2, True)


@pytest.mark.parametrize("days", ["0", "-1", "nan", "1e9"])
def test_a_time_that_is_none_is_refused_in_words(server: LobbyProcess, days: str) -> None:
    told = lobby(server.home, "restrict", "nobody", "--days", days)
    words = " ".join(told.stderr.replace("\u2502", " ").split())
    assert told.returncode == 2
    assert "'--days': say more than 0 and at most 100,000; leave it out for good." in words


def test_a_reason_is_one_line_of_what_can_be_seen(
    server: LobbyProcess, http: httpx2.Client
) -> None:
    uuid = log_in(http, secrets.token_hex(16)).json()["active_player_uuid"]
    for reason in ("\u202etaehc", "a\u0007b", "\u200b", "   "):
        told = lobby(server.home, "restrict", uuid, "--reason", reason)
        assert (told.returncode, told.stdout) == (1, "")
        assert "the text " in told.stderr
    assert ask(server, "show", uuid)["restrictions"] == []
    said = ask(server, "restrict", uuid, "--reason", "cheats\nand  lies ")
    assert [one["reason"] for one in said["restrictions"]] == ["cheats and lies"]
