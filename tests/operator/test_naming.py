"""Who is meant by what an operator writes."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from lobby.domain.errors import AccountNotFound
from lobby.operator.naming import find
from tests.support.lobby import LocalLobby, local_lobby


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby() as local:
        yield local


async def test_an_account_of_any_kind_is_found_by_uuid_number_login_or_nickname(
    local: LocalLobby,
) -> None:
    user = await local.user("Ann")
    await local.lobby.accounts.change(
        user.uuid, lambda account: account.nicknames.append("Ann the Great")
    )
    host = await local.person()
    for who in (user.uuid.upper(), str(user.number), "ANN", "ann the great"):
        assert (await find(local.lobby, who)).uuid == user.uuid
    assert (await find(local.lobby, str(host.number))).uuid == host.uuid


@pytest.mark.parametrize(
    "who", ["nobody", "0", "99999", "é", "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"]
)
async def test_who_is_unknown_is_not_found(local: LocalLobby, who: str) -> None:
    with pytest.raises(AccountNotFound):
        await find(local.lobby, who)
