"""Tokens signed with the right key, but with claims that no lobby writes; and forged ones."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import jwt
import pytest
from websockets.exceptions import InvalidStatus

from lobby.identity.tokens import digest
from lobby.integrations import id_tokens
from tests.support.callers import FORGED, ApiCallers
from tests.support.channel_client import Client, Refused
from tests.support.server_thread import SECRET, Served, serving

Claims = dict[str, Any]
KID = digest(SECRET)[:8]
ODD = {
    "huge": 10**400,
    "beyond all years": 253_402_300_800,
    "negative": -1,
    "NaN": math.nan,
    "infinite": math.inf,
    "minus infinite": -math.inf,
    "a text": "9999999999",
    "a word": "never",
    "a list": [1],
    "an object": {"at": 1},
    "true": True,
}
"""Values that are no time and no version of tokens."""
ALWAYS_WRONG = {(name, odd) for name in ("iat", "exp", "ver", "auth_time") for odd in ODD}
WRONG = ALWAYS_WRONG | {("nbf", odd) for odd in ODD if odd not in ("negative", "minus infinite")}
"""A token that is good since ever is good; `nbf` as a text is read by RFC 7519's library."""
WRONG -= {("nbf", "a text"), ("nbf", "true"), ("ver", "beyond all years")}
KINDS = {"host": "host+jwt", "player": "player+jwt", "refresh": "refresh+jwt"}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(connections_per_account=1_000) as served:
        yield served


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.url) as client:
        yield client


@pytest.fixture(scope="module")
def people(served: Served) -> ApiCallers:
    return ApiCallers(served)


@pytest.fixture
def claims(people: ApiCallers) -> Claims:
    good: Claims = jwt.decode(people.token(people.host()), options={"verify_signature": False})
    return good


def signed(claims: Claims, typ: str = "host+jwt", **header: Any) -> str:
    """By the layer below, which does not look at claims."""
    text = json.dumps(claims).encode()
    return jwt.PyJWS().encode(text, SECRET, "HS256", {"kid": KID, "typ": typ} | header)


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def at_every_door(http: httpx2.Client, claims: Claims) -> dict[str, int]:
    """By HTTP, as a host, a user and a player; a refresh token, too."""
    host = bearer(signed(claims))
    player, refresh = signed(claims, "player+jwt"), signed(claims, "refresh+jwt")
    named = quote(str(claims["sub"]).encode(errors="replace")[:100])
    login = {"grant_type": "refresh", "portal_access_token": refresh}
    return {
        "host": http.get(f"/hosts/{named}", headers=host).status_code,
        "renewal": http.get("/hosts/access_token/renew", headers=host).status_code,
        "sign-out": http.delete("/hosts/access_token", headers=host).status_code,
        "users": http.get("/users", headers=host).status_code,
        "player": http.get("/users/v1/me", headers=bearer(player)).status_code,
        "login": http.post("/users/v1/login", json=login).status_code,
    }


@pytest.mark.parametrize(("name", "odd"), sorted(WRONG))
async def test_b1_a_claim_out_of_range_is_no_token_at_any_door_and_never_an_error(
    name: str, odd: str, http: httpx2.Client, served: Served, claims: Claims
) -> None:
    wrong = claims | {name: ODD[odd]}
    got = at_every_door(http, wrong)
    assert {door: got[door] for door in ("host", "renewal", "sign-out", "users")} == dict.fromkeys(
        ("host", "renewal", "sign-out", "users"), 401
    )
    assert {got["player"], got["login"]} <= {401, 403, 404, 422}
    async with await Client.connect(served.url, hello=False) as client:
        with pytest.raises(Refused) as refused:
            await client.command("hello", token=signed(wrong))
    assert refused.value.code in ("unauthenticated", "token_expired", "token_revoked")
    with pytest.raises(InvalidStatus) as turned_away:
        await Client.connect(served.url, additional_headers=bearer(signed(wrong)))
    assert turned_away.value.response.status_code == 401


@pytest.mark.parametrize("name", ["sub", "sid", "jti", "iss", "aud", "azp", "seal"])
def test_b1_a_claim_of_another_type_is_never_an_error(
    name: str, http: httpx2.Client, claims: Claims
) -> None:
    for odd in (*ODD.values(), None, "", "\ud800", "\0", "x" * 3_000):
        got = at_every_door(http, claims | {name: odd})
        assert max(got.values()) < 500, (odd, got)


def test_b1_the_same_token_with_sound_claims_is_good(http: httpx2.Client, claims: Claims) -> None:
    assert http.get(f"/hosts/{claims['sub']}", headers=bearer(signed(claims))).status_code == 200


FORGERIES: dict[str, Callable[[Claims], str]] = {
    "another key": lambda c: jwt.encode(c, FORGED, "HS256", headers={"kid": KID}),
    "none": lambda c: jwt.encode(c, "", "none", headers={"kid": KID, "typ": "host+jwt"}),
    "another algorithm": lambda c: jwt.encode(
        c, SECRET + SECRET, "HS512", headers={"kid": KID, "typ": "host+jwt"}
    ),
    "kid of a path": lambda c: signed(c, kid="../../../../dev/null"),
    "kid of SQL": lambda c: signed(c, kid="x' UNION SELECT 'k"),
    "a jwk in it": lambda c: jwt.encode(
        c, FORGED, "HS256", headers={"typ": "host+jwt", "jwk": {"kty": "oct", "k": "eA"}}
    ),
    "jku": lambda c: signed(c, kid="1", jku="http://127.0.0.1:1/keys"),
    "another typ": lambda c: signed(c, "at+jwt"),
    "no typ": lambda c: signed(c, "JWT"),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_b1_a_forged_token_opens_no_door(forgery: str, http: httpx2.Client, claims: Claims) -> None:
    token = FORGERIES[forgery](claims)
    assert http.get(f"/hosts/{claims['sub']}", headers=bearer(token)).status_code == 401


@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
@pytest.mark.parametrize("odd", ODD)
def test_b1_a_platforms_token_with_a_time_that_is_none_is_refused(name: str, odd: str) -> None:
    with pytest.raises(id_tokens.TOKEN_ERRORS):
        id_tokens.require_times({"exp": 2_000_000_000, "iat": 1, name: ODD[odd]})
