"""The operator restricts players who sit, wait, are being matched or host, on two real processes: a
second later they are nowhere, and the others wait on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.stories.game_servers import PLAYING, SESSIONS
from tests.support.channel_client import Client
from tests.support.commands import lobby as command_line
from tests.support.deployments import Deployment, two_processes
from tests.support.game import entry, queue, regions, section, servers, session_type, uuid, written
from tests.support.people import Person, call
from tests.support.waiting import TIMEOUT, until

GAME = (
    servers()
    + regions("eu")
    + session_type("party", can_join_matchmaking=True)
    + entry("templates", session_type="game")
    + entry(
        "map_lists",
        id="arena",
        maps=[{"map_id": "canyon", "name": "/Game/Canyon", "map_weight": 1}],
    )
    + entry("instance_templates", id=uuid(1), map_list="arena", default_host_type="dedicated")
    + section("matchmaking", session_type="game", tick_ms=100)
    + entry("ranks", rank_id=1)
    + queue("duel", min_players_per_side=1, max_players_per_side=1)
    + queue("asked", min_players_per_side=1, max_players_per_side=1, ready_check_s=30)
)


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    game = written(tmp_path_factory.mktemp("game"), GAME)
    yield from two_processes(
        request, tmp_path_factory, catalogue=game, unattended_seconds=3_600, grace_seconds=60
    )


async def player(url: str, name: str) -> Person:
    said = {"grant_type": "anon", "portal_access_token": f"a secret of {name} and nobody else's"}
    answer = await call(url, "POST", "/users/v1/login", json=said)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return Person(url, body["active_player_uuid"], body["access_token"])


async def done(person: Person, method: str, path: str, **said: Any) -> Any:
    answer = await person.call(method, path, **said)
    assert answer.status_code < 300, answer.text
    return answer.json() if answer.content else None


async def party(leader: Person, *others: Person) -> str:
    asked = {**PLAYING, "session_type": "party", "region_id": "eu"}
    id = str((await done(leader, "POST", SESSIONS, json=asked))["session_id"])
    await done(leader, "PATCH", f"{SESSIONS}/{id}", json={"joinable": True})
    for other in others:
        path = f"{SESSIONS}/{id}/player/me"
        await done(other, "POST", path, json={**PLAYING, "team_id": 0})
    return id


async def enter(leader: Person, session: str, queue: str) -> str:
    path = f"{SESSIONS}/{session}/queue"
    return str((await done(leader, "POST", path, json={"queue_id": queue}))["ticket_id"])


async def operator(pair: Deployment, *words: str) -> dict[str, Any]:
    settings = {
        name.removeprefix("LOBBY_").lower(): value for name, value in pair.here.settings.items()
    }
    told = await asyncio.to_thread(command_line, pair.here.home, *words, **settings)
    assert told.returncode == 0, told.stderr
    shown: dict[str, Any] = json.loads(told.stdout)
    return shown


async def members(person: Person, session: str) -> set[str]:
    found = await done(person, "GET", f"{SESSIONS}/{session}")
    return {one["player_uuid"] for team in found["teams"] for one in team["players"]}


@pytest.mark.parametrize("by", ["http", "socket"])
async def test_a_second_later_they_are_nowhere(pair: Deployment, by: str) -> None:
    """In a party that waits; over HTTP only, or with a socket on the other process."""
    ann, bob = await player(pair.here.url, f"ann {by}"), await player(pair.there.url, f"bob {by}")
    session = await party(ann, bob)
    await done(bob, "GET", f"{SESSIONS}/{session}")
    socket: Client | None = await bob.connect() if by == "socket" else None
    async with await ann.connect() as channel:
        if socket is not None:
            await channel.watch("presence")
            await channel.until(lambda: bob.uuid in channel.states["presence"], timeout=TIMEOUT)
        await operator(pair, "restrict", bob.uuid)
        # 1. Out of the seat, as the others read it on either process, without waiting.
        assert await members(ann, session) == {ann.uuid}
        assert await members(Person(pair.there.url, ann.uuid, ann.token), session) == {ann.uuid}
        # 2. No token is good, on either.
        for url in (pair.here.url, pair.there.url):
            again = await call(url, "GET", "/session/v1/regions", headers=bob.headers)
            assert again.status_code in (401, 403)
        # 3. Offline, though they might have come back.
        if socket is not None:
            assert await socket.until_closed(TIMEOUT) == 4503
            await channel.until(lambda: bob.uuid not in channel.states["presence"], timeout=TIMEOUT)
            await socket.close()
    shown = await operator(pair, "player", "show", bob.uuid)
    assert (shown["sessions"], shown["queue"], shown["online"]) == ([], None, False)


@pytest.mark.parametrize("queue", ["duel", "asked"])
async def test_the_others_of_a_match_wait_on(pair: Deployment, queue: str) -> None:
    """While they are asked whether they are ready, and while a game server is looked for."""
    ann = await player(pair.here.url, f"ann of {queue}")
    bob = await player(pair.there.url, f"bob of {queue}")
    first, second = await party(ann), await party(bob)
    ticket = await enter(ann, first, queue)
    await enter(bob, second, queue)
    async with await ann.connect() as channel:
        await channel.watch(f"queue:{ticket}")
        state = channel.states[f"queue:{ticket}"]
        since = state["since"]
        await channel.until(
            lambda: channel.states[f"queue:{ticket}"]["state"] != "waiting", timeout=TIMEOUT
        )
        await operator(pair, "restrict", bob.uuid)
        await channel.until(
            lambda: channel.states[f"queue:{ticket}"]["state"] == "waiting", timeout=TIMEOUT
        )
        assert channel.states[f"queue:{ticket}"]["since"] == since
        shown = await operator(pair, "player", "show", bob.uuid)
        assert (shown["sessions"], shown["queue"]) == ([], None)
        shown = await operator(pair, "player", "show", ann.uuid)
        assert shown["queue"]["state"] == "waiting"
        await done(ann, "DELETE", f"{SESSIONS}/{first}/queue")


async def test_what_they_host_is_listed_no_more_and_their_poll_ends(pair: Deployment) -> None:
    """Whoever sat there is told, and a long poll of theirs does not last."""
    registered = (await call(pair.there.url, "POST", "/hosts")).json()["uuid"].lower()
    login = await call(pair.there.url, "GET", f"/hosts/{registered}/access_token")
    host = Person(pair.there.url, registered, login.json()["token"])
    await done(host, "POST", "/sessions", json={"host": host.uuid})
    cat = await player(pair.there.url, "cat")
    path = "/notification/v1/player/me/stream/notification/lp"
    waiting = asyncio.ensure_future(
        cat.call("GET", path, params={"deadline": "120"}, timeout=2 * TIMEOUT)
    )
    async with await cat.connect(pair.here.url) as channel:
        await channel.watch("sessions")
        listed = channel.states["sessions"]
        assert any(one["host"] == host.uuid for one in listed.values())
        await operator(pair, "restrict", host.uuid)
        await until(
            lambda: not any(one["host"] == host.uuid for one in channel.states["sessions"].values())
        )
    await operator(pair, "restrict", cat.uuid)
    async with asyncio.timeout(TIMEOUT):
        assert (await waiting).status_code in (401, 403)
