"""What may stand between a credential that is good and coming in: agreements, restrictions, limits,
a game that has to show itself; and how a login goes on, and ends.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import accounts, moderation
from lobby.domain.accounts import Restriction
from lobby.domain.permissions import SYSTEM
from lobby.identity.tokens import KeyRing
from tests.api.player_services.test_login import CONFIG, GAME, basic, log_in, refused, secret, send
from tests.support import player_services
from tests.support.callers import FORGED
from tests.support.channel_client import Client
from tests.support.checked_clients import RecordedChannel, recorded
from tests.support.player_services import (
    MACHINES,
    Callers,
    ServerAndCallers,
    bearer,
    player_services_server,
)
from tests.support.server_thread import SECRET, serving
from tests.support.waiting import block_until

NOT_FOUND = "refresh_token_not_found"
WEEK = 604_800.0


def catalogue(folder: Path, **changes: str) -> str:
    """The game's, with these texts in place of those."""
    text = player_services.GAME.read_text()
    for old, new in changes.items():
        text = text.replace(old, new)
    file = folder / "game.toml"
    file.write_text(text)
    return str(file)


def with_auth(folder: Path, line: str) -> str:
    return catalogue(folder, **{"[server]": f"[auth]\n{line}\n[server]"})


# Tokens that renew


def test_a_token_renews_as_often_as_it_is_shown(door: ServerAndCallers) -> None:
    http, _ = door
    first = log_in(http, secret(), include_refresh=True)
    for _ in range(3):
        again = log_in(http, first["refresh_token"], "refresh")
        assert again["active_player_uuid"] == first["active_player_uuid"]
        assert "refresh_token" not in again
        assert http.get(CONFIG, headers=bearer(again["access_token"])).status_code == 200
    newer = log_in(http, first["refresh_token"], "refresh", include_refresh=True)
    assert log_in(http, newer["refresh_token"], "refresh")


def test_neither_token_does_what_the_other_is_for(door: ServerAndCallers) -> None:
    http, _ = door
    said = log_in(http, secret(), include_refresh=True)
    assert refused(send(http, said["access_token"], "refresh")) == NOT_FOUND
    answer = http.get(CONFIG, headers=bearer(said["refresh_token"]))
    assert answer.json()["error_code"] == "auth_invalid_version"


def test_a_token_renews_for_the_game_that_it_was_given_to(door: ServerAndCallers) -> None:
    http, _ = door
    other = basic("other-game:another game's secret")
    bound = log_in(http, secret(), headers=GAME, include_refresh=True)["refresh_token"]
    free = log_in(http, secret(), include_refresh=True)["refresh_token"]
    assert log_in(http, bound, "refresh", headers=GAME)
    for token, headers in ((bound, other), (bound, None), (free, GAME)):
        code = refused(send(http, token, "refresh", headers=headers))
        assert code == "refresh_token_client_id_mismatch"


def renewing(ring: KeyRing, account: str, **changes: Any) -> str:
    said = {"token_version": 1, "seconds": 60.0, "client": None, "seal": ""}
    return ring.issue_refresh(account, **said | changes)


def test_a_token_that_is_over_was_forged_or_revoked_renews_nothing(door: ServerAndCallers) -> None:
    http, callers = door
    said = log_in(http, secret(), include_refresh=True)
    uuid, lobby = said["active_player_uuid"], callers.served.lobby
    seal = lobby.key_ring.seal("", token_version=1)
    assert log_in(http, renewing(lobby.key_ring, uuid, seal=seal), "refresh")
    past = KeyRing([SECRET], clock=lambda: time.time() - WEEK)
    for token in (
        renewing(past, uuid, seal=seal),
        renewing(KeyRing([FORGED]), uuid, seal=seal),
        renewing(lobby.key_ring, uuid),
        renewing(lobby.key_ring, uuid, seal=seal, token_version=2),
    ):
        assert refused(send(http, token, "refresh")) == NOT_FOUND
    callers.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=uuid))
    assert refused(send(http, said["refresh_token"], "refresh")) == NOT_FOUND
    callers.served.do(accounts.delete(lobby, SYSTEM, account=uuid))
    assert refused(send(http, said["refresh_token"], "refresh")) == "refresh_token_invalid_user"


