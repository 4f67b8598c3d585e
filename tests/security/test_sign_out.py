"""Ends of logins: what a thief of a token has left once its owner has shown the key, signed out, or
stayed away.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from lobby.actions.accounts import accounts, sign_out
from lobby.actions.login import tokens
from lobby.domain.accounts import MOST_ENDED
from lobby.domain.errors import TokenExpired, TokenRevoked
from lobby.domain.permissions import Permit
from tests.support.channel_client import Client
from tests.support.deployments import Deployment, two_processes
from tests.support.lobby import ADDRESS, LocalLobby, local_lobby
from tests.support.people import Person, call, new_user
from tests.support.waiting import until

DAY = 86_400.0
OUT = "/hosts/access_token"


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(request, tmp_path_factory)


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby() as local:
        local.lobby.key_ring._clock = local.clock  # tokens are of the same time as all else
        yield local


async def opens(person: Person, url: str) -> bool:
    answer = await call(url, "GET", f"/hosts/{person.uuid}", headers=person.headers)
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def renewed(person: Person) -> httpx2.Response:
    return await person.call("GET", f"{OUT}/renew")


async def dead_everywhere(pair: Deployment, person: Person, socket: Client) -> None:
    for url in (pair.here.url, pair.there.url):
        assert not await opens(person, url)
        assert (await call(url, "GET", f"{OUT}/renew", headers=person.headers)).status_code == 401
    await until(lambda: socket.closed == 4503)


async def test_b3_a_host_that_shows_its_key_locks_out_on_all_processes_who_came_by_uuid(
    pair: Deployment,
) -> None:
    here, there = pair.here.url, pair.there.url
    registered = await call(here, "POST", "/hosts")
    uuid, key = registered.json()["uuid"].lower(), registered.headers["Host-Key"]
    login = f"/hosts/{uuid}/access_token"
    thief = Person(there, uuid, (await call(there, "GET", login)).json()["token"])
    again = Person(there, uuid, (await renewed(thief)).json()["token"])
    assert [await opens(one, there) for one in (thief, again)] == [True, True]
    first, second = await thief.connect(), await again.connect(here)
    shown = await call(here, "GET", login, headers={"Authorization": f"Host {key}"})
    owner = Person(here, uuid, shown.json()["token"])
    await dead_everywhere(pair, thief, first)
    await dead_everywhere(pair, again, second)
    assert (await call(there, "GET", login)).status_code == 404, "the uuid opens nothing more"
    assert [await opens(owner, url) for url in (here, there)] == [True, True]
    await first.close()
    await second.close()


async def test_b3_signing_out_ends_a_login_with_its_renewals_and_sockets_on_all_processes(
    pair: Deployment,
) -> None:
    here, there = pair.here.url, pair.there.url
    user = await new_user(here)
    form = {"username": str(user.name), "password": "correct horse 9"}
    other = Person(there, user.uuid, (await call(there, "POST", "/users/login", data=form)).text)
    again = Person(there, user.uuid, (await renewed(user)).json()["token"])
    sockets = [await one.connect(there) for one in (user, again)]
    for _ in range(2):
        left = await call(here, "DELETE", OUT, headers=user.headers)
        assert (left.status_code, left.json()) == (200, None)
    await dead_everywhere(pair, user, sockets[0])
    await dead_everywhere(pair, again, sockets[1])
    stays = [await opens(other, url) for url in (here, there)]
    assert stays == [True, True], "another device"
    async with await other.connect() as client:
        await client.command("presence.set", status="busy")
    for token in (None, "x", "x.y.z"):
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        assert (await call(here, "DELETE", OUT, headers=headers)).status_code == 401
    for socket in sockets:
        await socket.close()


async def test_b3_a_players_sign_out_ends_the_access_token_at_once_at_every_door(
    pair: Deployment,
) -> None:
    here, there = pair.here.url, pair.there.url
    said = {"grant_type": "anon", "portal_access_token": "a secret of this device"}
    said |= {"include_refresh": "true", "portal_display_name": "Ann"}
    body = {**said, "include_refresh": True}
    first = (await call(here, "POST", "/users/v1/login", json=body)).json()
    other = (await call(here, "POST", "/users/v1/login", json=body)).json()
    body |= {"grant_type": "refresh", "portal_access_token": first["refresh_token"]}
    second = (await call(there, "POST", "/users/v1/login", json=body)).json()

    async def reads(login: dict[str, str], url: str) -> int:
        headers = {"Authorization": f"Bearer {login['access_token']}"}
        answer = await call(url, "GET", "/session/v1/player/me/session", headers=headers)
        return answer.status_code

    assert [await reads(one, there) for one in (first, second, other)] == [200, 200, 200]
    socket = await Person(there, "", second["access_token"]).connect()
    out = {"refresh_token": first["refresh_token"]}
    assert (await call(here, "POST", "/users/v1/logout", json=out)).status_code == 204
    await until(lambda: socket.closed == 4503)
    for url in (here, there):
        assert [await reads(one, url) for one in (first, second, other)] == [403, 403, 200]
        for login in (first, second):
            body["portal_access_token"] = login["refresh_token"]
            answer = await call(url, "POST", "/users/v1/login", json=body)
            assert answer.json()["error_code"] == "refresh_token_not_found"
    await socket.close()


async def test_b3_renewing_ends_180_days_after_the_login(local: LocalLobby) -> None:
    host = await local.person()
    token = await tokens.issue_noted(local.lobby, await local.lobby.accounts.get(host.uuid))
    for _ in range(179):
        local.clock.advance(DAY)
        actor = await tokens.identify(local.lobby, token)
        token = await tokens.renew(local.lobby, Permit(actor))
    local.clock.advance(DAY / 2)
    actor = await tokens.identify(local.lobby, token)
    last = await tokens.renew(local.lobby, Permit(actor))
    claims = local.lobby.key_ring.read(last)
    assert claims.expires is not None
    assert claims.expires <= claims.login.at + 180 * DAY, "it does not outlive its login"
    local.clock.advance(DAY / 2 + 31)
    for one in (token, last):
        with pytest.raises(TokenExpired):
            await tokens.identify(local.lobby, one)


async def test_b3_a_token_without_expiry_ends_after_30_days_without_use(local: LocalLobby) -> None:
    await local.user()

    async def log_in() -> str:
        return await tokens.login_with_password(
            local.lobby, login="Ann", password="correct horse 9", address=ADDRESS
        )

    used, idle = await log_in(), await log_in()
    for _ in range(3):
        local.clock.advance(14 * DAY)
        assert (await tokens.identify(local.lobby, used)).name == "Ann"
    with pytest.raises(TokenExpired):
        await tokens.identify(local.lobby, idle)
    local.clock.advance(29 * DAY)
    await tokens.identify(local.lobby, used)
    local.clock.advance(30 * DAY + 1)
    with pytest.raises(TokenExpired):
        await tokens.identify(local.lobby, used)


async def test_b3_more_sign_outs_than_are_remembered_end_every_login(local: LocalLobby) -> None:
    user = await local.user()
    issued = [tokens.issue(local.lobby, user) for _ in range(MOST_ENDED + 2)]
    kept = issued.pop()
    for count, token in enumerate(issued, start=1):
        await sign_out.by_access_token(local.lobby, token, address=ADDRESS)
        assert len((await local.lobby.accounts.get(user.uuid)).ended) == count % (MOST_ENDED + 1)
    for token in (*issued, kept):
        with pytest.raises(TokenRevoked):
            await tokens.identify(local.lobby, token)
    account = await local.lobby.accounts.get(user.uuid)
    await tokens.identify(local.lobby, tokens.issue(local.lobby, account))
    await accounts.delete(local.lobby, Permit(user.actor()), account=user.uuid)
    with pytest.raises(TokenRevoked):
        await sign_out.by_access_token(local.lobby, kept, address=ADDRESS)
