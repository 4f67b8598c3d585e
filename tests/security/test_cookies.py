"""Cookies: no page of another site acts with one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.api.player_services.good_requests import LINES
from tests.api.player_services.test_portals import STATE
from tests.support.platform_login import (
    COOKIE,
    RESPONSE,
    landed,
    platform_login_world,
    refused,
)
from tests.support.player_services import ACTORS, ServerAndCallers, player_services_server
from tests.support.store_contents import kept

LISTED = "https://game.example"
REGIONS = "/session/v1/regions"
ALIENS = [
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://["},
    {"Origin": "https://game.example.evil.example"},
    {"Origin": "https://game.example:8443"},
    {"Origin": "http://game.example"},
    {"Origin": "ftp://{host}"},
    {"Origin": "http://user@{host}"},
    {"Origin": "http://{host}.evil.example"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
]
OWN = [
    {},
    {"Origin": "http://{host}"},
    {"Origin": "http://{host}", "Sec-Fetch-Site": "same-origin"},
    {"Origin": LISTED, "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]
WRITING = [
    name
    for name, line in LINES.items()
    if not name.startswith("GET ")
    and line.outcomes.split()[ACTORS.index("nobody")] == "renew"
    and line.outcomes.split()[ACTORS.index("player")].startswith("2")
]
"""What players change, and nobody else."""


@pytest.fixture(scope="module")
def door() -> Iterator[ServerAndCallers]:
    with player_services_server(allowed_origins=[LISTED]) as door:
        yield door


def sent(http: httpx2.Client, said: dict[str, str]) -> dict[str, str]:
    host = str(http.base_url).removeprefix("http://").rstrip("/")
    return {name: value.format(host=host) for name, value in said.items()}


@pytest.mark.parametrize("said", OWN, ids=str)
def test_c4_a_cookie_is_as_good_as_the_header_on_our_own_and_listed_pages(
    said: dict[str, str], door: ServerAndCallers
) -> None:
    http, callers = door
    cookie = {"Cookie": f"access_token={callers.token(callers.player())}"}
    for method in ("GET", "PUT"):
        path = REGIONS if method == "GET" else "/session/v1/player/me/status"
        answer = http.request(method, path, json={}, headers=cookie | sent(http, said))
        assert answer.status_code != 403, answer.text
    wrong = cookie | sent(http, said) | {"Authorization": "Bearer x"}
    assert http.get(REGIONS, headers=wrong).status_code == 403, "the header counts first"


@pytest.mark.parametrize("said", ALIENS, ids=str)
def test_c4_no_page_of_another_site_does_anything_with_a_cookie(
    said: dict[str, str], door: ServerAndCallers
) -> None:
    http, callers = door
    served = callers.served
    assert len(WRITING) > 20
    for name in WRITING:
        caller = callers.get("player")
        good = LINES[name].good(callers, caller)
        cookie = {"Cookie": f"access_token={caller.token}"}
        good.headers = cookie | sent(http, said)
        before = served.do(kept(served.lobby))
        answer = good.send(http, name, caller)
        assert (answer.status_code, answer.json()["error_code"]) == (403, "auth_not_jwt"), name
        assert served.do(kept(served.lobby)) == before, name


def test_c4_no_other_door_takes_a_cookie(door: ServerAndCallers) -> None:
    http, callers = door
    token = callers.token(callers.people.get("self user").account)
    for name in ("access_token", "token", "session", "Authorization", "__Host-access_token"):
        cookie = {"Cookie": f"{name}={token}"}
        for path in ("/users", "/hosts/access_token/renew", "/api/users"):
            assert http.get(path, headers=cookie).status_code == 401, (name, path)


def test_c4_the_cookie_is_the_hosts_alone_where_there_is_tls(tmp_path: Path) -> None:
    with platform_login_world(tmp_path, public_url="https://lobby.example") as here:
        answer = here.leave()
        cookie = answer.headers["set-cookie"]
        name, _, value = cookie.partition(";")[0].partition("=")
        assert name == "__Host-lobby-oauth"
        assert {"Secure", "HttpOnly", "Path=/"} <= set(cookie.split("; "))
        assert "Domain" not in cookie
        address = here.google.log_in(answer.headers["location"])
        assert address.startswith(f"https://lobby.example{RESPONSE}/google?")
        assert refused(here.back(address, Cookie=f"{COOKIE}={value}")) == STATE
        back = here.back(address, Cookie=f"{name}={value}")
        assert set(landed(back)) == {"code"}
        assert f'{name}=""; HttpOnly; Max-Age=0' in back.headers["set-cookie"]
