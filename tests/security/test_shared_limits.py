"""Rate limits that all processes share: what a burst, or a Redis that is away, makes of them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.login import tokens
from lobby.actions.sessions import members
from lobby.actions.sessions.passwords import Said
from lobby.domain.accounts import Account
from lobby.domain.errors import TooMany
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.errors import WrongPassword
from lobby.domain.sessions.session import Session
from lobby.rate_limits import CALL_SECONDS
from persistence.ports import Store
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.services import RedisServer
from tests.support.slowness import within

RIGHT = "correct horse battery"
STRANGER, HOME = "198.51.100.1", "192.0.2.9"


async def test_a4_limits_in_redis_survive_five_hundred_registrations_at_once(
    own_redis: RedisServer, redis_prefix: str
) -> None:
    where: dict[str, Any] = {"redis_url": own_redis.url, "redis_prefix": redis_prefix}
    async with local_lobby(registrations_per_hour=300, **where) as local:
        # 1. From five hundred addresses: each counted by Redis.
        await asyncio.gather(
            *[accounts.register_host(local.lobby, address=f"client {n}") for n in range(500)]
        )
        assert own_redis.ask("DBSIZE") == b":500\r\n"
        # 2. From one: as many as the limit has.
        found = await asyncio.gather(
            *[accounts.register_host(local.lobby, address=STRANGER) for _ in range(500)],
            return_exceptions=True,
        )
    assert sum(isinstance(one, tuple) for one in found) == 300
    assert sum(isinstance(one, TooMany) for one in found) == 200


async def test_a4_a_frozen_redis_holds_a_burst_up_once(
    own_redis: RedisServer, redis_prefix: str
) -> None:
    """Not for each call, nor for each connection: whoever waits for one is counted here."""
    where: dict[str, Any] = {"redis_url": own_redis.url, "redis_prefix": redis_prefix}
    async with local_lobby(registrations_per_hour=300, **where) as local:
        await local.user("ann", RIGHT)
        own_redis.freeze()
        with within(3 * CALL_SECONDS):
            burst = [accounts.register_host(local.lobby, address=STRANGER) for _ in range(500)]
            login = tokens.verify_login(local.lobby, login="ann", password=RIGHT, address=HOME)
            found = await asyncio.gather(*burst, login, return_exceptions=True)
        own_redis.thaw()
    assert sum(isinstance(one, tuple) for one in found) == 300
    assert isinstance(found[-1], Account)


async def test_a4_wrong_passwords_of_a_session_are_counted_by_all_processes_together(
    own_redis: RedisServer, redis_prefix: str, store: Store
) -> None:
    where: dict[str, Any] = {"redis_url": own_redis.url, "redis_prefix": redis_prefix}
    async with (
        local_lobby(store, **where) as here,
        local_lobby(store, **where) as there,
    ):
        ann, bob = await here.person(), await here.person()
        session = await here.open_session(ann, password=Said("sesame", HOME))
        left = []
        for n in range(5):
            with pytest.raises(WrongPassword) as no:
                await guess((here, there)[n % 2], session, bob, "open")
            left.append((no.value.about or {})["left"])
        assert left == [4, 3, 2, 1, 0]
        for process in (here, there):
            with pytest.raises(TooMany):
                await guess(process, session, bob, "sesame")


async def guess(local: LocalLobby, session: Session, who: Actor, text: str) -> None:
    said = Said(text, HOME)
    await members.join(local.lobby, Permit(who), id=session.id, password=said)


@pytest.mark.parametrize("url", ["unix://{}/redis.sock", "redis://:word@127.0.0.1:1/3"])
async def test_a4_whatever_the_url_of_redis_without_it_the_limits_hold(
    tmp_path: Path, url: str
) -> None:
    async with local_lobby(redis_url=url.format(tmp_path), registrations_per_hour=3) as local:
        for _ in range(3):
            await accounts.register_host(local.lobby, address=STRANGER)
        with pytest.raises(TooMany):
            await accounts.register_host(local.lobby, address=STRANGER)
