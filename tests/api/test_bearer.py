"""Bearer tokens: the Authorization header is read alike over HTTP and on the channel."""

from __future__ import annotations

import httpx2
import pytest

from lobby.identity.bearer import bearer
from tests.support.callers import ApiCallers
from tests.support.checked_clients import RecordedChannel


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer x", "x"),
        ("bearer x", "x"),
        ("BEARER   x ", "x"),
        ("Bearer x y", "x y"),
        ("Bearer ", ""),
        ("Bearer", ""),
        ("Basic x", None),
        ("Bearerx", None),
        ("x", None),
        ("", None),
        (None, None),
    ],
)
def test_a_token_follows_its_scheme(header: str | None, token: str | None) -> None:
    assert bearer(header) == token


@pytest.mark.parametrize("spelling", ["Bearer {}", "bearer {}", "BEARER   {}"])
async def test_however_it_is_spelt_it_lets_in_through_both_doors(
    spelling: str, people: ApiCallers, http: httpx2.Client
) -> None:
    person = people.get("self user")
    headers = {"Authorization": spelling.format(person.token)}
    assert http.get("/users", headers=headers).status_code == 200
    url = people.served.url
    async with await RecordedChannel.connect(url, additional_headers=headers) as channel:
        assert channel.frames[-1]["result"]["uuid"] == person.account.uuid
