"""The Python client comes in: identities that are kept, tokens that are asked for, expire and are
refused.
"""

from __future__ import annotations

import secrets
import stat
import time
from contextlib import suppress
from pathlib import Path

import jwt
import pytest

from lobby_client import Closed, Lobby, LobbyError, SecretFile, Unauthorized
from lobby_client.http import HttpRefused, LobbyHttp
from tests.clients.conformance import holds
from tests.clients.links import Link, own_link
from tests.clients.python_scenes import Scene, comes_back, phase, scene_at, until, waits_of

LEEWAY_SECONDS = 30
SECRET = secrets.token_hex(32)


def lasting(token: str, seconds: int) -> str:
    """The same token, good for so many seconds more."""
    claims = jwt.decode(token, options={"verify_signature": False})
    claims["exp"] = int(time.time()) + seconds - LEEWAY_SECONDS
    return jwt.encode(claims, SECRET, headers=jwt.get_unverified_header(token))


@holds(1)
async def test_an_anonymous_identity_is_kept_in_a_file(scene: Scene, tmp_path: Path) -> None:
    file = tmp_path / "new" / "secret"
    first = scene.client(anonymous=SecretFile(file))
    assert first.state.phase == "idle"
    phases: list[str] = []
    first.on("state", lambda state: phases.append(state.phase))
    tokens: list[str] = []
    first.on("token", tokens.append)
    identity = await first.connect()
    assert identity.kind == "anonymous"
    assert phases == ["connecting", "live"]
    assert len(file.read_text()) == 64
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(tokens[0]) > 20
    assert abs(first.now() - time.time()) < 5

    async with Lobby(scene.link.url, anonymous=SecretFile(file)) as second:
        assert second.identity == await second.ready() == identity
    assert second.state.phase == "closed"


@holds(2)
async def test_a_provider_is_asked_once_and_not_at_each_return(scene: Scene) -> None:
    asked: list[bool] = []
    async with LobbyHttp(scene.link.direct) as http:

        async def token(expired: bool) -> str:
            asked.append(expired)
            return await http.users.register(f"ada{time.time_ns()}", "correct horse battery")

        named = await scene.connected(token=token, anonymous=False)
        assert named.identity is not None
        assert named.identity.kind == "user"
        async with comes_back(named) as waits:
            scene.link.cut()
    assert waits[0].why is not None
    assert waits[0].why.by == "network"
    assert waits[0].until is not None
    assert named.state.resumed
    assert asked == [False]
    looker = await scene.connected(token=lambda expired: None, anonymous=False)
    assert looker.identity is not None
    assert looker.identity.kind == "spectator"


@holds(16)
async def test_expired_tokens_are_replaced_and_fixed_ones_end_it(tmp_path: Path) -> None:
    with own_link(tmp_path, database_url="sqlite::memory:", secret=SECRET) as link:
        async with scene_at(link) as scene:
            await check_expiry(scene)
            await check_providers(scene)


async def check_expiry(scene: Scene) -> None:
    uuid, token = await account(scene.link)
    asked: list[bool] = []

    def renewing(expired: bool) -> str:
        asked.append(expired)
        return token if expired else lasting(token, -1)

    lobby = await scene.connected(token=renewing, anonymous=False)
    assert lobby.identity is not None
    assert lobby.identity.uuid == uuid
    assert asked == [False, True]

    fixed = scene.client(token=lasting(token, -1), anonymous=False)
    with pytest.raises(Closed) as closed:
        await fixed.connect()
    assert closed.value.why.code == 4003
    assert closed.value.why.refusal is not None
    assert closed.value.why.refusal.code == "token_expired"

    ending = await lasted(scene, token)
    state = await phase(ending, "closed")
    assert state.why is not None
    assert state.why.code == 4003


async def lasted(scene: Scene, token: str) -> Lobby:
    """Connected with the last token of its provider, which lasts for two seconds, or for ten on a
    machine that does not connect within two."""
    giving: list[str] = []
    for seconds in (2, 10):
        giving.append(lasting(token, seconds))
        ending = scene.client(
            token=lambda expired: giving.pop() if giving else None, anonymous=False
        )
        with suppress(Closed):
            await ending.connect()
            return ending
    raise AssertionError("never connected")


async def check_providers(scene: Scene) -> None:
    tries: list[bool] = []

    def failing(expired: bool) -> None:
        tries.append(expired)
        if len(tries) < 3:
            raise OSError("no network")

    patient = scene.client(token=failing)
    waits = waits_of(patient)
    assert (await patient.connect()).kind == "anonymous"
    assert len(tries) == 3
    assert len(waits) == 2
    assert all(wait.why and "no network" in wait.why.reason for wait in waits)

    def none(expired: bool) -> str:
        raise Unauthorized("log in first")

    refused = scene.client(token=none)
    with pytest.raises(Closed, match="log in first"):
        await refused.connect()
    assert refused.state.phase == "closed"

    numbers = scene.client(token=lambda expired: 7)
    waits = waits_of(numbers)
    numbers.reconnect()
    await until(lambda: numbers.state.attempt >= 2, "tried again")
    assert waits[0].why is not None
    assert "a token is a text or None, not int" in waits[0].why.reason


async def account(link: Link) -> tuple[str, str]:
    async with LobbyHttp(link.direct) as http:
        host = await http.hosts.register()
        return host["uuid"].lower(), await http.hosts.login(host["uuid"], host["key"])


@holds(17)
async def test_a_rejected_identity_is_the_end_or_another_anonymous_one(scene: Scene) -> None:
    stopped = scene.client(token="none", anonymous=False)
    with pytest.raises(Closed) as closed:
        await stopped.connect()
    assert closed.value.why.code == 4500
    assert closed.value.why.refusal is not None
    assert closed.value.why.refusal.code == "unauthenticated"

    _, token = await account(scene.link)
    named = await scene.connected(token=token)
    await sign_out(scene.link, token)
    state = await phase(named, "closed")
    assert state.why is not None
    assert state.why.code == 4503

    anonymous = scene.client()
    tokens: list[str] = []
    anonymous.on("token", tokens.append)
    before = await anonymous.connect()
    await sign_out(scene.link, tokens[0])
    await until(lambda: anonymous.state.phase == "live" and anonymous.identity != before, "another")
    assert anonymous.identity is not None
    assert anonymous.identity.kind == "anonymous"
    assert not anonymous.state.resumed
    assert stopped.state.phase == "closed", "for good"


async def sign_out(link: Link, token: str) -> None:
    async with LobbyHttp(link.direct, token=token) as http:
        await http.call("sign_out_hosts_access_token_delete")


async def test_operations_are_called_by_their_ids(scene: Scene) -> None:
    uuid, token = await account(scene.link)
    asked: list[bool] = []

    def tokens(expired: bool) -> str:
        asked.append(expired)
        return token if expired else "none"

    async with LobbyHttp(scene.link.direct, token=tokens) as http:
        host = await http.call("get_hosts__host__get", path={"host": uuid})
        assert host["uuid"].lower() == uuid
        with pytest.raises(HttpRefused) as refused:
            await http.call("get_hosts__host__get", path={"host": "a/../b"})
        assert refused.value.status == 422
        assert asked == [False, True]
        with pytest.raises(LobbyError, match="wants 'host' in path"):
            await http.call("get_hosts__host__get")
