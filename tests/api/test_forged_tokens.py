"""Tokens that nobody here has signed in this way: at every door the same no."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import jwt
import pytest
from websockets.exceptions import InvalidStatus

from lobby.identity.tokens import LONGEST_TOKEN, digest
from tests.support.callers import FORGED, ApiCallers
from tests.support.channel_client import Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.server_thread import SECRET, Served, serving

KID = digest(SECRET)[:8]
HEADER = {"alg": "HS256", "typ": "host+jwt", "kid": KID}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(connections_per_account=1_000) as served:
        yield served


@pytest.fixture(scope="module")
def claims(people: ApiCallers) -> dict[str, Any]:
    """As they stand in a good token."""
    good = people.token(people.host())
    return jwt.decode(good, options={"verify_signature": False})


def encoded(part: bytes | dict[str, Any]) -> str:
    text = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


def signed(
    header: dict[str, Any], claims: dict[str, Any] | bytes, key: str = SECRET, hash: str = "sha256"
) -> str:
    """By hand: no library would make most of these."""
    text = f"{encoded(header)}.{encoded(claims)}"
    return f"{text}.{encoded(hmac.new(key.encode(), text.encode(), hash).digest())}"


Claims = dict[str, Any]


def without(claims: Claims, name: str) -> Claims:
    return {key: value for key, value in claims.items() if key != name}


JWK = {"kty": "oct", "k": encoded(FORGED.encode())}
PEM = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n-----END PUBLIC KEY-----"

HOSTILE: dict[str, Callable[[Claims], str]] = {
    "alg none": lambda c: f"{encoded(HEADER | {'alg': 'none'})}.{encoded(c)}.",
    "alg None, signed": lambda c: signed(HEADER | {"alg": "None"}, c),
    "alg HS512": lambda c: signed(HEADER | {"alg": "HS512"}, c, hash="sha512"),
    "alg RS256": lambda c: signed(HEADER | {"alg": "RS256"}, c),
    "alg missing": lambda c: signed(without(HEADER, "alg"), c),
    "another key": lambda c: signed(HEADER, c, FORGED),
    "a public key as secret": lambda c: signed(HEADER, c, PEM),
    "an empty key": lambda c: signed(HEADER, c, ""),
    "kid unknown": lambda c: signed(HEADER | {"kid": "12345678"}, c),
    "kid missing": lambda c: signed(without(HEADER, "kid"), c),
    "kid a path": lambda c: signed(HEADER | {"kid": "../../../../dev/null"}, c, ""),
    "kid a list": lambda c: signed(HEADER | {"kid": [KID]}, c),
    "kid SQL": lambda c: signed(HEADER | {"kid": "x' UNION SELECT 'k"}, c, "k"),
    "jwk embedded": lambda c: signed(HEADER | {"jwk": JWK}, c, FORGED),
    "jku": lambda c: signed(HEADER | {"jku": "http://127.0.0.1:1/keys"}, c, FORGED),
    "crit unknown": lambda c: signed(HEADER | {"crit": ["own"], "own": True}, c),
    "typ of another kind": lambda c: signed(HEADER | {"typ": "at+jwt"}, c),
    "typ JWT": lambda c: signed(HEADER | {"typ": "JWT"}, c),
    "typ missing": lambda c: signed(without(HEADER, "typ"), c),
    "iss wrong": lambda c: signed(HEADER, c | {"iss": "elsewhere"}),
    "iss missing": lambda c: signed(HEADER, without(c, "iss")),
    "aud wrong": lambda c: signed(HEADER, c | {"aud": "elsewhere"}),
    "aud missing": lambda c: signed(HEADER, without(c, "aud")),
    "sub missing": lambda c: signed(HEADER, without(c, "sub")),
    "sub a number": lambda c: signed(HEADER, c | {"sub": 1}),
    "ver missing": lambda c: signed(HEADER, without(c, "ver")),
    "ver ahead": lambda c: signed(HEADER, c | {"ver": 2}),
    "ver a word": lambda c: signed(HEADER, c | {"ver": "first"}),
    "exp past": lambda c: signed(HEADER, c | {"exp": 1_000_000}),
    "exp a word": lambda c: signed(HEADER, c | {"exp": "never"}),
    "nbf ahead": lambda c: signed(HEADER, c | {"nbf": 99_999_999_999}),
    "iat a word": lambda c: signed(HEADER, c | {"iat": "soon"}),
    "claims a list": lambda c: signed(HEADER, b'["iss"]'),
    "claims no JSON": lambda c: signed(HEADER, b"{"),
    "claims without end": lambda c: signed(HEADER, b"[" * 2_000),
    "truncated": lambda c: signed(HEADER, c)[:-1],
    "unsigned": lambda c: signed(HEADER, c).rpartition(".")[0] + ".",
    "signature first": lambda c: ".".join(reversed(signed(HEADER, c).split("."))),
    "two dots more": lambda c: signed(HEADER, c) + "..",
    "a dot": lambda c: ".",
    "dots": lambda c: "..",
    "long": lambda c: signed(HEADER, c | {"pad": "x" * 30_000}),
    "a hash": lambda c: hashlib.sha256(b"").hexdigest(),
}


def test_what_is_signed_by_hand_as_it_should_be_is_good(
    http: httpx2.Client, claims: Claims
) -> None:
    """Else all that follows would be refused for another reason than its own."""
    assert asked(http, signed(HEADER, claims), claims["sub"]) == 200


def asked(http: httpx2.Client, token: str, uuid: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return http.get(f"/hosts/{uuid}", headers=headers).status_code


async def test_r22_a_token_that_a_clock_ahead_of_ours_has_issued_is_good(
    http: httpx2.Client, served: Served, claims: Claims
) -> None:
    ahead = {"iat": claims["iat"] + 120, "exp": claims["exp"] + 120}
    token = signed(HEADER, claims | ahead)
    assert asked(http, token, claims["sub"]) == 200
    async with await RecordedChannel.connect(served.url, token) as channel:
        assert channel.uuid == claims["sub"]
    async with await RecordedChannel.connect(served.url, hello=False) as channel:
        assert (await channel.command("hello", token=token))["uuid"] == claims["sub"]


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_token_opens_no_door(
    hostile: Callable[[Claims], str], http: httpx2.Client, claims: Claims
) -> None:
    token = hostile(claims)
    assert asked(http, token, claims["sub"]) == 401
    users = http.get("/users", headers={"Authorization": f"Bearer {token}"})
    assert (users.status_code, users.text) == (401, "bad token")


@pytest.mark.parametrize("hostile", HOSTILE.values(), ids=HOSTILE)
async def test_a_hostile_token_opens_no_channel(
    hostile: Callable[[Claims], str], served: Served, claims: Claims
) -> None:
    token = hostile(claims)
    channel = await RecordedChannel.connect(served.url, hello=False)
    with pytest.raises(Refused):
        await channel.command("hello", token=token)
    if len(token) <= LONGEST_TOKEN:  # a longer one is no hello at all
        assert await channel.until_closed() in (4500, 4003, 4503)
    await channel.close()
    with pytest.raises(InvalidStatus) as refused:
        await RecordedChannel.connect(
            served.url, additional_headers={"Authorization": f"Bearer {token}"}
        )
    assert refused.value.response.status_code in (401, 431)  # 431: the header was too long


@pytest.mark.parametrize("token", ["töken", "\ud83d\ude00".encode("utf-16", "surrogatepass")])
def test_a_token_that_is_no_ascii_is_a_bad_one(token: str | bytes, http: httpx2.Client) -> None:
    raw = token if isinstance(token, bytes) else token.encode()
    value = b"Bearer " + raw.replace(b"\x00", b"\xff")
    assert http.get("/users", headers={b"Authorization": value}).status_code == 401


@pytest.mark.parametrize(
    "header",
    ["", "Bearer", "bearer x", "BEARER  x", "Basic dTpw", "Token x", "Bearer x y"],
)
def test_a_header_that_carries_no_token_is_nobody(header: str, http: httpx2.Client) -> None:
    assert http.get("/users", headers={"Authorization": header}).status_code == 401


def test_a_token_of_a_megabyte_is_turned_away(served: Served) -> None:
    answer = httpx2.get(
        f"{served.url}/users", headers={"Authorization": "Bearer " + "x" * 1_000_000}
    )
    assert answer.status_code == 431
