"""Which tokens of platforms are believed: theirs, for us, and in their time; and what is said where
a platform vouches for nobody, or does not answer.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.api.player_services.test_login import refused as refused_login
from tests.api.player_services.test_portals import EXCHANGE
from tests.support.oauth import CLIENT, WELL_KNOWN
from tests.support.platform_login import PlatformLoginWorld, landed, platform_login_world, refused
from tests.support.upstream import Reply

ALIEN = RSAKey.generate_key(2048, {"kid": "key-1"})
AWAY = [
    Reply(500),
    Reply(404),
    Reply(302, headers={"Location": "/elsewhere"}),
    Reply(body=b"<html>", type="text/html"),
    Reply(body=b"[]"),
    Reply(body=b'{"keys": 1, "id_token": 1}'),
    Reply(body=b"{"),
]
NOW = int(time.time())
FORGED: dict[str, dict[str, Any]] = {
    "for another game": {"aud": "another-game"},
    "for another, though we may bring it": {"aud": "another-game", "azp": CLIENT},
    "for several, and given to another": {"aud": [CLIENT, "another-game"], "azp": "another-game"},
    "for several, and nobody said to whom": {"aud": ["another-game", CLIENT]},
    "for nobody": {"aud": None},
    "of another provider": {"iss": "https://other.example"},
    "of no provider": {"iss": None},
    "over": {"exp": NOW - 60},
    "without an end": {"exp": None},
    "with an end that is no time": {"exp": "never"},
    "from tomorrow": {"iat": NOW + 86_400},
    "good from tomorrow": {"nbf": NOW + 86_400},
    "about nobody": {"sub": None},
    "about somebody without a name": {"sub": ""},
    "about a number": {"sub": 7},
    "about somebody with a space": {"sub": "user 1"},
    "about somebody endless": {"sub": "x" * 256},
}
OF_ANOTHER_LOGIN: dict[str, dict[str, Any]] = {
    "for another login": {"nonce": "0" * 64},
    "for no login": {"nonce": None},
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformLoginWorld]:
    with platform_login_world(tmp_path_factory.mktemp("portals")) as world:
        yield world


@pytest.fixture(autouse=True)
def calm(here: PlatformLoginWorld) -> Iterator[None]:
    yield
    here.reset()


@pytest.mark.parametrize(
    "claims", (FORGED | OF_ANOTHER_LOGIN).values(), ids=FORGED | OF_ANOTHER_LOGIN
)
def test_a_token_that_is_not_for_this_login_vouches_for_nobody(
    here: PlatformLoginWorld, claims: dict[str, Any]
) -> None:
    here.google.claims.update(claims)
    assert refused(here.back(here.there())) == EXCHANGE


@pytest.mark.parametrize("claims", FORGED.values(), ids=FORGED)
def test_nor_does_it_where_a_game_shows_it(
    here: PlatformLoginWorld, claims: dict[str, Any]
) -> None:
    here.google.claims.update(claims)
    assert shown(here, here.google.token()) == "google_token_not_valid"


def asks(token: str, grant: str = "google") -> dict[str, str]:
    return {"grant_type": grant, "portal_access_token": token}


def shown(here: PlatformLoginWorld, token: str, grant: str = "google") -> str:
    return refused_login(here.http.post("/users/v1/login", json=asks(token, grant)))


def encoded(said: object) -> str:
    text = said if isinstance(said, bytes) else json.dumps(said).encode()
    return urlsafe_b64encode(text).decode().rstrip("=")


def by_public_key(key: RSAKey, said: dict[str, Any]) -> str:
    """Signed with what everybody knows, as if it were a secret."""
    text = f"{encoded({'alg': 'HS256', 'kid': key.kid})}.{encoded(said)}"
    secret = key.as_pem(private=False)
    return f"{text}.{encoded(hmac.digest(secret, text.encode(), hashlib.sha256))}"


def test_only_the_platforms_own_key_signs(here: PlatformLoginWorld) -> None:
    said: dict[str, Any] = {"iss": here.google.issuer, "aud": CLIENT, "sub": "user-1"}
    said |= {"iat": NOW, "exp": NOW + 3_600}
    kid = here.google.key.kid
    header, body, signature = here.google.token().split(".")
    for token in (
        jwt.encode({"alg": "RS256", "kid": kid}, said, ALIEN),
        jwt.encode({"alg": "RS256", "kid": kid, "jwk": ALIEN.as_dict(private=False)}, said, ALIEN),
        jwt.encode({"alg": "RS256", "kid": "unheard-of"}, said, ALIEN),
        jwt.encode({"alg": "RS256"}, said, ALIEN),
        by_public_key(here.google.key, said),
        f"{header}.{body}.",
        f"{encoded({'alg': 'none'})}.{body}.",
        f"{encoded({'alg': 'RS256', 'kid': kid, 'crit': ['exp']})}.{body}.{signature}",
        f"{header}.{encoded(said)}.{signature}",
        here.epic.token(),
        "x",
        "a.b.c",
        "é.é.é",
        "x" * 20_000,
        encoded(b'{"alg": "RS256", "x": ' + b"[" * 10_000) + f".{body}.{signature}",
    ):
        assert shown(here, token) == "google_token_not_valid", token
    assert here.http.post("/users/v1/login", json=asks(f"{header}.{body}.{signature}")).is_success


def test_a_platform_that_changes_its_key_is_asked_for_it_once_a_minute(
    here: PlatformLoginWorld,
) -> None:
    assert here.http.post("/users/v1/login", json=asks(here.google.token())).is_success
    old = here.google.token()
    here.google.rotate()
    before = here.google.asked("/keys")
    for token in (here.google.token(), here.google.token()):
        assert here.http.post("/users/v1/login", json=asks(token)).is_success
    assert shown(here, old) == "google_token_not_valid"
    here.google.rotate()
    assert shown(here, here.google.token()) == "google_token_not_valid"
    assert here.google.asked("/keys") == before + 1
    here.pass_time(61)
    assert here.http.post("/users/v1/login", json=asks(here.google.token())).is_success


def test_keys_that_do_not_sign_are_passed_over(here: PlatformLoginWorld) -> None:
    key = here.google.key
    others = [
        {"kty": "oct", "k": "c2VjcmV0", "kid": key.kid},
        {"kty": "RSA", "kid": key.kid},
        {"kty": "RSA", "kid": key.kid, "use": "enc", "n": "AQAB", "e": "AQAB"},
        {"kty": "new", "kid": key.kid},
    ]
    said = {"keys": [*others, key.as_dict(private=False)]}
    here.google.replies["/keys"] = Reply(body=json.dumps(said).encode())
    assert here.http.post("/users/v1/login", json=asks(here.google.token())).is_success


# Where a platform vouches for nobody


@pytest.mark.parametrize("path", [WELL_KNOWN, "/keys"])
@pytest.mark.parametrize("reply", AWAY)
def test_a_platform_that_does_not_answer_vouches_for_nobody(
    here: PlatformLoginWorld, path: str, reply: Reply
) -> None:
    here.google.replies[path] = reply
    assert shown(here, here.google.token()) == "google_keys_not_available"
    here.reset()
    assert here.http.post("/users/v1/login", json=asks(here.google.token())).is_success


@pytest.mark.parametrize("path", ["/token", "/keys"])
@pytest.mark.parametrize("reply", AWAY)
def test_nor_for_whoever_comes_back_from_its_page(
    here: PlatformLoginWorld, path: str, reply: Reply
) -> None:
    address = here.there(state="mine")
    here.google.replies[path] = reply
    answer = here.back(address)
    assert refused(answer) == EXCHANGE
    assert landed(answer)["state"] == "mine"


@pytest.mark.parametrize(
    ("grant", "token", "code"),
    [
        ("google", "", "google_token_empty"),
        ("google", "x", "google_token_not_valid"),
        ("epic", "", "epic_token_empty"),
        ("epic", "x", "epic_v2_token_invalid"),
        ("ps5_v3", "x", "ps5_v3_disabled"),
        ("steam", "x", "steam_disabled"),
        ("apple", "x", "apple_disabled"),
        ("ps4_v1", "x", "ps4_v1_disabled"),
        ("authorization_code", "x", ""),
    ],
)
def test_each_platform_says_no_in_its_own_words(
    here: PlatformLoginWorld, grant: str, token: str, code: str
) -> None:
    if not code:
        assert here.http.post("/users/v1/login", json=asks(token, grant)).status_code == 422
        return
    assert shown(here, token, grant) == code


DETAILS = "/users/v1/portaltoken/details"
PSN = """
[[auth.providers]]
platform = "PSN"
issuer = "{issuer}"
client_id = "{client}"
"""


@pytest.mark.parametrize("grant", ["ps4_v1", "ps4_v3", "ps5_v3"])
def test_whom_a_token_is_for_is_not_told_without_a_provider(
    here: PlatformLoginWorld, grant: str
) -> None:
    answer = here.http.post(DETAILS, json=asks("x", grant))
    assert refused_login(answer) == f"{grant}_token_details_disabled"


def test_whom_a_token_is_for_is_told(here: PlatformLoginWorld, tmp_path: Path) -> None:
    more = PSN.format(issuer=here.epic.issuer, client=CLIENT)
    with platform_login_world(tmp_path, more=more) as other:
        said = other.http.post(DETAILS, json=asks(here.epic.token(), "ps5_v3"))
        assert said.json() == {"platform": "PSN", "portal_user_id": "user-1", "display_name": "Ann"}
        for token, code in (("x", "ps4_v3_id_token_not_valid"), ("", "ps4_v3_token_empty")):
            assert refused_login(other.http.post(DETAILS, json=asks(token, "ps4_v3"))) == code
