"""One account in every document and on the channel: who comes, changes, and goes is so everywhere,
on every process, within a second.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.channel_client import Client
from tests.support.checked_clients import recorded
from tests.support.deployments import Deployment
from tests.support.people import Person
from tests.support.pictures import data_url, png
from tests.support.server_status import (
    PASSWORD,
    User,
    add,
    basic,
    error,
    needs_refresh,
    new_admin,
    new_login,
)
from tests.support.waiting import soon, until


@dataclass
class Stage:
    """The administrator asks here; `there` asks as somebody on the other process."""

    lobby: Deployment
    admin: User
    eyes: User

    def add(self, **fields: Any) -> tuple[User, Person]:
        """A new user by administrator's hand, and the same one on the channel."""
        user = add(self.admin, **fields)
        form = {"username": user.login, "password": PASSWORD}
        token = self.eyes.http.post("/users/login", data=form)
        assert token.status_code == 200
        return user, Person(self.lobby.there.url, "", token.text, user.login)

    def there(self, user: User) -> User:
        """The same login, asking the other process."""
        return User(self.eyes.http, user.login, user.access, user.refresh)


@pytest.fixture(scope="module")
def stage(lobby: Deployment) -> Iterator[Stage]:
    with recorded(lobby.here.url) as here, recorded(lobby.there.url) as there:
        admin = new_admin(lobby.here, here)
        yield Stage(lobby, admin, User(there, admin.login).log_in())


async def test_who_connects_is_online_in_every_process_and_who_leaves_is_not(stage: Stage) -> None:
    nickname = new_login("Nick")
    user, person = stage.add(nicknames=[nickname])
    asking = (stage.admin, stage.eyes)

    def online(who: bool) -> bool:
        path = f"/users/{user.login}"
        for one in asking:
            shown = {"nickname": nickname, "login": user.login} in one.get("/server/players/sample")
            states = {
                one.get(path)["isOnline"],
                one.get(f"{path}/online")["isOnline"],
                one.get(f"{path}/is-online")["isOnline"],
                shown,
            }
            if states != {who}:
                return False
        return True

    assert online(False)
    before = stage.admin.get("/server/players/count")["online"]
    # 1. They come: online within a second, everywhere.
    client = await person.connect()
    await until(lambda: online(True), soon())
    assert [one.get("/server/players/online")["online"] for one in asking] == [before + 1] * 2
    # 2. They wish not to be seen: as if they had left.
    await client.command("presence.set", status="invisible")
    await until(lambda: online(False), soon())
    await client.command("presence.set", status="busy")
    await until(lambda: online(True), soon())
    # 3. They drop: still there for the grace period, then gone.
    await client.drop()
    assert online(True)
    await until(lambda: online(False), 3)
    # 4. A goodbye is at once.
    async with await person.connect():
        await until(lambda: online(True), soon())
    await until(lambda: online(False), soon())
    assert stage.admin.get("/server/players/online") == {"online": before}


@dataclass
class WatchedSession:
    """A session in which a host and a guest sit, and a page that shows it and who is present."""

    id: str
    hosting: Client
    joining: Client
    page: Client

    def names(self) -> list[tuple[str, str]]:
        """Of the host and in the guest's seat: as the host sees it, the guest, and the page."""
        states = [client.states[f"session:{self.id}"] for client in (self.hosting, self.joining)]
        states.append(self.page.states["sessions"][self.id])
        return [(state["host_name"], state["seats"]["1"]["name"]) for state in states]

    def icon(self, who: Client) -> Any:
        """As the page shows it; KeyError when it shows none."""
        return self.page.states["presence"][who.uuid]["icon"]

    async def until_seen(self, who: Client, **fields: str | None) -> None:
        """Until the page shows these of them; None: not at all."""

        def seen() -> bool:
            person = self.page.states["presence"][who.uuid]
            return {name: person.get(name) for name in fields} == fields

        await self.page.until(seen, soon())


async def a_session_is_watched(url: str, host: Person, guest: Person) -> WatchedSession:
    hosting, joining = await host.connect(url), await guest.connect()
    page = await Client.connect(url)
    await page.watch("presence")
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=id)
    await page.watch("sessions")
    for client in (hosting, joining):
        await client.watch(f"session:{id}")
    await joining.watch(f"host:{hosting.uuid}")
    return WatchedSession(id, hosting, joining, page)


async def test_watchers_see_names_nicknames_and_icons_change(stage: Stage) -> None:
    (host, host_person), (guest, guest_person) = stage.add(), stage.add()
    watched = await a_session_is_watched(stage.lobby.here.url, host_person, guest_person)
    hosting, joining, page = watched.hosting, watched.joining, watched.page
    await until(lambda: watched.names() == [(host.login, guest.login)] * 3, soon())
    # 1. Both take another name; the administrator gives one of them.
    stage.there(host).own("PUT", "/name", json={"name": "Hostess"})
    stage.admin.call("PUT", f"/users/{guest.login}", json={"name": "Guest One"})
    await watched.until_seen(hosting, name="Hostess")
    await watched.until_seen(joining, name="Guest One")
    await until(lambda: watched.names() == [("Hostess", "Guest One")] * 3, soon())
    state = f"host:{hosting.uuid}"
    await joining.until(lambda: joining.states[state]["name"] == "Hostess", soon())
    # 2. Nicknames: the first is shown, and none when there is none.
    one, two = new_login("One"), new_login("Two")
    guest.own("PUT", "/nicknames", json=[one, two])
    await watched.until_seen(joining, name="Guest One", nickname=one)
    guest.own("DELETE", f"/nicknames/{one}")
    await watched.until_seen(joining, nickname=two)
    guest.own("DELETE", "/nicknames")
    await watched.until_seen(joining, nickname=None, name="Guest One")
    # 3. Icons: told by a digest that changes with the picture.
    stage.there(guest).own("PUT", "/icon", json={"icon": data_url(png(4, 4))})
    first = await page.until(lambda: watched.icon(joining), soon())
    guest.own("PUT", "/icon", json={"icon": data_url(png(5, 5))})
    await page.until(lambda: watched.icon(joining) != first, soon())
    guest.own("PUT", "/icon", json={"icon": None})
    await watched.until_seen(joining, icon=None, name="Guest One")
    # 4. Without a name they go by their login again.
    stage.there(host).own("PUT", "/name", json={"name": None})
    await until(lambda: watched.names() == [(host.login, "Guest One")] * 3, soon())
    for client in (page, hosting, joining):
        assert (client.violations, client.gaps) == ([], 0)
        await client.close()


