"""Example of a dedicated game server: registers, waits to be allocated to a session, reports its
status and health, and ends with its session. Standard library only.

    python examples/game_host.py http://127.0.0.1:8000 servers-eu PASSWORD [TAG ...]
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen
from uuid import uuid4

POLL_SECONDS = 1.0
FAILURES = 7
"""Consecutive failures after which it gives up."""
LISTEN_SECONDS = 10
"""Duration of a long poll, and how soon the end of the session is noticed."""


class Refused(Exception):
    """The lobby refused a request: status, code and message."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(f"{status} {body.get('error_code')}: {body.get('desc')}")
        self.status, self.body = status, body

    @property
    def renews(self) -> bool:
        return self.body.get("auth_success") is False


class Lobby:
    def __init__(self, url: str, name: str, password: str) -> None:
        self.url, self.credential, self.token = url.rstrip("/"), f"{name}:{password}", ""

    def log_in(self) -> None:
        body = {"grant_type": "basic", "portal_access_token": self.credential}
        self.token = self.ask("POST", "/users/v1/login", body)["access_token"]

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """With the token; when it has expired, with a new one."""
        try:
            return self.ask(method, path, body)
        except Refused as no:
            if not no.renews:
                raise
        self.log_in()
        return self.ask(method, path, body)

    def ask(self, method: str, path: str, body: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = None if body is None else json.dumps(body).encode()
        try:
            with urlopen(Request(self.url + path, content, headers, method=method)) as answer:
                return json.load(answer) if answer.status == 200 else None
        except HTTPError as error:
            with error:
                raise Refused(error.code, json.loads(error.read() or b"{}")) from None


class GameHost:
    """One process serves one session."""

    def __init__(self, lobby: Lobby, tags: list[str]) -> None:
        self.lobby, self.tags = lobby, tags
        self.id = f"{socket.gethostname()}-{os.getpid()}"
        self.game = socket.create_server(("127.0.0.1", 0))  # where a real one is played
        self.address = f"127.0.0.1:{self.game.getsockname()[1]}"
        self.over = threading.Event()
        self.instance: dict[str, Any] = {}
        self.allocation = self.session = ""

    def wait_for_work(self) -> None:
        """Register, then poll each second until allocated."""
        host, _, port = self.address.partition(":")
        offer = {"id": self.id, "group_tags": self.tags, "public_host": host}
        path, body = "/v3/register", [offer | {"public_port": int(port)}]
        failures = 0
        while True:
            answer = self.ask_for_work(path, body)
            if answer.get("state") == "allocated":
                self.allocation, self.session = answer["allocation_id"], answer["session_id"]
                return log("allocated to session", self.session)
            if answer.get("success"):
                if path == "/v3/register":
                    log("registered as", self.id)
                path, body, failures = "/v1/state", [{"id": self.id}], 0
            else:
                failures += 1
                if failures == FAILURES:
                    sys.exit(f"the lobby does not take us: {answer}")
            time.sleep(POLL_SECONDS)

    def ask_for_work(self, path: str, items: Any) -> Any:
        """An unreachable lobby counts as a failed registration."""
        try:
            found = self.lobby.call("POST", f"/instances/sic_registration{path}", {"items": items})
            return found["items"][0]
        except (OSError, Refused) as error:
            return {"success": False, "error_message": str(error)}

    def find_session(self) -> dict[str, Any]:
        """The session that we are allocated to; it may take a moment to appear."""
        for _ in range(9):
            try:
                found = self.lobby.call("GET", f"/session/v1/session/allocation/{self.allocation}")
                self.session = found["session_id"]
                if found["instance"].get("allocation_id") == self.allocation:
                    self.instance = found["instance"]
                    return dict(found)
            except Refused as no:
                if no.status != 404:
                    raise
            time.sleep(POLL_SECONDS)
        sys.exit("the session that we were given is not there")

    def report(self, status: str, **more: Any) -> None:
        body = {"allocation_id": self.allocation, "join_status": status, **more}
        self.lobby.call("PATCH", f"/session/v1/session/{self.session}/instance", body)
        log("reported", status)

    def open(self) -> None:
        startup = self.instance.get("instance_startup_params") or {}
        self.report("pending", version="1.0.0")
        log("loading", startup.get("map", "the only map there is"))
        time.sleep(0.5)
        join = {"public_conn_str": self.address, "private_conn_str": ""}
        secret = {"rh.SessionSecurityToken": uuid4().hex}
        self.report("joinable", join_params=join | {"custom_data": secret})
        log("players may travel to", self.address)

    def stay_healthy(self) -> None:
        """Heartbeat, in a thread: reports health as often as the lobby requires."""
        config = self.lobby.call("GET", "/session/v1/instance/health/config")
        path, last = f"/session/v1/session/{self.session}/instance/health", ""
        while not self.over.is_set():
            body = {"instance_id": self.instance["instance_id"], "instance_health": "healthy"}
            try:
                counts = self.lobby.call("POST", path, body)["updated_instance_health"]
                if counts != last:
                    log("health", last := counts)
            except (OSError, Refused) as error:
                log("health not reported:", error)
            self.over.wait(config["cadence_seconds"])

    def serve(self) -> None:
        """Until the session ends or has another instance; retries while the lobby is away."""
        stream = f"/notification/v1/instance/{self.instance['instance_id']}/stream/notification/lp"
        last, players = "", -1
        while True:
            try:
                session = self.ours()
                if session is None:
                    return
                seated = [p for team in session["teams"] for p in team["players"]]
                if len(seated) != players:
                    players = len(seated)
                    log(players, "players or invited")
                query = f"?deadline={LISTEN_SECONDS}&exclude_before={last}"
                for each in self.lobby.call("GET", stream + query)["notifications"]:
                    last = each["notification_id"]
                    log("heard", each["custom_data"].get("reason", each["message"]))
            except (OSError, Refused) as error:
                log("the lobby is away:", error)
                time.sleep(POLL_SECONDS)

    def ours(self) -> dict[str, Any] | None:
        try:
            found: dict[str, Any] = self.lobby.call("GET", f"/session/v1/session/{self.session}")
        except Refused as no:
            if no.status == 404:
                return None
            raise
        instance = found.get("instance") or {}
        same = instance.get("allocation_id") == self.allocation
        return found if same and instance["join_status"] != "closed" else None


def log(*words: object) -> None:
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def main(url: str, name: str, password: str, *tags: str) -> None:
    host = GameHost(Lobby(url, name, password), list(tags))
    host.lobby.log_in()
    log("logged in as", name)
    if allocation := os.environ.get("GAME_HOST_ALLOCATION"):  # the lobby itself has started us
        host.allocation = allocation
    else:
        host.wait_for_work()
    host.find_session()
    host.open()
    threading.Thread(target=host.stay_healthy, daemon=True).start()
    try:
        host.serve()
        log("the session is over")
    except KeyboardInterrupt:
        host.lobby.call("DELETE", f"/session/v1/session/{host.session}/instance")
        log("stopped, and said so")
    finally:
        host.over.set()
        host.game.close()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
