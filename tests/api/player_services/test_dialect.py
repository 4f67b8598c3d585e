"""How this door knows its callers, and how it says no."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import jwt
import pytest

from lobby.api.player_services import configuration
from lobby.api.player_services.dialect import refuse, reword
from lobby.api.player_services.responses import RETRYABLE, from_base64, session_id
from lobby.domain import errors
from lobby.domain.login_errors import AgreementsNeeded
from lobby.domain.sessions.errors import RegionNotFound, TeamFull
from tests.api import test_forged_tokens
from tests.api.test_forged_tokens import HOSTILE, Claims, encoded, signed
from tests.support.player_services import GAME, ServerAndCallers, bearer
from tests.support.server_thread import serving

REGIONS = "/session/v1/regions"
TYPE = "player+jwt"
CODES = {
    "alg none": "auth_token_sig_invalid",
    "alg HS512": "auth_token_sig_invalid",
    "another key": "auth_token_sig_invalid",
    "unsigned": "auth_token_sig_invalid",
    "kid unknown": "auth_invalid_key_id",
    "kid missing": "auth_invalid_key_id",
    "typ of another kind": "auth_invalid_version",
    "typ missing": "auth_invalid_version",
    "iss wrong": "auth_token_invalid_claim",
    "ver a word": "auth_token_invalid_claim",
    "ver ahead": "auth_token_unknown",
    "exp past": "auth_token_expired",
    "two dots more": "auth_not_jwt",
    "a hash": "auth_not_jwt",
    "dots": "auth_malformed_access",
    "long": "auth_malformed_access",
}
"""What some of them are told; the others are told one of these as well."""


@pytest.fixture(scope="module")
def claims(door: ServerAndCallers) -> dict[str, Any]:
    """As they stand in a good token."""
    _, callers = door
    token = callers.token(callers.player())
    return jwt.decode(token, options={"verify_signature": False})


def ask(http: httpx2.Client, **sent: Any) -> tuple[int, Any, Any]:
    answer = http.get(REGIONS, **sent)
    said = answer.json()
    return answer.status_code, said.get("auth_success"), said.get("error_code")


# Tokens


def test_what_is_signed_by_hand_as_it_should_be_is_good(
    door: ServerAndCallers, claims: Claims
) -> None:
    """Else all that follows would be refused for another reason than its own."""
    http, _ = door
    token = signed(test_forged_tokens.HEADER | {"typ": TYPE}, claims)
    assert http.get(REGIONS, headers=bearer(token)).status_code == 200


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_token_is_asked_to_renew_itself_and_told_why(
    name: str, door: ServerAndCallers, claims: Claims, monkeypatch: pytest.MonkeyPatch
) -> None:
    http, _ = door
    monkeypatch.setitem(test_forged_tokens.HEADER, "typ", TYPE)
    status, success, code = ask(http, headers=bearer(HOSTILE[name](claims)))
    assert (status, success) == (403, False)
    assert code == CODES.get(name, code)
    assert code in CODES.values()


def test_a_token_says_who_they_are_and_what_they_may(
    door: ServerAndCallers, claims: Claims
) -> None:
    _, callers = door
    account = callers.player()
    token = callers.token(account)
    said = jwt.decode(token, options={"verify_signature": False})
    assert said["sub"] == said["player"] == said["person"] == account.uuid
    assert (said["player_id"], said["role_id"], said["platform"]) == (account.number, 1, "Anon")
    assert "session:read:config" in said["permissions"]
    assert said["exp"] - said["iat"] == 3600
    assert jwt.get_unverified_header(token)["kid"] == test_forged_tokens.KID


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (None, "auth_not_jwt"),
        ("", "auth_token_format"),
        ("Bearer", "auth_token_format"),
        ("Basic dTpw", "auth_token_format"),
        ("Token x", "auth_token_format"),
        ("bearer x", "auth_not_jwt"),
        ("BEARER  x y", "auth_not_jwt"),
    ],
)
def test_a_header_without_a_token_is_told_what_is_missing(
    header: str | None, code: str, door: ServerAndCallers
) -> None:
    http, _ = door
    headers = {} if header is None else {"Authorization": header}
    assert ask(http, headers=headers) == (403, False, code)


def test_a_token_of_another_door_opens_nothing_here_nor_a_players_there(
    door: ServerAndCallers,
) -> None:
    http, callers = door
    for actor in ("self user", "self host", "anonymous"):
        token = callers.people.get(actor).token
        assert ask(http, headers=bearer(token)) == (403, False, "auth_invalid_version")
    player = callers.player()
    headers = bearer(callers.token(player))
    assert http.get(f"/hosts/{player.uuid}", headers=headers).status_code == 401
    assert http.get("/users", headers=headers).status_code == 401
    assert http.get("/api/users", headers=headers).status_code == 400
    assert http.get(REGIONS, headers=headers).status_code == 200


# Refusals

ROW = configuration.rows[-1]
LINKING = replace(ROW, headers=RETRYABLE)
NOTIFYING = replace(ROW, path_template="/notification/v1/player/me/notification")


def told(error: errors.LobbyError) -> tuple[int, Any]:
    answer = refuse(error)
    return answer.status_code, json.loads(bytes(answer.body))


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (errors.SessionNotFound(), 404, "session_not_found"),
        (errors.AccountNotFound(), 404, "player_not_found"),
        (errors.NotSeated(), 404, "player_not_in_session"),
        (errors.Forbidden(), 403, "insufficient_permissions"),
        (errors.NotYours(), 403, "insufficient_permissions"),
        (errors.GuestNotWelcome(), 403, "guest_not_welcome"),
        (errors.SessionNotJoinable(), 403, "session_not_joinable"),
        (errors.SessionFull(), 409, "session_full"),
        (RegionNotFound(), 400, "region_not_found"),
        (errors.TooLarge(), 413, "too_large"),
        (errors.TooMany(), 429, "too_many"),
        (errors.Unavailable(), 503, "unavailable"),
        (errors.Broken(), 500, "internal_error"),
    ],
)
def test_a_refusal_has_the_documents_status_and_code_and_no_new_token_would_help(
    error: errors.LobbyError, status: int, code: str
) -> None:
    said = {"auth_success": True, "error_code": code, "desc": str(error)}
    assert told(error) == (status, said)


def test_whoever_has_to_agree_is_told_to_what() -> None:
    status, said = told(AgreementsNeeded(["eula", "privacy_policy"]))
    assert (status, said["error_code"]) == (403, "user_needs_agreements")
    assert [said[f"needs_{name}"] for name in ("eula", "tos", "privacy_policy")] == [
        True,
        False,
        True,
    ]


def test_what_was_not_understood_is_told_place_by_place(door: ServerAndCallers) -> None:
    http, callers = door
    headers = bearer(callers.token(callers.player()))
    answer = http.get(REGIONS, headers=headers, params={"page_size": "many"})
    assert answer.status_code == 422
    assert [each["loc"] for each in answer.json()["detail"]] == [["query", "page_size"]]
    assert told(errors.Malformed(message="why"))[1]["detail"][0]["msg"] == "why"


def test_notifications_have_a_word_of_their_own_for_who_may_not_ask(door: ServerAndCallers) -> None:
    lobby = door[1].served.lobby
    for denied in (errors.Forbidden(), errors.NotYours()):
        assert told(reword(denied, NOTIFYING, lobby))[1]["error_code"] == "insufficient_role"
        assert reword(denied, ROW, lobby) is denied
    missing = errors.NotFound()
    assert reword(missing, NOTIFYING, lobby) is missing


def test_strictly_what_the_document_does_not_name_is_403_with_the_same_code(tmp_path: Path) -> None:
    catalogue = tmp_path / "strict.toml"
    on = "[server]\nstrict_contract_errors = true\n"
    catalogue.write_text(GAME.read_text().replace("[server]\n", on))
    full, wrong = TeamFull(), RegionNotFound()
    with serving(catalogue=str(catalogue)) as strict:
        lobby = strict.lobby
        assert [told(reword(no, ROW, lobby))[0] for no in (full, wrong)] == [403, 403]
        assert told(reword(full, ROW, lobby))[1]["error_code"] == "team_full"
        assert told(reword(full, ROW, lobby))[1]["auth_success"] is True
        assert reword(full, LINKING, lobby) is full
        assert reword(wrong, NOTIFYING, lobby) is wrong
        missing = errors.SessionNotFound()
        assert reword(missing, ROW, lobby) is missing


def test_left_to_itself_it_says_the_more_telling_status(door: ServerAndCallers) -> None:
    full = TeamFull()
    assert reword(full, ROW, door[1].served.lobby) is full


# What ids mean


def test_a_session_id_that_is_no_integer_is_a_session_that_is_not() -> None:
    assert session_id("9007199254740991") == 9007199254740991
    for text in (
        "",
        "abc",
        "-1",
        "1.5",
        "\u0661",
        "1" * 17,
        "00000000-0000-0000-0000-000000000000",
    ):
        with pytest.raises(errors.SessionNotFound):
            session_id(text)


def test_base64_is_read_in_both_alphabets_with_padding_and_without() -> None:
    text = "LOBBY:a?b>c~ÿ"
    plain = encoded(text.encode())
    assert "-" in plain or "_" in plain
    for form in (plain, plain.replace("-", "+").replace("_", "/")):
        assert from_base64(form) == from_base64(form + "=" * (-len(form) % 4)) == text
    for wrong in ("", "=", "a", "a b", "ä", encoded(b"\xff"), encoded(b"a\0b")):
        assert from_base64(wrong) is None, wrong
