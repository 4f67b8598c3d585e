"""People who only ask over HTTP: they come into sessions, go, and hear of it by long poll."""

from __future__ import annotations

import asyncio
import random
import uuid
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx2

from tests.chaos.history import History
from tests.stories.random_players import BRINGS, LUCK, SESSIONS, STREAM, Json, Player, members
from tests.support.channel_client import Client
from tests.support.checked_clients import PLAIN, OpenApi, openapi

AWAY = (httpx2.TransportError, ConnectionError)
CALL_SECONDS = 4.0
"""How long they wait for an answer, on a machine that does nothing else."""


@dataclass
class Poller(Player):
    """`at` is the process that they ask; any other one will do as well."""

    history: History = field(default_factory=History)
    addresses: list[str] = field(default_factory=list)
    seats: int = 6

    async def call(self, method: str, path: str, **options: Any) -> httpx2.Response:
        id = uuid.uuid4().hex
        self.history.add("invoke", self.uuid, f"{method} {path}", id)
        outcome = "info"
        options["timeout"] = CALL_SECONDS * self.history.patience
        try:
            answer = await self.http.request(method, path, **options)
            if answer.status_code == 503:
                raise ConnectionError("unavailable")
            outcome = "ok" if answer.is_success else "fail"
        finally:
            self.history.add(outcome, self.uuid, f"{method} {path}", id)
        self.document.check(answer)
        if not (answer.is_success or answer.status_code in {304, *LUCK}):
            self.surprises.append(f"{method} {path}: {answer.status_code} {answer.text}")
        return answer

    async def follow(self, seconds: int = 2) -> bool:
        """Whether anything was new."""
        query = {"deadline": seconds, "offset_reset_strategy": "earliest", "max_page_size": 50}
        answer = await self.call("GET", STREAM, params={**query, "exclude_before": self.cursor})
        entries = answer.json()["notifications"]
        topic = f"notifications:{self.uuid}"
        for entry in entries:
            self.cursor = entry["notification_id"]
            cursor = int(entry["notification_id"])
            said = {"type": "entry", "topic": topic, "cursor": cursor, "entry": entry}
            self.history.receive(self.uuid, said)
            self.told(entry)
        return bool(entries)

    def told(self, entry: Json) -> None:
        """What they make of a notification."""

    async def stay(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.do_something()
            except AWAY:
                await self.go_elsewhere()

    async def go_elsewhere(self) -> None:
        self.http.base_url = httpx2.URL(self.dice.choice(self.addresses))
        await asyncio.sleep(self.dice.uniform(0, 0.5))

    async def do_something(self) -> None:
        said = {"session_type": "game", "region_id": "eu", **BRINGS}
        made = await self.call("POST", SESSIONS, json=said)
        if made.is_success:
            id = str(made.json()["session_id"])
            await self.call("PATCH", f"{SESSIONS}/{id}", json={"joinable": True})
            await self.look(id)
            if self.dice.random() < 0.5:
                await self.dismiss(id, self.uuid)
        await self.follow()

    async def look(self, session: str) -> None:
        answer = await self.read(session)
        if answer.status_code == 200 and len(members(answer.json())) > self.seats:
            self.surprises.append(f"over capacity: {session}")


async def anonymous_token(url: str) -> str:
    said = {"grant_type": "anon", "portal_access_token": uuid.uuid4().hex}
    async with httpx2.AsyncClient(base_url=url, **PLAIN) as http:
        answer = await http.post("/users/v1/login", json=said)
    return str(answer.json()["access_token"])


P = TypeVar("P", bound=Poller)


async def poller(
    kind: type[P],
    addresses: list[str],
    *,
    dice: random.Random,
    history: History,
    document: OpenApi,
) -> P:
    http = httpx2.AsyncClient(base_url=addresses[0], **PLAIN)
    token = await anonymous_token(addresses[0])
    http.headers["Authorization"] = f"Bearer {token}"
    client = Client(addresses[0])
    client.token = token
    await client.open()
    await client.close()
    return kind(client.uuid, http, client, dice, document, history=history, addresses=addresses)


async def pollers(
    kind: type[P], number: int, addresses: list[str], *, dice: random.Random, history: History
) -> list[P]:
    document = openapi()
    own = [random.Random(dice.random()) for _ in range(number)]
    return [
        await poller(kind, addresses, dice=each, history=history, document=document) for each in own
    ]
