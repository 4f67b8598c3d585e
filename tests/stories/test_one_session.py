"""A session is one and the same whichever door made it, whoever looks, and by whichever way they
come: hosts and users over the channel and by requests, players by theirs.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.deployments import Deployment, over
from tests.support.game import regions, session_type, written
from tests.support.people import Person, call, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.services import PostgresServer, RedisServer
from tests.support.waiting import until

GAME = (
    regions("eu")
    + session_type(
        "game",
        players_per_team=3,
        platform_templates={"Steam": {"platform_session_type": "lobby"}},
    )
    + session_type("lounge")
)
BRINGS = {"client_version": "1.0.0", "client_settings": {"platform": "Steam", "input": "gamepad"}}
SESSION = "/session/v1/session"
Json = dict[str, Any]


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def lobby(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    home = tmp_path_factory.mktemp("lobby")
    game = written(home, GAME)
    if request.param == "one-process":
        alone = LobbyProcess(home, catalogue=game).start()
        yield Deployment(alone, alone)
        alone.remove()
        return
    redis: RedisServer = request.getfixturevalue("redis_server")
    postgres: PostgresServer = request.getfixturevalue("postgres_server")
    yield from over(redis, postgres, tmp_path_factory, catalogue=game)


async def new_player(url: str, name: str = "") -> Person:
    said = {
        "grant_type": "anon",
        "portal_access_token": uuid.uuid4().hex,
        "portal_display_name": name,
    }
    told = (await call(url, "POST", "/users/v1/login", json=said)).json()
    return Person(url, told["active_player_uuid"], told["access_token"], name)


async def make(player: Person, type: str = "game") -> str:
    said = {"session_type": type, **BRINGS}
    made = await player.call("POST", SESSION, json=said)
    assert made.status_code == 200, made.text
    return str(made.json()["session_id"])


async def open_up(player: Person, id: str) -> None:
    opened = await player.call("PATCH", f"{SESSION}/{id}", json={"joinable": True})
    assert opened.status_code == 200


async def come(player: Person, id: str) -> tuple[int, str]:
    answer = await player.call(
        "POST", f"{SESSION}/{id}/player/me", json={"team_id": 0, "status": "member", **BRINGS}
    )
    return answer.status_code, answer.json().get("error_code", "")


async def place(player: Person, id: str, other: Person, **wish: Any) -> Json:
    path = f"{SESSION}/{id}/player/uuid/{other.uuid}"
    answer = await player.call("POST", path, json={"team_id": 0, **wish})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


async def statuses(reader: Person, id: str) -> dict[str, str]:
    """As a player reads it."""
    answer = await reader.call("GET", f"{SESSION}/{id}")
    assert answer.status_code == 200, answer.text
    teams = answer.json()["teams"]
    return {one["player_uuid"]: one["status"] for team in teams for one in team["players"]}


def sitting(client: Client, id: str) -> set[str]:
    """As a watcher sees it."""
    seats = client.states[f"session:{id}"]["seats"].values()
    return {seat["player"] for seat in seats if seat["status"] == "taken"}


def teams_of(client: Client, id: str, player: Person) -> list[int]:
    """Of each seat that a watcher sees them in."""
    seats = client.states[f"session:{id}"]["seats"].values()
    return [seat["team"] for seat in seats if seat.get("player") == player.uuid]


async def until_sitting(id: str, people: set[str], *watchers: Client) -> None:
    for watcher in watchers:
        await watcher.until(lambda watcher=watcher: sitting(watcher, id) == people)  # type: ignore[misc]


async def until_told(player: Person, etag: str | None) -> None:
    """Of this state of a session, and of nothing newer; None: that they are out."""

    async def told() -> bool:
        page = await player.call("GET", "/notification/v1/player/me/notification")
        found = page.json()["notifications"]
        return bool(found) and found[0].get("etag") == etag

    await until(told)


async def test_what_a_host_launched_is_the_players_too(lobby: Deployment) -> None:
    here, there = lobby.here.url, lobby.there.url
    host, guest, ann = await new_host(here), await new_user(there), await new_player(here, "Ann")
    hosting, looking = await host.connect(), await ann.connect(there)
    # 1. A host opens their door and launches; a player looks on, at the socket and by request.
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    await hosting.watch(f"session:{id}")
    await looking.watch(f"session:{id}")
    assert await statuses(ann, id) == {host.uuid: "leader"}
    # 2. A user joins by the host's name: everybody sees it, whichever way they look.
    joined = await guest.call(
        "POST", "/sessions/players", json={"host": host.uuid, "guest": guest.uuid}
    )
    assert joined.json() == {"session_id": int(id)}
    assert await statuses(ann, id) == {host.uuid: "leader", guest.uuid: "member"}
    await until_sitting(id, {host.uuid, guest.uuid}, hosting, looking)
    # 3. The player comes by their own path, and is where the others look.
    assert await come(ann, id) == (200, "")
    everybody = {host.uuid, guest.uuid, ann.uuid}
    await until_sitting(id, everybody, hosting, looking)
    slots = (await guest.call("GET", f"/slots?session={id}")).json()
    assert [slot["status"] for slot in slots[:4]] == ["taken", "taken", "taken", "free"]
    # 4. What the host changes over the channel is notified to the player.
    await hosting.command("session.update", session=id, joinable=False)
    etag = (await ann.call("GET", f"{SESSION}/{id}")).headers["ETag"]
    await until_told(ann, etag)
    # 5. It is its host's: nobody else leads it, and with the host it ends.
    path = f"{SESSION}/{id}/player/uuid/{ann.uuid}"
    stays = await ann.call("POST", path, json={"status": "leader", "team_id": 0})
    assert stays.status_code == 403
    await hosting.command("session.close", session=id)
    assert (await ann.call("GET", f"{SESSION}/{id}")).json()["error_code"] == "session_not_found"
    await until_told(ann, None)
    await looking.until(lambda: f"session:{id}" in looking.ended)
    for client in (hosting, looking):
        await client.close()


async def test_what_a_player_made_is_everybodys_too(lobby: Deployment) -> None:
    here, there = lobby.here.url, lobby.there.url
    ann, bob = await new_player(here, "Ann"), await new_player(there, "Bob")
    user = await new_user(there)
    clients = looking, inviting, playing = [await one.connect(there) for one in (ann, user, bob)]
    for client in (inviting, playing):
        await client.watch("inbox")
    # 1. A player makes a session and invites a player and a user: both hear it on their sockets.
    id = await make(ann)
    await looking.watch(f"session:{id}")
    for other in (user, bob):
        assert (await place(ann, id, other, status="invited"))["status"] == "invited"
    for client in (inviting, playing):
        entry = await client.until(lambda client=client: [*client.entries["inbox"].values()])  # type: ignore[misc]
        assert (entry[0]["kind"], entry[0]["session"]) == ("session_invited", id)
    # 2. The user joins over the channel, the player by request.
    await inviting.command("session.join", session=id)
    assert await come(bob, id) == (200, "")
    await until_sitting(id, {ann.uuid, bob.uuid, user.uuid}, looking)
    wanted = {ann.uuid: "leader", bob.uuid: "member", user.uuid: "member"}
    assert await statuses(bob, id) == wanted
    # 3. The player is moved to another team, and the user is made the leader.
    assert (await place(ann, id, bob, team_id=1))["team_id"] == 1
    assert await looking.until(lambda: teams_of(looking, id, bob) == [1])
    await place(ann, id, user, status="leader")
    # 4. The user asks the player to go, over the channel: one last word, and a limited view.
    await inviting.command("session.kick", session=id, guest=bob.uuid)
    await until_sitting(id, {ann.uuid, user.uuid}, looking)
    await until_told(bob, None)
    assert await statuses(bob, id) == {ann.uuid: "member", user.uuid: "leader"}
    # 5. The user leaves over the channel: whoever is left leads again, and is told so.
    await inviting.command("session.leave", session=id)
    assert await statuses(ann, id) == {ann.uuid: "leader"}
    await until_told(ann, (await ann.call("GET", f"{SESSION}/{id}")).headers["ETag"])
    for client in clients:
        await client.close()


async def test_whom_the_leader_bans_stays_out_on_every_path(lobby: Deployment) -> None:
    here, there = lobby.here.url, lobby.there.url
    ann, bob = await new_player(here, "Ann"), await new_player(there, "Bob")
    user = await new_user(there)
    leading, banned = await ann.connect(), await user.connect()
    id = await make(ann)
    await open_up(ann, id)
    linked = base64.urlsafe_b64encode(f"LOBBY:{id}".encode()).decode()
    platform = f"/session/v1/platform/Steam/platform-session/{linked}"
    assert (await ann.call("POST", f"{platform}/session/{id}")).status_code == 200
    # 1. Both sit there; the ban takes their seats, and tells them.
    assert await come(bob, id) == (200, "")
    await banned.command("session.join", session=id)
    for other in (bob, user):
        await leading.command("host.ban", guest=other.uuid)
    assert await statuses(ann, id) == {ann.uuid: "leader"}
    await until_told(bob, None)
    # 2. No path of the player's leads back.
    body = {"team_id": 0, **BRINGS}
    for path, no in {
        f"{SESSION}/{id}": (404, "session_not_found"),
        platform: (403, "insufficient_permissions"),
    }.items():
        refused = await bob.call("POST", f"{path}/player/me", json=body)
        assert (refused.status_code, refused.json()["error_code"]) == no
    assert (await bob.call("GET", f"{SESSION}/{id}")).status_code == 404
    path = f"{SESSION}/{id}/player/uuid/{bob.uuid}"
    again = await ann.call("POST", path, json={"status": "invited", "team_id": 0})
    assert again.json()["error_code"] == "guest_not_welcome"
    # 3. Nor does any of the user's.
    with pytest.raises(Refused, match="session_not_found"):
        await banned.command("session.join", session=id)
    with pytest.raises(Refused, match="session_not_found"):
        await banned.command("watch", topic=f"session:{id}")
    assert (await user.call("GET", f"/slots?session={id}")).status_code == 404
    assert (await user.call("POST", f"/slots/{int(id) + 3}/reserve")).status_code == 404
    for client in (leading, banned):
        await client.close()


async def test_where_hosts_decide_they_do_so_on_every_path(lobby: Deployment) -> None:
    here, there = lobby.here.url, lobby.there.url
    ann, bob = await new_player(here, "Ann"), await new_player(there, "Bob")
    nameless, user = await new_player(there), await new_user(there)
    leading, joining = await ann.connect(), await user.connect()
    id = await make(ann, "lounge")
    # 1. Only friends: nobody else comes, by request, over the channel, or when asking for any.
    assert await come(bob, id) == (403, "guest_not_welcome")
    with pytest.raises(Refused, match="guest_not_welcome"):
        await joining.command("session.join", session=id)
    assert await make(bob, "lounge") != id
    # 2. A friend comes over the channel.
    await leading.command("host.befriend", friend=user.uuid)
    await joining.command("session.join", session=id)
    # 3. Whoever has a name comes when the door is open, and who has none when they may.
    await leading.command("host.set", only_friends=False)
    assert await come(bob, id) == (200, "")
    assert await come(nameless, id) == (403, "guest_not_welcome")
    await leading.command("host.set", allow_nonames=True)
    assert await come(nameless, id) == (200, "")
    people = {ann.uuid: "leader", **dict.fromkeys((bob.uuid, user.uuid, nameless.uuid), "member")}
    assert await statuses(nameless, id) == people
    for client in (leading, joining):
        await client.close()
