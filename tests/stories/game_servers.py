"""Game servers, and players who hear of them: the example program, the account of the machines, and
somebody who plays and listens.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import Popen
from typing import Any
from uuid import uuid4

from tests.support.channel_client import Client
from tests.support.game import SERVERS
from tests.support.people import Person, call
from tests.support.processes import LobbyProcess
from tests.support.repository import ROOT
from tests.support.waiting import TIMEOUT, until

PROGRAM = ROOT / "examples" / "game_host.py"
"""Of the account "servers-eu", which a game that is played here has to have."""
PLAYING = {"client_version": "1.0.0", "client_settings": {"platform": "Steam", "input": "gamepad"}}
SESSIONS = "/session/v1/session"


class Host:
    """The example program; what it prints is in its log."""

    def __init__(self, lobby: LobbyProcess, home: Path, *tags: str) -> None:
        self.log_file = home / f"host-{uuid4().hex}.log"
        with self.log_file.open("wb") as log:
            command = [sys.executable, str(PROGRAM), lobby.url, *SERVERS, *tags]
            self.process = Popen(command, stdout=log, stderr=log)

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    async def says(self, words: str) -> None:
        await until(lambda: words in self.log, story=lambda: self.log)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class Servers:
    """The machines' account; `open` opens as many game servers as are asked for."""

    def __init__(self, url: str) -> None:
        self.url, self.token = url, ""

    async def log_in(self) -> None:
        said = {"grant_type": "basic", "portal_access_token": ":".join(SERVERS)}
        answer = await call(self.url, "POST", "/users/v1/login", json=said)
        self.token = answer.json()["access_token"]

    async def do(self, method: str, path: str, said: Any = None) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = await call(self.url, method, path, json=said, headers=headers)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def open(self, number: int) -> set[str]:
        """The sessions that they serve, once each has one and can be joined."""
        items = [{"id": f"server-{n}"} for n in range(number)]
        await self.do("POST", "/instances/sic_registration/v3/register", {"items": items})
        served: dict[str, str] = {}
        async with asyncio.timeout(TIMEOUT):
            while len(served) < number:
                path = "/instances/sic_registration/v1/state"
                for one in (await self.do("POST", path, {"items": items}))["items"]:
                    if one["state"] == "allocated" and one["session_id"] not in served:
                        served[one["session_id"]] = one["allocation_id"]
                        await self._open(one["session_id"], one["allocation_id"])
                await asyncio.sleep(0.1)
        return set(served)

    async def _open(self, session: str, allocation: str) -> None:
        join = {"public_conn_str": "203.0.113.7:7777", "private_conn_str": ""}
        said = {"allocation_id": allocation, "join_status": "joinable", "join_params": join}
        await self.do("PATCH", f"{SESSIONS}/{session}/instance", said)


@dataclass
class Player:
    """Somebody who plays over HTTP and listens both ways: on the channel, and by long-polls."""

    person: Person
    channel: Client
    heard: list[dict[str, Any]] = field(default_factory=list)

    async def do(self, method: str, path: str, **options: Any) -> Any:
        answer = await self.person.call(method, path, **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    async def session(self, id: str) -> tuple[dict[str, Any], str]:
        answer = await self.person.call("GET", f"{SESSIONS}/{id}")
        return answer.json(), answer.headers["ETag"]

    async def listen(self) -> None:
        """As a game does: each long-poll goes on where the one before ended."""
        path, last = "/notification/v1/player/me/stream/notification/lp", ""
        while True:
            query = {"exclude_before": last, "deadline": "20", "offset_reset_strategy": "earliest"}
            page = await self.do("GET", path, params=query, timeout=TIMEOUT)
            self.heard += page["notifications"]
            last = self.heard[-1]["notification_id"] if self.heard else ""

    def instances(self, id: str) -> list[tuple[str, str | None]]:
        """Every status and health of the session's instance that the channel showed, in order."""
        seen: list[tuple[str, str | None]] = []
        now: dict[str, Any] = {}
        for frame in self.channel.frames:
            if frame.get("topic") == f"session:{id}":
                said = (frame.get("state") or frame.get("patch") or {}).get("instance") or {}
                if "id" in said:
                    now = {}
                now |= said
                shown = (now.get("status", ""), now.get("health"))
                seen += [shown] if now and seen[-1:] != [shown] else []
        return seen


@asynccontextmanager
async def playing(url: str) -> AsyncIterator[Player]:
    """Somebody new, who listens until they are no longer needed."""
    said = {"grant_type": "anon", "portal_access_token": uuid4().hex}
    answer = (await call(url, "POST", "/users/v1/login", json=said)).json()
    person = Person(url, answer["active_player_uuid"], answer["access_token"])
    async with await person.connect() as channel:
        player = Player(person, channel)
        listening = asyncio.create_task(player.listen())
        try:
            yield player
        finally:
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
