"""The list of all users, asked for by many at once, and by clients of other kinds."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing

import httpx2
import pytest

from tests.support.checked_clients import recorded
from tests.support.crowd import fill
from tests.support.server_status import API, PASSWORD, User
from tests.support.server_thread import Served, serving
from tests.support.waiting import TIMEOUT, block_until

USERS = 20_000
LISTED = f"{API}/users"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    file = tmp_path_factory.mktemp("crowd") / "lobby.db"
    fill(file, accounts=USERS, nicknames=300)
    with serving(database_url=f"sqlite:{file}", lists_per_account=2, lists_per_address=3) as served:
        yield served


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with recorded(served.url) as http:
        yield http


def registered(http: httpx2.Client, name: str) -> User:
    http.post("/users", data={"username": name, "password": PASSWORD})
    return User(http, name).log_in()


@pytest.fixture(scope="module")
def user(http: httpx2.Client) -> User:
    return registered(http, "reader")


@pytest.fixture(scope="module")
def other(http: httpx2.Client) -> User:
    return registered(http, "reader2")


class Reader:
    """Asks for the list, and reads no more than its status and the first bytes."""

    def __init__(self, served: Served, user: User) -> None:
        port = int(served.url.rpartition(":")[2])
        self.link = socket.create_connection(("127.0.0.1", port), TIMEOUT)
        head = f"GET {LISTED} HTTP/1.1\r\nHost: localhost\r\nAuthorization: {user.access}\r\n\r\n"
        self.link.sendall(head.encode())
        self.status = int(self.link.recv(512).split()[1])

    def close(self) -> None:
        self.link.close()


def test_d8_the_list_is_whole_in_order_and_as_each_user_alone(user: User) -> None:
    everybody = user.get("/users?nicknames")
    assert [one["login"] for one in everybody[:USERS]] == [f"user{n + 1}" for n in range(USERS)]
    assert everybody[7] == user.get("/users/user8?nicknames")
    assert everybody[7]["nicknames"] == ["Wolf 8", "Bear 8", "Hawk 8"]


def test_d8_a_client_of_http_1_0_gets_the_same(served: Served, user: User) -> None:
    port = int(served.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), TIMEOUT) as link, link.makefile("rb") as got:
        head = f"GET {LISTED} HTTP/1.0\r\nAuthorization: {user.access}\r\n\r\n"
        link.sendall(head.encode())
        headers, _, body = got.read().partition(b"\r\n\r\n")
    assert b"chunked" not in headers.lower()
    assert json.loads(body) == user.get("/users")


def test_d8_an_account_and_an_address_get_so_many_at_once_and_who_goes_makes_room(
    served: Served, user: User, other: User
) -> None:
    with ExitStack() as readers:

        def reads(user: User) -> int:
            return readers.enter_context(closing(Reader(served, user))).status

        assert [reads(user) for _ in range(3)] == [200, 200, 429]
        assert [reads(other) for _ in range(2)] == [200, 429]
        refused = other.call("GET", "/users")
        assert refused.status_code == 429
        assert "this address is being sent 3 long lists" in refused.json()["error"]
        assert refused.headers["Retry-After"] == "5"
        assert other.get(f"/users/{user.login}")["login"] == user.login
    block_until(lambda: other.call("GET", "/users").status_code == 200)
