"""Two that register at the same moment with what only one may have: the store decides."""

from __future__ import annotations

import pytest

from lobby.actions.accounts import accounts
from lobby.domain.accounts import Account
from persistence.live.memory import open_memory
from persistence.ports import Store
from tests.support.lobby import ADDRESS, Clock, LocalLobby, interrupted, two_local_lobbies

SECRET = "the secret of one device, as it was drawn"


async def by_secret(local: LocalLobby) -> Account:
    return await accounts.register_anonymous(local.lobby, address=ADDRESS, secret=SECRET)


@pytest.mark.parametrize("at", range(1, 6))
async def test_a_secret_that_is_shown_twice_at_once_is_one_account(store: Store, at: int) -> None:
    live = open_memory(clock=Clock())
    async with two_local_lobbies(store, live) as (here, there, paced):
        got: list[str] = []

        async def come(local: LocalLobby) -> None:
            got.append((await by_secret(local)).uuid)

        await interrupted(paced, lambda: come(here), lambda: come(there), at=at)
        assert len(got) == 2
        assert got[0] == got[1] == (await by_secret(there)).uuid
    await live.close()
