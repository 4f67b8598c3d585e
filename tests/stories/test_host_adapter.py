"""A game server behind the vendor's host adapter: its very requests, and how strictly it reads. It
logs in, registers, polls, is allocated, and outlives restarts of the lobby.
"""

from __future__ import annotations

import http.client
import json
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from lobby.identity.tokens import LEEWAY_SECONDS
from tests.stories.game_servers import PLAYING, SESSIONS
from tests.support.game import SERVERS, regions, section, servers, session_type, written
from tests.support.processes import LobbyProcess
from tests.support.waiting import block_until

FORBIDDEN = 403
MOST_FAILURES = 5
"""More failed polls than one after these are fatal."""
TOKEN_SECONDS = 2
GAME = (
    servers()
    + section("auth", token_ttl_s=TOKEN_SECONDS)
    + regions("eu")
    + session_type("game", players_per_team=3)
)


class Failed(Exception):
    """The adapter gives up."""


class Adapter:
    """One connection a request; the `Host` without the port; JSON with its charset.

    `by_client`: its name and password by HTTP Basic, else as the login's secret.
    """

    def __init__(self, url: str, *, by_client: bool) -> None:
        self.where, self.by_client = urlsplit(url), by_client
        self.access = self.refresh = ""
        self.failures = 0
        self.logins: list[str] = []

    def send(self, method: str, path: str, body: Any = None, *, auth: str = "") -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self.where.hostname or "", self.where.port)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            said = b"" if body is None else json.dumps(body).encode()
            headers = {"Host": self.where.hostname, "User-Agent": "adapter", "Authorization": auth}
            if said:
                headers["Content-Type"] = "application/json; charset=utf-8"
                headers["Content-Length"] = str(len(said))
            for name, value in headers.items():
                if value:
                    connection.putheader(name, value)
            connection.endheaders(said)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text else None
        finally:
            connection.close()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """As the game: 403 once is a token that is over."""
        for _ in range(2):
            status, found = self.send(method, path, body, auth=f"Bearer {self.access}")
            if status != FORBIDDEN:
                break
            self.log_in()
        assert status < 300, found
        return found

    def log_in(self) -> None:
        """By the refresh token, if there is one, and then without Basic."""
        name, password = SERVERS
        said: dict[str, Any] = {"grant_type": "refresh", "portal_access_token": self.refresh}
        auth = ""
        if not self.refresh and self.by_client:
            said = {"grant_type": "client_credentials", "include_refresh": True}
            auth = f"Basic {b64encode(f'{name}:{password}'.encode()).decode()}"
        elif not self.refresh:
            said = {"grant_type": "basic", "portal_access_token": f"{name}:{password}"}
            said |= dict.fromkeys(("include_refresh", "accept_eula", "accept_tos"), True)
        self.logins.append(str(said["grant_type"]))
        status, found = self.send("POST", "/users/v1/login", said, auth=auth)
        if status != 200:
            raise Failed(found)
        self.access = found["access_token"]
        self.refresh = found.get("refresh_token", self.refresh)

    def register(self) -> None:
        tags = "profile_id:7,server_id:eu-1,hostname:adapter,eu"
        offer: dict[str, Any] = {"id": "sic_eu-1_7777", "group_tags": tags}
        offer |= {"public_host": "203.0.113.7", "public_port": 7777}
        one = self.about("v3/register", offer)
        if not one["success"] and one["error_code"] != 6:
            raise Failed(one)

    def poll(self) -> tuple[str, str] | None:
        """The allocation and its session, once there is one."""
        try:
            one = self.about("v1/state", {"id": "sic_eu-1_7777"})
        except OSError as away:
            one = {"success": False, "why": str(away)}
        if one["success"] and one["state"] == "allocated":
            return one["allocation_id"], one["session_id"]
        if one["success"] and one["state"] in ("allocating", "deallocated"):
            self.failures = 0
        else:
            self.failed(one)
        return None

    def failed(self, why: object) -> None:
        self.failures += 1
        if self.failures > MOST_FAILURES + 1:
            raise Failed(why)

    def about(self, way: str, said: Any) -> Any:
        """The answer's first item, read as a typed parser does: an integer and no other number."""
        found = self.call("POST", f"/instances/sic_registration/{way}", {"items": [said]})
        one = found["items"][0]
        assert type(one["success"]) is bool
        assert type(one["error_code"]) is int
        assert (one["error_code"] == 0) is one["success"]
        assert type(one["state"]) is str
        return one


