"""Logins: nobody shuts them for others by having passwords hashed, right or wrong."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import accounts
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import TooMany
from lobby.domain.permissions import Kind, Permit
from lobby.rate_limits import TIMES_OF_KNOWN
from tests.api.player_services.test_login import TOKEN
from tests.security.test_logins import DEFAULTS, HOME, RIGHT, STRANGER, log_in
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.player_services import player_services_server
from tests.support.server_status import basic
from tests.support.server_thread import Served, serving
from tests.support.waiting import TIMEOUT, block_until

log = logging.getLogger(__name__)

OTHER = "staple horse battery"


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby(**DEFAULTS) as made:
        yield made


def from_address(served: Served, address: str) -> httpx2.AsyncClient:
    transport = httpx2.AsyncHTTPTransport(
        local_address=address, limits=httpx2.Limits(max_connections=60), verify=False
    )
    return httpx2.AsyncClient(transport=transport, base_url=served.url, timeout=TIMEOUT)


async def status(http: httpx2.AsyncClient, login: str) -> int:
    form = {"username": login, "password": RIGHT}
    return (await http.post("/users/login", data=form)).status_code


async def under_a_flood(
    served: Served, flooding: list[str], victims: list[str], *, addresses: int = 1
) -> list[int]:
    """What becomes of the victims' logins, each from an address of its own, while sixty connections
    of one address, or of so many, log in without end."""
    begun = asyncio.Semaphore(0)
    async with AsyncExitStack() as opened:
        theirs = [from_address(served, f"127.0.66.{n + 1}") for n in range(addresses)]
        attackers = [await opened.enter_async_context(one) for one in theirs]

        async def flood(n: int) -> None:
            while True:
                await status(attackers[n % addresses], flooding[n % len(flooding)])
                begun.release()

        floods = [asyncio.create_task(flood(n)) for n in range(60)]
        for _ in floods:
            await begun.acquire()
        six = asyncio.Semaphore(6)

        async def come_in(n: int) -> int:
            async with six, from_address(served, f"127.0.1.{n + 1}") as http:
                return await status(http, victims[n])

        found = await asyncio.gather(*[come_in(n) for n in range(len(victims))])
        for task in floods:
            task.cancel()
        await asyncio.gather(*floods, return_exceptions=True)
    return found


@pytest.mark.parametrize(
    ("evaluations", "addresses"),
    [(60, 1), (10**6, 1), (60, 20)],
    ids=["as it is", "without the limit", "of twenty addresses"],
)
def test_a2_sixty_connections_with_right_passwords_shut_the_login_for_nobody_else(
    evaluations: int, addresses: int
) -> None:
    """The queue alone is fair, and so it is where the limit of evaluations does not help."""
    limits: dict[str, Any] = {
        **DEFAULTS,
        "evaluations_per_address": evaluations,
        "evaluations_per_account": max(10, evaluations // 6),
    }
    with serving(**limits) as served:
        flooding, victims = ([f"{who}{n}" for n in range(60)] for who in ("flood", "victim"))
        hash = served.do(served.lobby.passwords.hash(RIGHT))
        for login in (*flooding, *victims):
            served.do(add(served.lobby, login, hash))
        found = asyncio.run(under_a_flood(served, flooding, victims, addresses=addresses))
        block_until(lambda: not served.lobby.passwords.waiting, TIMEOUT)
    log.warning("%d of 60 others logged in under the flood", found.count(200))
    assert found.count(200) >= 58


async def add(lobby: Lobby, login: str, hash: str) -> Account:
    account = await accounts._new(lobby, Kind.USER, login=login)
    account.password_hash = hash
    return await lobby.accounts.add(account)


async def test_a2_right_passwords_are_looked_at_only_so_often(local: LocalLobby) -> None:
    hash = await local.lobby.passwords.hash(RIGHT)
    for n in range(62):
        await add(local.lobby, f"user{n}", hash)
    # 1. Ten a minute for an account, and as many more from an address that is known to it.
    for _ in range(11):
        await log_in(local, RIGHT, HOME, "user0")
    with pytest.raises(TooMany, match="of this account") as refused:
        await log_in(local, RIGHT, HOME, "user0")
    assert 1 <= (refused.value.retry_after or 0) <= 60
    # 2. Sixty for an address, whoever they are for; user0 was one, until it was known there.
    for n in range(1, 60):
        await log_in(local, RIGHT, HOME, f"user{n}")
    with pytest.raises(TooMany, match="from this address"):
        await log_in(local, RIGHT, HOME, "user60")
    await log_in(local, RIGHT, STRANGER, "user60")
    # 3. Those who are known there come in all the same, all of them within that minute.
    for n in range(1, 60):
        await log_in(local, RIGHT, HOME, f"user{n}")
    with pytest.raises(TooMany, match="from this address"):
        await log_in(local, RIGHT, HOME, "user61")


async def test_a2_of_accounts_that_are_known_at_an_address_ten_times_as_many_are_looked_at() -> (
    None
):
    async with local_lobby(**DEFAULTS | {"evaluations_per_address": 1}) as local:
        hash = await local.lobby.passwords.hash(RIGHT)
        for n in range(3):
            await add(local.lobby, f"user{n}", hash)
        await log_in(local, RIGHT, HOME, "user0")
        for _ in range(10):
            await log_in(local, RIGHT, HOME, "user0")
        with pytest.raises(TooMany, match="from this address"):
            await log_in(local, RIGHT, HOME, "user0")


async def test_a2_a_school_behind_one_address_gets_in(local: LocalLobby) -> None:
    """Thirty register and log in at once, and two hundred look around without a name."""
    pupils = [f"pupil{n}" for n in range(30)]
    register = [
        accounts.register_user(local.lobby, login=login, password=RIGHT, address=HOME)
        for login in pupils
    ]
    await asyncio.gather(*register)
    await asyncio.gather(*[log_in(local, RIGHT, HOME, login) for login in pupils])
    for _ in range(300):
        await accounts.register_anonymous(local.lobby, address=HOME)
    with pytest.raises(TooMany):
        await accounts.register_anonymous(local.lobby, address=HOME)
    # They are counted apart.
    await accounts.register_host(local.lobby, address=HOME)


async def test_a2_passwords_that_are_changed_take_no_more_of_the_queue_than_logins(
    local: LocalLobby,
) -> None:
    hash = await local.lobby.passwords.hash(RIGHT)
    many = [await add(local.lobby, f"user{n}", hash) for n in range(60)]
    changes = [
        accounts.set_password(
            local.lobby, Permit(one.actor()), account=one.uuid, password=OTHER, address=STRANGER
        )
        for one in many[1:]
    ]
    changing = asyncio.gather(*changes, return_exceptions=True)
    await asyncio.sleep(0)
    assert (await log_in(local, RIGHT, HOME, "user0")).uuid == many[0].uuid
    assert not changing.done(), "the login did not wait for all of them"
    await changing


def memory(what: str) -> int:
    """MiB of this process: `VmRSS`, or `VmHWM`, the most since it was reset."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) // 1024


