"""Logins: nobody guesses faster than the limits allow, however they go about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from argon2 import PasswordHasher

from lobby.actions.accounts import accounts
from lobby.actions.login import tokens
from lobby.config import Settings
from lobby.domain.accounts import Account
from lobby.domain.errors import TooMany
from lobby.identity.tokens import digest
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.services import RedisServer

RIGHT = "correct horse battery"
LIMITS = (
    *("registrations_per_hour", "conflicts_per_hour", "logins_per_account", "logins_per_address"),
    *("evaluations_per_account", "evaluations_per_address"),
)
DEFAULTS = {name: Settings.model_fields[name].default for name in LIMITS}
STRANGER, HOME = "198.51.100.1", "192.0.2.9"


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby(**DEFAULTS) as made:
        yield made


async def outcomes(local: LocalLobby, *guesses: str, address: str = STRANGER) -> list[str]:
    """Of logins of ann at once: the names of the refusals, or `in`."""
    tries = [log_in(local, guess, address) for guess in guesses]
    return [
        type(one).__name__ if isinstance(one, Exception) else "in"
        for one in await asyncio.gather(*tries, return_exceptions=True)
    ]


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passwords that Argon2 was asked to compare."""
    found: list[str] = []
    verify = PasswordHasher.verify

    def counted(hasher: PasswordHasher, hash: str, password: str) -> bool:
        found.append(password)
        return verify(hasher, hash, password)

    monkeypatch.setattr(PasswordHasher, "verify", counted)
    return found


async def log_in(local: LocalLobby, password: str, address: str, login: str = "ann") -> Account:
    return await tokens.verify_login(local.lobby, login=login, password=password, address=address)


async def test_a4_of_a_volley_no_more_are_looked_at_than_the_limit_has(
    local: LocalLobby, looked_at: list[str]
) -> None:
    await local.user("ann", RIGHT)
    volley = [f"wrong guess {n}" for n in range(34)]
    volley.insert(17, RIGHT)
    found = await outcomes(local, *volley)
    assert len(looked_at) == found.count("BadCredentials") == 5
    assert found.count("TooMany") == 30
    assert found[17] == "TooMany", "the right one among them is not told apart"
    # From anywhere else it is no better, and the owner is not locked out at home.
    assert await outcomes(local, RIGHT, address="203.0.113.5") == ["TooMany"]


async def test_a4_right_passwords_at_once_lock_nobody_out(local: LocalLobby) -> None:
    await local.user("ann", RIGHT)
    assert await outcomes(local, *[RIGHT] * 10) == ["in"] * 10
    assert await outcomes(local, *["wrong"] * 4) == ["BadCredentials"] * 4


async def test_a4_the_wait_doubles_to_a_quarter_of_an_hour_and_a_success_ends_it() -> None:
    others = {"logins_per_address": 10**6, "evaluations_per_account": 10**6}
    async with local_lobby(**DEFAULTS | others) as local:
        await local.user("ann", RIGHT)
        waits = []
        assert await outcomes(local, *["wrong"] * 5) == ["BadCredentials"] * 5
        for _ in range(6):
            waits.append(await wait(local))
            # Behind the wait one of a volley is looked at.
            assert sorted(await outcomes(local, *["wrong"] * 9)) == ["BadCredentials"] + 8 * [
                "TooMany"
            ]
        waits.append(await wait(local))
        for waited, whole in zip(waits, [60, 120, 240, 480, 900, 900, 900], strict=True):
            assert whole * 0.7 < waited <= whole, "of which some has passed on a busy machine"
        assert await outcomes(local, RIGHT) == ["in"]
        known = await outcomes(local, *["wrong"] * 6)
        assert known == ["BadCredentials"] * 5 + ["TooMany"], "anew, from a minute on"


async def wait(local: LocalLobby) -> float:
    """How long ann has to wait; then the wait is over."""
    with pytest.raises(TooMany) as refused:
        await log_in(local, RIGHT, STRANGER)
    assert refused.value.retry_after is not None
    await local.lobby.rate_limits.counters.clear(f"wait/{digest('ann')}")
    return refused.value.retry_after


async def test_a4_whoever_has_logged_in_from_home_still_does(local: LocalLobby) -> None:
    await local.user("ann", RIGHT)
    await log_in(local, RIGHT, HOME)
    for n in range(100):
        await outcomes(local, *["wrong"] * 10, address=f"198.51.100.{n}")
    assert await outcomes(local, RIGHT, address=HOME) == ["in"]


@pytest.mark.parametrize("away", [False, True], ids=["with Redis", "without"])
async def test_a4_a_thousand_tries_are_looked_at_fifteen_times_at_most(
    own_redis: RedisServer, redis_prefix: str, away: bool, looked_at: list[str]
) -> None:
    where: dict[str, Any] = {"redis_url": own_redis.url, "redis_prefix": redis_prefix}
    async with local_lobby(**DEFAULTS, **where) as local:
        await local.user("ann", RIGHT)
        if away:
            own_redis.kill()
        found: list[str] = []
        for n in range(20):
            found += await outcomes(local, *["wrong"] * 50, address=f"198.51.100.{n}")
        assert 5 <= len(looked_at) <= 15
        assert len(found) == found.count("BadCredentials") + found.count("TooMany") == 1_000


async def test_a4_taken_names_at_once_are_found_out_only_so_often(local: LocalLobby) -> None:
    await local.user("ann", RIGHT)
    tries = [
        accounts.register_user(local.lobby, login=login, password=RIGHT, address=STRANGER)
        for login in [*["ann"] * 34, "free"]
    ]
    found = [type(one).__name__ for one in await asyncio.gather(*tries, return_exceptions=True)]
    assert (found.count("LoginTaken"), found.count("TooMany")) == (5, 30)


async def test_a4_of_a_volley_of_keys_the_right_one_gets_in_no_more(local: LocalLobby) -> None:
    host, key = await accounts.register_host(local.lobby, address=HOME)
    tries = [
        tokens.login_by_uuid(local.lobby, host=host.uuid, key=guess, address=STRANGER)
        for guess in [*[f"{n}" for n in range(34)], key]
    ]
    found = [type(one).__name__ for one in await asyncio.gather(*tries, return_exceptions=True)]
    assert (found.count("HostNotFound"), found.count("TooMany")) == (10, 25)
