"""Forty bodies that no operation takes, at every door that reads one: the client's fault each time,
and never the lobby's."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest

from tests.support.hostile_bodies import BODIES
from tests.support.people import Person, new_host
from tests.support.processes import LobbyProcess
from tests.support.server_status import API, User, new_admin

THE_CLIENTS = {400, 413, 422}
DOORS = {
    "sessions": ("POST", "/sessions"),
    "a field of a host": ("PUT", "/hosts/{host}/only_friends"),
    "registration": ("POST", "/users"),
    "login": ("POST", "/users/login"),
    "a user": ("PUT", API + "/users/{login}"),
    "a field of a user": ("PUT", API + "/users/{login}/name"),
    "nicknames": ("PUT", API + "/users/{login}/nicknames"),
    "a login of player services": ("POST", "/users/v1/login"),
}
"""One operation for each way in which a body is read."""
GOOD = {("nicknames", "a list"), ("a user", "an empty object")}
"""Bodies that mean something there."""


@dataclass
class World:
    process: LobbyProcess
    http: httpx2.Client
    host: Person
    user: User

    def send(self, door: str, body: str) -> int:
        (method, path), (content, type_) = DOORS[door], BODIES[body]
        token = self.user.access if path.startswith(API) else self.host.token
        return self.http.request(
            method,
            path.format(host=self.host.uuid, login=self.user.login),
            content=content,
            headers={"Content-Type": type_, "Authorization": f"Bearer {token}"},
        ).status_code


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    home = tmp_path_factory.mktemp("bodies")
    process = LobbyProcess(home, admin_socket="lobby.sock").start()
    try:
        host = asyncio.run(new_host(process.url))
        with httpx2.Client(base_url=process.url) as http:
            yield World(process, http, host, new_admin(process, http))
    finally:
        process.remove()


def test_d4_there_are_forty() -> None:
    assert len(BODIES) >= 40


@pytest.mark.parametrize("door", DOORS)
def test_d4_a_hostile_body_is_the_clients_fault_and_breaks_nothing(door: str, world: World) -> None:
    statuses = {body: world.send(door, body) for body in BODIES if (door, body) not in GOOD}
    assert {body: s for body, s in statuses.items() if s not in THE_CLIENTS} == {}
    assert '"broken"' not in world.process.log
