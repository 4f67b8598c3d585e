"""Floods of requests: what one account, or one address, takes of a process over HTTP."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import httpx2
import pytest

from tests.support.player_services import bearer, player_services_server
from tests.support.server_thread import Served, serving
from tests.support.waiting import TIMEOUT

FLOOD = 150
LIMITS: dict[str, Any] = {
    "requests_per_second": 0.001,
    "requests_burst": 60,
    "requests_per_second_per_address": 0.001,
    "requests_burst_per_address": 100,
}
"""Few a second, so that none comes in meanwhile on a slow machine."""


@pytest.fixture
def served() -> Iterator[Served]:
    with serving(**LIMITS, trusted_proxies=["127.0.0.1"]) as served:
        yield served


async def flood(
    url: str, path: str, headers: Mapping[str, str], *, of: int = FLOOD
) -> list[httpx2.Response]:
    async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT) as http:
        return await asyncio.gather(*(http.get(path, headers=headers) for _ in range(of)))


def statuses(answers: list[httpx2.Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


def behind(address: str, headers: Mapping[str, str] = {}) -> dict[str, str]:
    return {"X-Forwarded-For": address, **headers}


async def host(url: str, address: str = "192.0.2.200") -> tuple[str, dict[str, str]]:
    async with httpx2.AsyncClient(base_url=url, timeout=TIMEOUT, headers=behind(address)) as http:
        uuid = (await http.post("/hosts")).json()["uuid"]
        token = (await http.get(f"/hosts/{uuid}/access_token")).json()["token"]
    return f"/hosts/{uuid}", {"Authorization": f"Bearer {token}"}


async def test_shares_an_account_that_floods_from_many_addresses_is_refused_and_others_are_not(
    served: Served,
) -> None:
    path, token = await host(served.url)
    other, others = await host(served.url, "192.0.2.201")
    async with httpx2.AsyncClient(base_url=served.url, timeout=TIMEOUT) as http:
        answers = [
            await http.get(path, headers=behind(f"198.51.100.{n % 200}", token))
            for n in range(FLOOD)
        ]
        assert statuses(answers) == {200: 60, 429: FLOOD - 60}
        refused = next(answer for answer in answers if answer.status_code == 429)
        assert refused.json()["message"].startswith(
            "from this account come more than 0.001 requests"
        )
        assert int(refused.headers["Retry-After"]) >= 1
        answer = await http.get(other, headers=behind("198.51.100.1", others))
        assert answer.status_code == 200


@pytest.mark.parametrize(
    ("flooding", "same", "another"),
    [
        ("203.0.113.1", "203.0.113.1", "203.0.113.2"),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", "2001:db8:1:3::1"),
    ],
)
async def test_shares_an_address_that_floods_is_refused_and_others_are_not(
    served: Served, flooding: str, same: str, another: str
) -> None:
    path, token = await host(served.url)
    answers = await flood(served.url, path, behind(flooding))
    assert statuses(answers) == {401: 100, 429: FLOOD - 100}
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.json()["message"].startswith("from this address come more than 0.001 requests")
    async with httpx2.AsyncClient(base_url=served.url, timeout=TIMEOUT) as http:
        assert (await http.get(path, headers=behind(same, token))).status_code == 429
        assert (await http.get(path, headers=behind(another, token))).status_code == 200
        for free in ("/health/live", "/", "/openapi.json"):
            assert (await http.get(free, headers=behind(flooding))).status_code == 200


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/slots/1", "{words}"),
        ("/api/server", '{{"error":"{words}","needRefresh":false}}'),
        (
            "/session/v1/session/1",
            '{{"auth_success":true,"error_code":"too_many","desc":"{words}"}}',
        ),
    ],
)
async def test_shares_each_door_refuses_a_flood_in_its_own_words(
    served: Served, path: str, says: str
) -> None:
    answers = await flood(served.url, path, behind("203.0.113.7"))
    refused = next(answer for answer in answers if answer.status_code == 429)
    limit = "from this address come more than 0.001 requests a second, 100 at once"
    assert refused.text.replace(" ", "") == says.format(
        words=f"{limit}; wait, then try again"
    ).replace(" ", "")


def test_shares_a_game_server_polls_as_often_as_it_likes_and_leaves_its_address_its_share() -> None:
    with player_services_server(**LIMITS) as (http, callers):
        server = bearer(callers.token(callers.machine("server")))
        player = bearer(callers.token(callers.player()))
        for _ in range(FLOOD):
            assert http.get("/session/v1/regions", headers=server).status_code == 200
        assert http.get("/session/v1/regions", headers=player).status_code == 200
        for _ in range(FLOOD):
            http.get("/session/v1/regions", headers=player)
        assert http.get("/session/v1/regions", headers=player).status_code == 429
        assert http.get("/session/v1/regions", headers=server).status_code == 200
