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

from lobby.tokens import LONGEST, digest
from tests.api.people import FORGED, People
from tests.api.serving import SECRET, Served, serving
from tests.client import Refused
from tests.recorder import RecordedChannel

KID = digest(SECRET)[:8]
HEADER = {"alg": "HS256", "typ": "host+jwt", "kid": KID}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(connections_per_account=1_000) as served:
        yield served


@pytest.fixture(scope="module")
def claims(people: People) -> dict[str, Any]:
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
    "iat ahead": lambda c: signed(HEADER, c | {"iat": 99_999_999_999}),
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
    if len(token) <= LONGEST:  # a longer one is no hello at all
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
    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["token", "access_token"])
async def test_a_token_in_the_address_is_refused_before_the_channel_opens(
    name: str, served: Served, people: People
) -> None:
    token = people.token(people.host())
    with pytest.raises(InvalidStatus) as refused:
        await RecordedChannel.connect(f"ws{served.url[4:]}/ws?{name}={token}")
    assert refused.value.response.status_code == 400


def channel_origins(url: str) -> dict[str, int]:
    """Each with the status that its handshake gets; `url` is our own."""
    host = url.removeprefix("http://")
    name, _, port = host.partition(":")
    return {
        url: 101,
        f"https://{host}": 101,  # behind a proxy that speaks TLS
        "https://game.example": 101,  # listed
        "null": 403,
        "https://evil.example": 403,
        f"http://{name}": 403,
        f"http://{name}:{int(port) + 1}": 403,
        f"{url}.evil.example": 403,
        f"http://evil.example?{host}": 403,
        f"http://{host}@evil.example": 403,
        f"http://user@{host}": 403,
        f"{url}/": 403,
        url.upper(): 403,
        f"file://{host}": 403,
        "https://game.example.evil.example": 403,
        "https://GAME.example": 403,
        "https://game.example:443": 403,
        "http://game.example": 403,
        "http://[": 403,
        "": 403,
    }


async def test_only_our_own_and_listed_origins_open_the_channel() -> None:
    with serving(allowed_origins=["https://game.example"]) as served:
        expected = channel_origins(served.url)
        got = {origin: await handshake(served.url, origin) for origin in expected}
    assert got == expected


async def handshake(url: str, origin: str) -> int:
    try:
        channel = await RecordedChannel.connect(
            url, hello=False, additional_headers={"Origin": origin}
        )
    except InvalidStatus as refused:
        return refused.response.status_code
    await channel.close()
    return 101
