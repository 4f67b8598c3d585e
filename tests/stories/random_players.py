"""Players of player services: each with a socket that watches sessions, and a client that reads
again what their notifications say has changed, and nothing else."""

from __future__ import annotations

import asyncio
import random
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from tests.support.channel_client import Client, Refused, merged
from tests.support.checked_clients import PLAIN, OpenApi, RecordedChannel, openapi
from tests.support.deployments import Deployment
from tests.support.game import regions, section, session_type, written

GAME = regions("eu") + session_type("game", players_per_team=3)
SEATS, LOUNGE = 6, 8
BRINGS = {"client_version": "1.0.0", "client_settings": {"platform": "Anon", "input": "gamepad"}}
SESSIONS = "/session/v1/session"
STREAM = "/notification/v1/player/me/stream/notification/lp"
LUCK = {403, 404, 409}
"""What is refused that is allowed at another moment."""
Json = dict[str, Any]


def game(folder: Path, *, ttl: int = 300, more: str = "") -> str:
    """Where what is played is written down."""
    server = section("server", session_ttl_s=ttl)
    lounge = session_type("lounge", welcome=None, players_per_team=LOUNGE)
    return str(written(folder, server + GAME + lounge + more))


@dataclass
class Player:
    """`held` is what they have read of each session, with its tag; `notified` the tags that they
    were told, the newest last. `sits` and `went` are what they were answered."""

    uuid: str
    http: httpx2.AsyncClient
    client: Client
    dice: random.Random
    document: OpenApi
    held: dict[str, tuple[str, Json]] = field(default_factory=dict)
    notified: dict[str, list[str]] = field(default_factory=dict)
    surprises: list[str] = field(default_factory=list)
    cursor: str = ""

    async def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        answer = await self.http.request(method, path, **options)
        self.document.check(answer)
        if not (answer.is_success or answer.status_code in {304, *LUCK}):
            self.surprises.append(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    async def make_or_join(self, type: str = "game") -> str:
        said = {"session_type": type, "region_id": "eu", **BRINGS}
        answer = await self.call("POST", SESSIONS, json=said)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["session_id"])

    async def come(self, session: str, team: int = 0) -> httpx2.Response:
        said = {"team_id": team, "status": "member", **BRINGS}
        return await self.call("POST", f"{SESSIONS}/{session}/player/me", json=said)

    async def place(self, session: str, player: str, **wish: Any) -> httpx2.Response:
        said = {"team_id": 0, **wish}
        return await self.call("POST", f"{SESSIONS}/{session}/player/uuid/{player}", json=said)

    async def dismiss(self, session: str, player: str) -> httpx2.Response:
        return await self.call("DELETE", f"{SESSIONS}/{session}/player/{player}")

    async def read(self, session: str, *, known: str = "") -> httpx2.Response:
        headers = {"If-None-Match": known} if known else {}
        query = {"refresh_ttl": "false"}
        return await self.call("GET", f"{SESSIONS}/{session}", headers=headers, params=query)

    async def reread(self, session: str) -> None:
        """As a client does that was told of a change."""
        answer = await self.read(session, known=self.held.get(session, ("", {}))[0])
        if answer.status_code == 404:
            self.held.pop(session, None)
        elif answer.status_code == 200:
            self.held[session] = answer.headers["ETag"], answer.json()

    async def own(self) -> list[str]:
        """Where they sit, as they are told when they ask."""
        told = (await self.call("GET", "/session/v1/player/me/session")).json()["sessions"]
        return [id for kind in told.values() for id in kind["session_ids"]]

    async def follow(self, seconds: int = 1) -> bool:
        """Hear what is new, and read again what that says; False when there was nothing."""
        query = {"deadline": seconds, "offset_reset_strategy": "earliest", "max_page_size": 50}
        answer = await self.call("GET", STREAM, params={**query, "exclude_before": self.cursor})
        entries = answer.json()["notifications"]
        for entry in entries:
            self.cursor = entry["notification_id"]
            session = entry["rh_url"].rpartition("/")[2]
            etag = entry.get("etag")
            if etag:
                self.notified.setdefault(session, []).append(etag)
            if not etag or etag != self.held.get(session, ("",))[0]:
                await self.reread(session)
        return bool(entries)

    async def watch(self, session: str) -> None:
        with suppress(Refused):
            await self.client.watch(f"session:{session}")


async def player(url: str, dice: random.Random, document: OpenApi) -> Player:
    http = httpx2.AsyncClient(base_url=url, **PLAIN)
    said = {"grant_type": "anon", "portal_access_token": uuid.uuid4().hex}
    told = (await http.post("/users/v1/login", json=said)).json()
    token = told["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    client = await RecordedChannel.connect(url, token)
    return Player(client.uuid, http, client, dice, document)


@asynccontextmanager
async def players(lobby: Deployment, number: int, seed: int) -> AsyncIterator[list[Player]]:
    """Half of them here, half of them there."""
    urls = [lobby.here.url, lobby.there.url]
    document = openapi()
    own_dice = [random.Random(seed * number + n) for n in range(number)]
    made = (player(urls[n % 2], dice, document) for n, dice in enumerate(own_dice))
    everybody = await asyncio.gather(*made)
    async with AsyncExitStack() as open_ones:
        for one in everybody:
            open_ones.push_async_callback(one.http.aclose)
            open_ones.push_async_callback(one.client.close)
        yield everybody


def members(view: Json) -> dict[str, str]:
    """Everybody whom the session shows, with their status."""
    return {one["player_uuid"]: one["status"] for team in view["teams"] for one in team["players"]}


def revision(etag: str) -> int:
    return int(etag.strip('"').partition("-")[0])


def shown(client: Client) -> list[Json]:
    """Every state of every session that the socket was shown, one after another."""
    states: dict[str, Json] = {}
    seen = []
    for frame in client.frames:
        topic = frame.get("topic", "")
        if topic.startswith("session:") and frame["type"] in ("state", "patch"):
            if frame["type"] == "state":
                states[topic] = frame["state"]
            elif frame["since"] != states[topic]["version"]:
                continue
            else:
                assert frame["version"] > frame["since"]
                states[topic] = merged(frame["patch"], states[topic])
            assert states[topic]["version"] == frame["version"]
            seen.append(states[topic])
    return seen


def require_sound(session: Json) -> None:
    """As a socket shows it."""
    seats = session["seats"].values()
    held = [seat["player"] for seat in seats if seat.get("player")]
    taken = [seat["player"] for seat in seats if seat["status"] == "taken"]
    assert len(seats) == SEATS
    assert len(held) == len(set(held))
    assert session["host"] in taken if taken else session.get("host") is None


def require_sound_view(view: Json) -> None:
    """As a request reads it."""
    statuses = Counter(members(view).values())
    assert sum(len(team["players"]) for team in view["teams"]) == sum(statuses.values())
    assert all(len(team["players"]) <= team["max_size"] for team in view["teams"])
    assert statuses["leader"] == (1 if statuses["leader"] + statuses["member"] else 0)
