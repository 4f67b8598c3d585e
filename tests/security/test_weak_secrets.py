"""Secrets that can be guessed, wherever somebody chooses one."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from pydantic import ValidationError

from lobby.actions.accounts import accounts
from lobby.actions.login.credentials import Credential
from lobby.actions.platform_login import login
from lobby.catalogue.auth import ClientRow
from lobby.config import Settings
from lobby.domain.entropy import is_guessable
from lobby.domain.errors import Unacceptable
from lobby.domain.login_errors import LoginRefused
from lobby.identity.tokens import BadKeys, load_key_ring
from tests.support.channel_client import Client, Refused
from tests.support.commands import lobby
from tests.support.lobby import ADDRESS
from tests.support.player_services import player_services_server
from tests.support.server_thread import serving

WEAK = {
    "one character": "a" * 40,
    "zeros": "0" * 64,
    "a number behind zeros": f"{7:040}",
    "two in turn": "ab" * 20,
    "a word again and again": "password" * 5,
    "upwards": "".join(map(chr, range(58, 98))),
    "downwards": "zyxwvutsrqponmlkjihgfedcba9876543210",
    "digits again and again": "1234567890" * 4,
}
SOUND = [secrets.token_hex(32), secrets.token_urlsafe(32), "a signing key that only we know about"]


@pytest.mark.parametrize("weak", WEAK)
def test_b1_a_key_that_can_be_guessed_signs_nothing(weak: str, tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="lobby token secret"):
        Settings.model_validate({"secret": WEAK[weak]})
    kept = tmp_path / "lobby-secret"
    kept.write_text(WEAK[weak])
    with pytest.raises(BadKeys, match="lobby token rotate"):
        load_key_ring(Settings(secret_file=str(kept)))


def test_b1_what_was_drawn_at_random_is_never_taken_for_weak() -> None:
    drawn = [draw(n) for n in (16, 32) for draw in (secrets.token_hex, secrets.token_urlsafe)] * 500
    assert not [one for one in drawn + SOUND if is_guessable(one)]


@pytest.mark.parametrize("key", ["short", "a" * 40])
def test_b1_the_program_does_not_start_with_a_key_that_can_be_guessed(
    key: str, tmp_path: Path
) -> None:
    ended = lobby(tmp_path, "serve", secret=key)
    assert ended.returncode == 2
    assert "LOBBY_SECRET" in ended.stderr
    assert "lobby token secret" in ended.stderr
    assert key not in ended.stderr


@pytest.mark.parametrize("weak", WEAK)
def test_b1_a_secret_of_the_catalogue_that_can_be_guessed_is_a_fault_of_it(weak: str) -> None:
    with pytest.raises(ValidationError, match="can be guessed"):
        ClientRow.model_validate({"id": "game", "secret": WEAK[weak]}, context={"environment": {}})


async def test_b1_a_device_whose_secret_can_be_guessed_gets_no_account() -> None:
    with serving() as served:
        for weak in WEAK.values():
            async with await Client.connect(served.url, hello=False) as client:
                with pytest.raises(Refused) as refused:
                    await client.command("hello", anonymous=True, secret=weak)
                assert refused.value.code == "unacceptable"
                good = await client.command("hello", anonymous=True, secret=SOUND[0])
                assert good["uuid"]
            registering = accounts.register_anonymous(served.lobby, address=ADDRESS, secret=weak)
            with pytest.raises(Unacceptable):
                served.do(registering)
            with pytest.raises(LoginRefused, match="32 random bytes"):
                served.do(login.log_in(served.lobby, Credential("anon", weak), address=ADDRESS))


COMMON_ONES = ["password", "Qwertyuiop", "p a s s w o r d", "sunshine_99"]


@pytest.mark.parametrize("common", COMMON_ONES)
def test_b1_a_common_password_is_no_secret_of_the_catalogue(common: str) -> None:
    with pytest.raises(ValidationError, match="can be guessed"):
        ClientRow.model_validate({"id": "game", "secret": common}, context={"environment": {}})


def test_b1_a_device_whose_secret_is_a_common_password_gets_no_account() -> None:
    with player_services_server() as (http, _):
        for common in COMMON_ONES:
            shown = {"grant_type": "anon", "portal_access_token": common}
            answer = http.post("/users/v1/login", json=shown)
            assert (answer.status_code, answer.json()["error_code"]) == (403, "anon_token_empty")
        sound = {"grant_type": "anon", "portal_access_token": SOUND[0]}
        assert http.post("/users/v1/login", json=sound).status_code == 200