@pytest.mark.parametrize(
    "change",
    [{"a game server's password": "its new password"}, {'name = "ds-eu"': 'name = "ds-us"'}],
    ids=["a new password", "another name"],
)
def test_what_a_machine_got_for_an_old_password_renews_no_more(
    change: dict[str, str], tmp_path: Path
) -> None:
    kept: dict[str, Any] = {"database_url": f"sqlite:{tmp_path}/lobby.db"}
    with player_services_server(**kept) as (http, _):
        token = log_in(http, MACHINES["server"], "basic", include_refresh=True)["refresh_token"]
        assert log_in(http, token, "refresh")
    with player_services_server(**kept) as (http, _):
        assert log_in(http, token, "refresh"), "a restart alone ends nothing"
    with player_services_server(**kept, catalogue=catalogue(tmp_path, **change)) as (http, _):
        assert refused(send(http, token, "refresh")) == NOT_FOUND


# Agreements


def test_whoever_has_not_agreed_is_told_to_what_and_kept_nowhere(tmp_path: Path) -> None:
    with player_services_server(
        catalogue=with_auth(tmp_path, "agreements = { eula = 2, tos = 1 }")
    ) as (http, who):
        mine = secret()
        before = who.served.do(who.served.lobby.store.next_number("account"))
        tries: list[dict[str, Any]] = [{}, {"accept_eula": True}, {"accept_privacy_policy": True}]
        for accepted in tries:
            answer = send(http, mine, **accepted)
            assert refused(answer) == "user_needs_agreements"
            said = answer.json()
            needed = [said[f"needs_{name}"] for name in ("eula", "tos", "privacy_policy")]
            assert needed == ["accept_eula" not in accepted, True, False]
        assert who.served.do(who.served.lobby.store.next_number("account")) == before + 1
        log_in(http, mine, accept_eula=True, accept_tos=True)
        said = log_in(http, mine, include_refresh=True)
        assert log_in(http, said["refresh_token"], "refresh")
        assert log_in(http, MACHINES["server"], "basic"), "machines agree to nothing"


def test_a_newer_version_has_to_be_accepted_again_one_by_one_if_need_be(tmp_path: Path) -> None:
    kept = {"database_url": f"sqlite:{tmp_path}/lobby.db"}
    mine = secret()
    old = with_auth(tmp_path, "agreements = { eula = 1, tos = 1 }")
    with player_services_server(**kept, catalogue=old) as (http, _):
        said = log_in(http, mine, accept_eula=True, accept_tos=True, include_refresh=True)
    new = with_auth(tmp_path, "agreements = { eula = 2, tos = 2 }")
    with player_services_server(**kept, catalogue=new) as (http, _):
        assert send(http, said["refresh_token"], "refresh").json()["needs_eula"] is True
        answer = send(http, mine, accept_eula=True).json()
        assert (answer["needs_eula"], answer["needs_tos"]) == (False, True)
        assert log_in(http, mine, accept_tos=True)


# Restrictions


def restrict(who: Callers, account: str, *restrictions: Restriction) -> None:
    for one in restrictions:
        done = moderation.restrict(who.served.lobby, SYSTEM, account=account, restriction=one)
        who.served.do(done)


@pytest.mark.parametrize("type", ["account_ban", "account_lockout", "account_deny_auth"])
def test_whoever_is_barred_is_out_within_a_second_and_stays_out(
    type: str, door: ServerAndCallers
) -> None:
    http, who = door
    mine = secret()
    said = log_in(http, mine, include_refresh=True)
    headers = bearer(said["access_token"])
    until = round(time.time() + 60, 3)
    restrict(who, said["active_player_uuid"], Restriction(type, "cheats", until))
    block_until(lambda: http.get(CONFIG, headers=headers).status_code == 403, 1.0)
    assert http.get(CONFIG, headers=headers).json()["error_code"] == "auth_token_unknown"
    no = send(http, mine)
    assert refused(no) == "user_auth_restricted"
    assert no.json()["desc"] == "This account may not log in now. cheats"
    assert json.loads(no.headers["Lobby-About"]) == {"until": until, "reason": "cheats"}
    assert refused(send(http, said["refresh_token"], "refresh")) == NOT_FOUND
    lifted = moderation.lift(who.served.lobby, SYSTEM, account=said["active_player_uuid"])
    who.served.do(lifted)
    assert log_in(http, mine)["restrictions"] == []


