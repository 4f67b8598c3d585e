"""A host shows its key: from then on whoever got in by the uuid alone is out, in every process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import httpx2

from tests.support.channel_client import Client
from tests.support.checked_clients import PLAIN
from tests.support.deployments import Deployment

REVOKED = 4503


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def answers(
    clients: Iterable[httpx2.AsyncClient], url: str, tokens: Sequence[str]
) -> set[int]:
    """The statuses that each of these tokens gets, in each process."""
    got = [await http.get(url, headers=bearer(token)) for http in clients for token in tokens]
    return {answer.status_code for answer in got}


async def test_the_key_ends_every_token_that_the_uuid_alone_gave(lobby: Deployment) -> None:
    async with (
        httpx2.AsyncClient(base_url=lobby.here.url, **PLAIN) as here,
        httpx2.AsyncClient(base_url=lobby.there.url, **PLAIN) as there,
    ):
        # 1. A host registers. A friend, who knows its uuid, logs in as the host, twice.
        registered = await here.post("/hosts")
        host = f"/hosts/{registered.json()['uuid']}"
        key = {"Authorization": f"Host {registered.headers['host-key']}"}
        stolen = [
            (await http.get(f"{host}/access_token")).json()["token"] for http in (here, there)
        ]
        renewed = await there.get("/hosts/access_token/renew", headers=bearer(stolen[0]))
        stolen.append(renewed.json()["token"])
        assert await answers((here, there), host, stolen) == {200}

        # 2. The friend listens in, through both processes.
        sockets = [
            await Client.connect(at.url, token)
            for at in (lobby.here, lobby.there)
            for token in stolen[:2]
        ]

        # 3. The host logs in with its key, through one process.
        mine = (await here.get(f"{host}/access_token", headers=key)).json()["token"]

        # 4. All that the friend had is dead, in both.
        for socket in sockets:
            assert await socket.until_closed() == REVOKED
        for url in (host, "/hosts/access_token/renew"):
            assert await answers((here, there), url, stolen) == {401}
        assert (await there.get(f"{host}/access_token")).status_code == 404

        # 5. The host's own tokens live on, also after it logs in again.
        async with await Client.connect(lobby.there.url, mine) as live:
            again = (await there.get(f"{host}/access_token", headers=key)).json()["token"]
            assert await answers((here, there), host, [mine, again]) == {200}
            await live.watch("inbox")
            assert live.closed is None
