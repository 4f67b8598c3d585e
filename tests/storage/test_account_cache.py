"""The account cache holds what may still be used, and no more."""

from __future__ import annotations

from lobby.storage.account_cache import CACHE_SECONDS, AccountCache
from tests.support.lobby import Clock, local_lobby


async def test_what_is_too_old_to_be_used_is_not_held() -> None:
    async with local_lobby() as local:
        clock = Clock()
        cache = AccountCache(local.lobby.accounts, clock=clock)
        for _ in range(3):
            for _ in range(4):
                await cache.get((await local.nameless()).uuid)
            clock.advance(CACHE_SECONDS / 2)
        assert len(cache._cached) == 8
        clock.advance(CACHE_SECONDS)
        last = (await local.nameless()).uuid
        assert (await cache.get(last)) is (await cache.get(last))
        assert len(cache._cached) == 1