def test_a_restriction_ends_with_its_time_and_one_that_bars_nobody_is_only_shown(
    door: ServerAndCallers,
) -> None:
    http, who = door
    mine = secret()
    said = log_in(http, mine)
    end = datetime(2100, 1, 2, 3, 4, 5, tzinfo=UTC)
    restrict(
        who,
        said["active_player_uuid"],
        Restriction("account_ban", "long ago", (datetime.now(UTC) - timedelta(1)).timestamp()),
        Restriction("account_pending_deletion", "asked for it", end.timestamp()),
    )
    assert http.get(CONFIG, headers=bearer(said["access_token"])).status_code == 200
    assert log_in(http, mine)["restrictions"] == [
        {
            "type": "account_pending_deletion",
            "reason": "asked for it",
            "expiration": "2100-01-02T03:04:05.000Z",
        }
    ]


# Limits, and games that have to show themselves


def test_whoever_only_guesses_has_to_wait_and_is_told_how_long(tmp_path: Path) -> None:
    with player_services_server(logins_per_address=3, logins_per_account=10**6) as (http, _):
        codes = [send(http, f"ds-eu:guess {n}", "basic").status_code for n in range(4)]
        assert codes == [403, 403, 403, 429]
        answer = send(http, secret())
        assert (answer.status_code, answer.json()["error_code"]) == (429, "too_many")
        assert answer.json()["auth_success"] is True
        assert int(answer.headers["retry-after"]) > 0


def test_new_players_are_counted_old_ones_are_not() -> None:
    with player_services_server(registrations_per_hour=3) as (http, _):
        mine = secret()
        for token in (mine, secret(), mine, secret(), mine):
            log_in(http, token)
        assert send(http, secret()).status_code == 429
        assert log_in(http, mine)


def test_where_games_have_to_show_themselves_players_come_in_by_no_other(tmp_path: Path) -> None:
    required = with_auth(tmp_path, "require_client_credentials = true")
    with player_services_server(catalogue=required) as (http, _):
        assert refused(send(http, secret())) == "basic_auth_credentials_not_found"
        said = log_in(http, secret(), headers=GAME, include_refresh=True)
        assert log_in(http, said["refresh_token"], "refresh", headers=GAME)
        assert log_in(http, MACHINES["server"], "basic"), "a machine has shown enough"


def test_a_grant_that_the_game_does_not_offer_is_disabled(tmp_path: Path) -> None:
    only = with_auth(tmp_path, 'grants = ["basic", "steam"]')
    with player_services_server(catalogue=only) as (http, _):
        assert refused(send(http, secret())) == "anon_disabled"
        assert refused(send(http, "x", "refresh")) == "refresh_disabled"
        assert refused(send(http, "x", "steam")) == "steam_disabled", "nobody could ask Steam"
        assert log_in(http, MACHINES["server"], "basic")


# The live channel


async def test_a_player_is_on_the_channel_what_a_host_is_until_the_token_is_revoked() -> None:
    with serving(catalogue=str(player_services.GAME)) as served, recorded(served.url) as http:
        who = Callers(served)
        said = log_in(http, secret(), portal_display_name="Ann")
        channel = await RecordedChannel.connect(served.url, hello=False)
        welcome = await channel.command("hello", token=said["access_token"])
        assert (welcome["uuid"], welcome["kind"]) == (said["active_player_uuid"], "player")
        assert await channel.command("session.launch")
        restrict(who, said["active_player_uuid"], Restriction("account_ban"))
        assert await closed(channel) == 4503


async def closed(channel: Client) -> int:
    code = await channel.until_closed()
    await channel.close()
    return int(code or 0)
