"""How an identity outlasts its token: by refreshing it, by saying hello in time, by a secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from lobby.domain.permissions import Kind
from lobby.identity.tokens import LEEWAY_SECONDS
from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.people import Person, new_host
from tests.support.server_thread import Served, serving
from tests.support.waiting import soon

SECRET = "a secret of thirty-two letters.."


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(registrations_per_hour=10**6) as served:
        yield served


def token(served: Served, account: str, kind: Kind, seconds: float) -> str:
    version = served.do(served.lobby.accounts.get(account)).token_version
    return served.lobby.key_ring.issue(account, kind, token_version=version, seconds=seconds)


async def test_a_connection_goes_on_with_a_newer_token(served: Served) -> None:
    host = await new_host(served.url)
    short = token(served, host.uuid, Kind.HOST, 2 - LEEWAY_SECONDS)
    async with await RecordedChannel.connect(served.url, short) as client:
        assert client.welcome["expires_in"] == 0
        renewed = await client.command("refresh", token=host.token)
        assert renewed["expires_in"] > 86_000
        # 1. Who refreshes in time is still here when the first token has expired.
        with pytest.raises(TimeoutError):
            await client.until_closed(2.5)
        # 2. A token of somebody else, or of nobody, changes nothing.
        other = await new_host(served.url)
        for wrong, code in ((other.token, "not_yours"), ("no token", "unauthenticated")):
            with pytest.raises(Refused) as refused:
                await client.command("refresh", token=wrong)
            assert refused.value.code == code
        assert await client.command("ping")


async def test_who_does_not_refresh_is_told_4003(served: Served) -> None:
    host = await new_host(served.url)
    short = token(served, host.uuid, Kind.HOST, 1 - LEEWAY_SECONDS)
    client = await Client.connect(served.url, short)
    assert await client.until_closed(soon()) == 4003


async def test_a_token_is_good_on_the_channel_for_as_long_as_over_http(served: Served) -> None:
    host = await new_host(served.url)
    expired = token(served, host.uuid, Kind.HOST, -1)
    async with await RecordedChannel.connect(served.url, expired) as client:
        with pytest.raises(TimeoutError):
            await client.until_closed(1)
        assert await client.command("ping")
        shown = Person(served.url, host.uuid, expired)
        answer = await shown.call("GET", f"/hosts/{host.uuid}")
        assert answer.status_code == 200


async def test_an_anonymous_token_in_its_last_half_is_replaced_by_hello(served: Served) -> None:
    async with await Client.connect(served.url, anonymous=True) as client:
        me = client.uuid
    fresh = token(served, me, Kind.ANONYMOUS, 50_000)
    async with await RecordedChannel.connect(served.url, fresh) as client:
        assert "token" not in client.welcome
    old = token(served, me, Kind.ANONYMOUS, 40_000)
    async with await RecordedChannel.connect(served.url, old) as client:
        assert client.welcome["token"] != old
        assert client.welcome["expires_in"] > 86_000
        assert client.uuid == me


async def hello(served: Served, **said: Any) -> dict[str, Any]:
    async with await RecordedChannel.connect(served.url, hello=False) as client:
        return await client.command("hello", **said)


async def test_who_shows_the_same_secret_is_the_same_person(served: Served) -> None:
    first = await hello(served, anonymous=True, secret=SECRET)
    again = await hello(served, anonymous=True, secret=SECRET)
    other = await hello(served, anonymous=True, secret=SECRET[::-1])
    assert first["uuid"] == again["uuid"] != other["uuid"]
    kept = served.do(served.lobby.accounts.get(first["uuid"]))
    assert kept.secret_hash
    assert SECRET not in kept.secret_hash


@pytest.mark.parametrize(
    "said",
    [
        {"anonymous": True, "secret": "short"},
        {"anonymous": True, "secret": "x" * 129},
        {"secret": SECRET},
    ],
)
async def test_a_secret_has_its_bounds_and_its_use(served: Served, said: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refused:
        await hello(served, **said)
    assert refused.value.code == "malformed"


async def turned_away(url: str, origin: str) -> Client:
    client = await Client.connect(url, hello=False, origin=origin)
    await client.until_closed(soon())
    return client


async def test_a_browser_is_told_why_it_may_not_come_in(served: Served) -> None:
    # 1. A page of a foreign origin is told never to come back.
    client = await turned_away(served.url, "https://evil.example")
    assert (client.closed, client.frames[0]["code"]) == (4507, "forbidden")
    # 2. While the process takes nobody in, it is told when to come back.
    own = f"http://{urlsplit(served.url).netloc}"
    served.app.state.channel.connection_limits.closed = True
    try:
        client = await turned_away(served.url, own)
    finally:
        served.app.state.channel.connection_limits.closed = False
    assert (client.closed, client.frames[0]["code"]) == (1013, "unavailable")
    assert client.frames[0]["retry_after"] == 5