class Player:
    """Somebody who logs in for each request: tokens are short here."""

    def __init__(self, url: str, name: str) -> None:
        self.adapter = Adapter(url, by_client=False)
        self.secret = f"{name}'s own secret"

    def __call__(self, method: str, path: str, body: Any = None) -> Any:
        secret = {"grant_type": "anon", "portal_access_token": self.secret}
        _, login = self.adapter.send("POST", "/users/v1/login", secret)
        auth = f"Bearer {login['access_token']}"
        status, found = self.adapter.send(method, path, body, auth=auth)
        assert status < 300, found
        return found


def test_a_host_behind_the_adapter_is_allocated_and_outlives_restarts(
    own_lobby: LobbyProcess,
) -> None:
    own_lobby.settings["LOBBY_CATALOGUE"] = str(written(own_lobby.home, GAME))
    own_lobby.start()
    adapter, ann = Adapter(own_lobby.url, by_client=True), Player(own_lobby.url, "Ann")
    bob = Player(own_lobby.url, "Bob")
    waits_through_a_restart(own_lobby, adapter)
    # 4. Ann's session wants a server; the next poll is given it, as the session shows already.
    session = ann("POST", SESSIONS, {**PLAYING, "session_type": "game"})["session_id"]
    asked = {"map": "/Game/Canyon", "misc_params": ""}
    wanted = {"host_type": "dedicated", "instance_startup_params": asked}
    ann("POST", f"{SESSIONS}/{session}/instance", wanted)
    allocation, given = adapter.poll() or ("", "")
    assert given == session
    shown = found(adapter, allocation)
    # 5. It opens; a stop of the lobby takes nothing from it, and registering again neither.
    opened(adapter, session, allocation)
    restarted(own_lobby, own_lobby.stop, adapter)
    adapter.register()
    assert adapter.poll() == (allocation, session)
    # 6. It is restarted itself, with its older way to log in, and is what it was.
    adapter = Adapter(own_lobby.url, by_client=False)
    adapter.log_in()
    adapter.register()
    assert adapter.poll() == (allocation, session)
    # 7. It waits for what happens in its session, and hears that Bob has come.
    ann("PATCH", f"{SESSIONS}/{session}", {"joinable": True})
    hears_of(adapter, shown["instance"]["instance_id"], bob, session)
    # 8. All leave: it is free again.
    for player in (bob, ann):
        player("DELETE", f"{SESSIONS}/{session}/player/me")
    assert adapter.poll() is None
    assert adapter.failures == 0


def waits_through_a_restart(own_lobby: LobbyProcess, adapter: Adapter) -> None:
    # 1. It registers, and waits; nobody wants it yet.
    adapter.log_in()
    adapter.register()
    assert adapter.poll() is None
    # 2. The lobby is killed and comes back. One poll is lost, the registration is not.
    restarted(own_lobby, own_lobby.kill, adapter)
    assert adapter.poll() is None
    assert adapter.failures == 0
    # 3. Its token is over, and the leeway for clocks with it: it renews it without its password.
    before = len(adapter.logins)
    over = TOKEN_SECONDS + LEEWAY_SECONDS
    block_until(lambda: adapter.poll() is None and len(adapter.logins) > before, 2 * over)
    assert set(adapter.logins[before:]) == {"refresh"}


def found(adapter: Adapter, allocation: str) -> Any:
    """The session, which shows the allocation and what is to be played."""
    shown = adapter.call("GET", f"{SESSIONS}/allocation/{allocation}")
    assert shown["instance"]["allocation_id"] == allocation
    assert shown["instance"]["instance_startup_params"]["map"] == "/Game/Canyon"
    return shown


def opened(adapter: Adapter, session: str, allocation: str) -> None:
    there = {"public_conn_str": "203.0.113.7:7777", "private_conn_str": ""}
    for report in ({"join_status": "pending"}, {"join_status": "joinable", "join_params": there}):
        said = {"allocation_id": allocation, "version": "1.0.0", **report}
        adapter.call("PATCH", f"{SESSIONS}/{session}/instance", said)


def hears_of(adapter: Adapter, instance: str, bob: Player, session: str) -> None:
    """It waits on its stream when Bob comes, or a moment later: it hears of it either way."""
    stream = f"/notification/v1/instance/{instance}/stream/notification/lp"
    with ThreadPoolExecutor(1) as pool:
        path = f"{stream}?deadline=20&offset_reset_strategy=earliest"
        waiting = pool.submit(adapter.call, "GET", path)
        bob("POST", f"{SESSIONS}/{session}/player/me", {**PLAYING, "team_id": 0})
        (heard,) = waiting.result()["notifications"]
    assert heard["custom_data"]["reason"] == "player_joined"


def restarted(lobby: LobbyProcess, end: Callable[[], int], adapter: Adapter) -> None:
    """A poll meets nobody meanwhile."""
    end()
    assert adapter.poll() is None
    assert adapter.failures == 1
    lobby.start()
