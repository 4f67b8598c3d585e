"""What a stolen database holds of passwords: Argon2id, with the costs that we chose."""

from __future__ import annotations

import asyncio
import re
from base64 import b64decode
from collections.abc import AsyncIterator

import pytest
from argon2 import PasswordHasher
from argon2.low_level import Type

from lobby.actions.accounts import accounts
from lobby.actions.login import tokens
from lobby.domain.accounts import Account
from lobby.domain.permissions import SYSTEM, Permit
from tests.support.lobby import ADDRESS, LocalLobby, local_lobby

PASSWORD = "correct horse 9"
STORED = re.compile(
    r"\$argon2id\$v=19\$m=19456,t=2,p=1\$(?P<salt>[\w+/]{22})\$(?P<tag>[\w+/]{43})", re.ASCII
)
CHEAP = {
    "less memory": PasswordHasher(memory_cost=8_192, time_cost=2, parallelism=1),
    "fewer rounds": PasswordHasher(memory_cost=19_456, time_cost=1, parallelism=1),
    "more lanes": PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=4),
    "another kind": PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1, type=Type.I),
    "a short tag": PasswordHasher(memory_cost=19_456, time_cost=2, parallelism=1, hash_len=16),
}


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby() as local:
        yield local


async def stored(local: LocalLobby, account: Account) -> str:
    return (await local.lobby.accounts.get(account.uuid)).password_hash or ""


def size(text: str) -> int:
    return len(b64decode(text + "=" * (-len(text) % 4)))


async def test_a1_every_way_to_a_password_keeps_argon2id_at_full_cost(local: LocalLobby) -> None:
    lobby = local.lobby
    user = await accounts.register_user(lobby, login="ann", password=PASSWORD, address=ADDRESS)
    kept = [await stored(local, user)]
    await accounts.set_password(lobby, Permit(user.actor()), account=user.uuid, password="other 99")
    kept.append(await stored(local, user))
    await accounts.set_password(lobby, SYSTEM, account=user.uuid, password=PASSWORD)
    kept.append(await stored(local, user))
    other = await accounts.register_user(lobby, login="bob", password=PASSWORD, address=ADDRESS)
    kept.append(await stored(local, other))
    parts = [STORED.fullmatch(text) for text in kept]
    assert [(size(p["salt"]), size(p["tag"])) for p in parts if p] == [(16, 32)] * 4
    assert len({p["salt"] for p in parts if p}) == 4, "the same password is not seen to be the same"


@pytest.mark.parametrize("hasher", CHEAP.values(), ids=CHEAP)
async def test_a1_a_hash_of_other_costs_opens_and_is_made_anew_at_the_login(
    hasher: PasswordHasher, local: LocalLobby
) -> None:
    user = await accounts.register_user(
        local.lobby, login="ann", password=PASSWORD, address=ADDRESS
    )
    old = await asyncio.to_thread(hasher.hash, PASSWORD)

    def decide(account: Account) -> None:
        account.password_hash = old

    await local.lobby.accounts.change(user.uuid, decide)
    assert not STORED.fullmatch(await stored(local, user))
    for _ in range(2):
        found = await tokens.verify_login(
            local.lobby, login="ann", password=PASSWORD, address=ADDRESS
        )
        assert found.uuid == user.uuid
        assert STORED.fullmatch(again := await stored(local, user))
    assert again == await stored(local, user), "once"
