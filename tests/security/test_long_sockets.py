"""A socket does not outlive what let it in: bans, sign-outs, passwords, deletion, expiry."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import suppress
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed

from lobby.actions.accounts import accounts, moderation
from lobby.actions.login import tokens
from lobby.context import Lobby
from lobby.domain.accounts import Account, Restriction
from lobby.domain.permissions import SYSTEM
from lobby.identity.tokens import LEEWAY_SECONDS
from tests.support.channel_client import Client, Refused
from tests.support.server_thread import Served, serving
from tests.support.slowness import within
from tests.support.waiting import soon

ENDED, EXPIRED = 4503, 4003
CACHED_SECONDS = 5


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
def user(served: Served) -> Account:
    number = time.monotonic_ns()
    made = accounts.register_user(served.lobby, login=f"u{number}", password="correct horse 9")
    return served.do(made)


def ban(lobby: Lobby, account: str) -> Coroutine[Any, Any, object]:
    barred = Restriction("account_ban")
    return moderation.restrict(lobby, SYSTEM, account=account, restriction=barred)


def sign_out(lobby: Lobby, account: str) -> Coroutine[Any, Any, object]:
    return accounts.sign_out_everywhere(lobby, SYSTEM, account=account)


def new_password(lobby: Lobby, account: str) -> Coroutine[Any, Any, object]:
    return accounts.set_password(lobby, SYSTEM, account=account, password="another horse 8")


def delete(lobby: Lobby, account: str) -> Coroutine[Any, Any, object]:
    return accounts.delete(lobby, SYSTEM, account=account)


Act = Callable[[Lobby, str], Coroutine[Any, Any, object]]


@pytest.mark.parametrize("act", [ban, sign_out, new_password, delete])
async def test_c3_what_ends_a_session_closes_its_sockets_within_a_second(
    act: Act, served: Served, user: Account
) -> None:
    token = tokens.issue(served.lobby, user)
    sockets = [await Client.connect(served.url, token) for _ in range(3)]
    other = await Client.connect(served.url, anonymous=True)
    with within(1):
        served.do(act(served.lobby, user.uuid))
        assert [await socket.until_closed(soon()) for socket in sockets] == [ENDED] * 3
    again = await Client.connect(served.url, hello=False)
    with pytest.raises(Refused):
        await again.command("hello", token=token)
    await again.close()
    assert await other.command("ping"), "nobody else"
    await other.close()


async def test_c3_a_token_that_expires_closes_its_socket(served: Served, user: Account) -> None:
    short = served.lobby.key_ring.issue(
        user.uuid, user.kind, token_version=user.token_version, seconds=1 - LEEWAY_SECONDS
    )
    client = await Client.connect(served.url, short)
    assert await client.until_closed(soon()) == EXPIRED


async def test_c3_each_command_checks_again_where_the_word_of_it_was_lost(
    served: Served, user: Account
) -> None:
    client = await Client.connect(served.url, tokens.issue(served.lobby, user))
    assert await client.command("presence.set", status="busy")

    def revoke(account: Account) -> None:
        account.token_version += 1

    served.do(served.lobby.accounts.change(user.uuid, revoke))  # and nobody is told
    with within(CACHED_SECONDS + 1):
        while client.closed is None:
            with suppress(TimeoutError):
                await client.until_closed(0.2)
            with suppress(Refused, ConnectionClosed, ConnectionError):
                await client.command("presence.set", status="busy")
    assert await client.until_closed(soon()) == ENDED


async def test_c3_a_socket_ends_with_a_login_whose_token_has_no_expiry() -> None:
    """However long it stays open: 180 days, unless the settings say otherwise."""
    seconds = 2
    with serving(user_token_days=seconds / 86_400) as served:
        form = {"login": "stays.open", "password": "correct horse 9"}
        served.do(accounts.register_user(served.lobby, **form))
        token = served.do(tokens.login_with_password(served.lobby, **form, address="127.0.0.1"))
        async with await Client.connect(served.url, token=token) as client:
            assert await client.until_closed() == EXPIRED
