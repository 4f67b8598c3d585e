"""Idempotency keys: another's key, keys by the thousand, large ones, and what is kept of them."""

from __future__ import annotations

import pytest

from persistence.idempotency import MOST_REMEMBERED, Once
from tests.support.lobby import local_lobby
from tests.support.people import Person, call, new_host
from tests.support.server_thread import serving

DAY = 86_400.0


async def launch(person: Person, key: str) -> tuple[int, str]:
    headers = {**person.headers, "Idempotency-Key": key}
    answer = await call(
        person.url, "POST", "/sessions", json={"host": person.uuid}, headers=headers
    )
    return answer.status_code, answer.text


async def test_l1_the_key_of_another_account_is_a_key_of_ones_own() -> None:
    with serving() as served:
        one, other = await new_host(served.url), await new_host(served.url)
        first, second = await launch(one, "theirs"), await launch(other, "theirs")
        assert (first[0], second[0]) == (201, 201)
        assert first[1] != second[1]
        assert await launch(other, "theirs") == second, "and never what the other was told"


@pytest.mark.parametrize("key", ["k" * 65, "k" * 8_000, "with space", ""])
async def test_l1_a_key_that_is_long_or_none_is_refused_and_nothing_is_done(key: str) -> None:
    with serving() as served:
        person = await new_host(served.url)
        status, text = await launch(person, key)
        assert (status, "Idempotency-Key" in text) == (422, True)
        assert served.do(served.lobby.sessions.all("player", person.uuid)) == []


async def test_l1_one_account_makes_the_store_keep_no_more_than_so_many_small_rows() -> None:
    async with local_lobby() as local:
        who, lobby = await local.person(), local.lobby
        other = await local.person()
        await lobby.store.remember(Once(other.uuid, "http mine", "digest", "{}", lobby.clock()))
        for n in range(MOST_REMEMBERED + 200):
            await lobby.store.remember(Once(who.uuid, f"http {n}", "digest", "{}", lobby.clock()))

        async def known(identity: str, key: str) -> bool:
            now = lobby.clock()
            return await lobby.store.remembered(identity, key, now=now) is not None

        assert not await known(who.uuid, "http 199")
        assert await known(who.uuid, f"http {MOST_REMEMBERED + 199}")
        assert await known(other.uuid, "http mine"), "nobody pushes out what is another's"
        local.clock.advance(DAY + 1)
        assert not await known(other.uuid, "http mine")
        with pytest.raises(ValueError, match="1024"):
            Once(who.uuid, "http large", "digest", "x" * 2_000, lobby.clock())
