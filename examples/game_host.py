"""A game server, as far as the lobby is concerned: it waits for a session, says how far it is and
that it is well, and ends with its session. Python alone, nothing to install.

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
"""In a row: then something is wrong that waiting does not heal."""
LISTEN_SECONDS = 10
"""How long one long-poll waits, and how soon we notice that our session is over."""


class Refused(Exception):
    """The lobby said no: its status, its code, and what it says to people."""

    def __init__(self, status: int, said: dict[str, Any]) -> None:
        super().__init__(f"{status} {said.get('error_code')}: {said.get('desc')}")
        self.status, self.said = status, said

    @property
    def renews(self) -> bool:
        return self.said.get("auth_success") is False


class Lobby:
    def __init__(self, url: str, name: str, password: str) -> None:
        self.url, self.credential, self.token = url.rstrip("/"), f"{name}:{password}", ""

    def log_in(self) -> None:
        said = {"grant_type": "basic", "portal_access_token": self.credential}
        self.token = self.ask("POST", "/users/v1/login", said)["access_token"]

    def call(self, method: str, path: str, said: Any = None) -> Any:
        """With a token; when it has run out, with a new one."""
        try:
            return self.ask(method, path, said)
        except Refused as no:
            if not no.renews:
                raise
        self.log_in()
        return self.ask(method, path, said)

    def ask(self, method: str, path: str, said: Any) -> Any:
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        content = None if said is None else json.dumps(said).encode()
        try:
            with urlopen(Request(self.url + path, content, headers, method=method)) as answer:
                return json.load(answer) if answer.status == 200 else None
        except HTTPError as error:
            with error:
                raise Refused(error.code, json.loads(error.read() or b"{}")) from None


class GameHost:
    """One program, one session."""

    def __init__(self, lobby: Lobby, tags: list[str]) -> None:
        self.lobby, self.tags = lobby, tags
        self.id = f"{socket.gethostname()}-{os.getpid()}"
        self.game = socket.create_server(("127.0.0.1", 0))  # where a real one is played
        self.address = f"127.0.0.1:{self.game.getsockname()[1]}"
        self.over = threading.Event()
        self.instance: dict[str, Any] = {}
        self.allocation = self.session = ""

    def wait_for_work(self) -> None:
        """Register, then ask each second."""
        host, _, port = self.address.partition(":")
        offer = {"id": self.id, "group_tags": self.tags, "public_host": host}
        path, said = "/v3/register", [offer | {"public_port": int(port)}]
        failures = 0
        while True:
            answer = self.ask_for_work(path, said)
            if answer.get("state") == "allocated":
                self.allocation, self.session = answer["allocation_id"], answer["session_id"]
                return say("allocated to session", self.session)
            if answer.get("success"):
                if path == "/v3/register":
                    say("registered as", self.id)
                path, said, failures = "/v1/state", [{"id": self.id}], 0
            else:
                failures += 1
                if failures == FAILURES:
                    sys.exit(f"the lobby does not take us: {answer}")
            time.sleep(POLL_SECONDS)

    def ask_for_work(self, path: str, items: Any) -> Any:
        """A lobby that is away counts as one that did not take us."""
        try:
            found = self.lobby.call("POST", f"/instances/sic_registration{path}", {"items": items})
            return found["items"][0]
        except (OSError, Refused) as error:
            return {"success": False, "error_code": str(error)}

    def find_session(self) -> dict[str, Any]:
        """It knows of us already, or will in a moment."""
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
        said = {"allocation_id": self.allocation, "join_status": status, **more}
        self.lobby.call("PATCH", f"/session/v1/session/{self.session}/instance", said)
        say("reported", status)

    def open(self) -> None:
        startup = self.instance.get("instance_startup_params") or {}
        self.report("pending", version="1.0.0")
        say("loading", startup.get("map", "the only map there is"))
        time.sleep(0.5)
        join = {"public_conn_str": self.address, "private_conn_str": ""}
        secret = {"rh.SessionSecurityToken": uuid4().hex}
        self.report("joinable", join_params=join | {"custom_data": secret})
        say("players may travel to", self.address)

    def stay_healthy(self) -> None:
        """A thread of its own: says that we are well, as often as the lobby wants to hear it."""
        config = self.lobby.call("GET", "/session/v1/instance/health/config")
        path, last = f"/session/v1/session/{self.session}/instance/health", ""
        while not self.over.is_set():
            said = {"instance_id": self.instance["instance_id"], "instance_health": "healthy"}
            try:
                counts = self.lobby.call("POST", path, said)["updated_instance_health"]
                if counts != last:
                    say("health", last := counts)
            except (OSError, Refused) as error:
                say("health not reported:", error)
            self.over.wait(config["cadence_seconds"])

    def serve(self) -> None:
        """Until the session is gone, or is no longer ours. A lobby that is away comes back."""
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
                    say(players, "players or invited")
                query = f"?deadline={LISTEN_SECONDS}&exclude_before={last}"
                for each in self.lobby.call("GET", stream + query)["notifications"]:
                    last = each["notification_id"]
                    say("heard", each["custom_data"].get("reason", each["message"]))
            except (OSError, Refused) as error:
                say("the lobby is away:", error)
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


def say(*words: object) -> None:
    print(time.strftime("%H:%M:%S"), *words, flush=True)


def main(url: str, name: str, password: str, *tags: str) -> None:
    host = GameHost(Lobby(url, name, password), list(tags))
    host.lobby.log_in()
    say("logged in as", name)
    if allocation := os.environ.get("GAME_HOST_ALLOCATION"):  # the lobby itself has started us
        host.allocation = allocation
    else:
        host.wait_for_work()
    host.find_session()
    host.open()
    threading.Thread(target=host.stay_healthy, daemon=True).start()
    try:
        host.serve()
        say("the session is over")
    except KeyboardInterrupt:
        host.lobby.call("DELETE", f"/session/v1/session/{host.session}/instance")
        say("stopped, and said so")
    finally:
        host.over.set()
        host.game.close()


if __name__ == "__main__":
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])