def forget_the_most() -> None:
    Path("/proc/self/clear_refs").write_text("5")


async def test_a2_five_hundred_logins_at_once_cost_the_memory_of_two(local: LocalLobby) -> None:
    hash = await local.lobby.passwords.hash(RIGHT)
    for n in range(500):
        await add(local.lobby, f"user{n}", hash)
    forget_the_most()
    before = memory("VmRSS")
    logins = [log_in(local, RIGHT, f"client {n}", f"user{n}") for n in range(500)]
    found = await asyncio.gather(*logins, return_exceptions=True)
    more = memory("VmHWM") - before
    log.warning("500 logins at once: %d MiB more", more)
    assert sum(isinstance(one, Account) for one in found) >= 34
    assert {type(one) for one in found} == {Account, TooMany}
    assert more <= 64


@pytest.mark.parametrize("limit", ["evaluations_per_account", "evaluations_per_address"])
def test_a2_every_door_says_when_to_come_back(limit: str) -> None:
    with player_services_server(**{limit: 1}) as (http, _):
        form = {"username": "ann", "password": RIGHT}
        asked = {"grant_type": "password", **form}
        answers = [
            http.post("/users/login", data=form),
            http.post("/users/login", data=form),
            http.post("/api/auth", headers=basic("ann", RIGHT)),
            http.post(TOKEN, json=asked),
        ]
    assert [one.status_code for one in answers] == [401, 429, 429, 429]
    assert all(1 <= int(one.headers["retry-after"]) <= 61 for one in answers[1:])


@pytest.mark.parametrize(
    ("limit", "amount", "done"),
    [("evaluations_per_account", 4, 4), ("evaluations_per_address", 1, TIMES_OF_KNOWN)],
)
def test_a2_a_password_that_is_changed_counts_as_one_that_is_looked_at(
    limit: str, amount: int, done: int
) -> None:
    """It costs as much; the refusal changes nothing, and is the door's. An address that has logged
    in is counted apart from strangers who try the account."""
    with player_services_server(**{limit: amount}) as (http, _):
        form = {"username": "changer", "password": RIGHT}
        assert http.post("/users", data=form).status_code == 201
        pair = http.post("/api/auth", headers=basic("changer", RIGHT)).json()
        own = {"Authorization": f"Bearer {pair['access']['id']}"}
        answers = [
            http.put(
                "/api/users/changer/password",
                headers=own,
                json={"password": f"another fine one {n}"},
            )
            for n in range(done + 1)
        ]
        assert [one.status_code for one in answers] == [200] * done + [429]
        assert answers[0].json() == {}
        assert set(answers[-1].json()) == {"error", "needRefresh"}
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 61
        assert http.get("/api/users/changer/login", headers=own).status_code == 200