async def test_who_is_deleted_is_gone_from_everywhere(stage: Stage) -> None:
    (leader, leader_person), (guest, guest_person) = stage.add(), stage.add()
    _, other_person = stage.add()
    leading, sitting = await leader_person.connect(), await guest_person.connect()
    knowing = await other_person.connect(stage.lobby.here.url)
    page = await Client.connect(stage.lobby.here.url)
    await page.watch("presence")
    await page.watch("sessions")
    # 1. One hosts a session, one sits in another's, and that other knows both.
    await leading.command("session.launch")
    await knowing.command("host.set", only_friends=False)
    id = (await knowing.command("session.launch"))["session"]["id"]
    await sitting.command("session.join", session=id)
    await knowing.command("host.befriend", friend=leading.uuid)
    await knowing.command("host.befriend", friend=sitting.uuid)
    await knowing.command("host.ban", guest=leading.uuid)
    await page.until(lambda: {leading.uuid, knowing.uuid} <= hosts(page))
    guest.own("PUT", "/icon", json={"icon": data_url(png())})
    # 2. One goes by their own wish, on the other process; one by the administrator's.
    assert stage.there(leader).own("DELETE") == {}
    assert stage.admin.call("DELETE", f"/users/{guest.login}").json() == {}
    # 3. Sockets, seats, session, presence, friendships and bans go with them.
    assert await leading.until_closed(soon()) == 4503
    assert await sitting.until_closed(soon()) == 4503
    await page.until(lambda: leading.uuid not in hosts(page), soon())
    await page.until(lambda: page.states["sessions"][id]["seats"]["1"]["status"] == "free", soon())
    gone = {leading.uuid, sitting.uuid}
    await page.until(lambda: gone.isdisjoint(page.states["presence"]), soon())
    lists = (await other_person.call("GET", f"/hosts/{knowing.uuid}")).json()
    assert (lists["friends"], lists["banlist"]) == ([], [])
    # 4. No token of theirs opens anything any more, nor does the password.
    for user, person in ((leader, leader_person), (guest, guest_person)):
        await nothing_of_theirs_opens_a_door(stage, user, person)
    # 5. Whoever comes by the same login is somebody new.
    again = add(stage.admin, guest.login)
    assert again.own("GET", "?icon")["icon"] is None
    await page.close()
    await knowing.close()


async def until_worthless(user: User) -> None:
    await until(lambda: needs_refresh(user.call("GET", "/users")), soon())


async def nothing_of_theirs_opens_a_door(stage: Stage, user: User, person: Person) -> None:
    for http in (stage.admin.http, stage.eyes.http):
        asking = User(http, user.login, user.access, user.refresh)
        await until_worthless(asking)
        assert error(asking.renew())
        assert error(http.post("/api/auth", headers=basic(user.login, PASSWORD)))
        assert http.get("/users", headers=person.headers).status_code == 401
    assert error(stage.eyes.call("GET", f"/users/{user.login}"))


def hosts(page: Client) -> set[str]:
    return {session["host"] for session in page.states["sessions"].values()}


async def test_a_new_password_closes_every_door_that_the_old_one_opened(stage: Stage) -> None:
    user, person = stage.add()
    elsewhere = User(stage.eyes.http, user.login).log_in()
    client = await person.connect()
    assert user.own("PUT", "/password", json={"password": "another horse 8"}) == {}
    assert await client.until_closed(soon()) == 4503
    await until(lambda: needs_refresh(elsewhere.call("GET", "/users")), soon())
    assert error(elsewhere.renew())
    assert (await person.call("GET", "/users")).status_code == 401
    # The login that set it goes on, on either process, and renews.
    await until(lambda: not needs_refresh(stage.there(user).call("GET", "/users")), soon())
    assert user.own("GET", "/login")
    there = stage.there(user)
    there.take(there.renew())
    assert there.own("GET", "/login")


async def test_an_administrators_powers_end_in_every_process(stage: Stage) -> None:
    boss, _ = stage.add(isAdmin=True)
    there = stage.there(boss)
    assert there.get("/console-available")
    stage.admin.call("PUT", f"/users/{boss.login}/is-admin", json={"isAdmin": False})
    await until(lambda: there.call("GET", "/console-available").status_code == 403, soon())
    stage.admin.call("PUT", f"/users/{boss.login}/is-admin", json={"isAdmin": True})
    await until(lambda: there.call("GET", "/console-available").status_code == 200, soon())


async def test_odd_logins_are_as_unknown_as_any(stage: Stage) -> None:
    for login in ("\ud7ff", "ä" * 300, "'; DROP TABLE documents; --", "%00"):
        assert error(stage.eyes.http.post("/api/auth", headers=basic(login, PASSWORD)))
