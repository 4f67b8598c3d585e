"""People who wait in a matchmaking queue, and the machines that their matches are played on.

They ask over HTTP and hear by long poll. Each does one thing after another: whoever is matched has
left that match before they wait again, so that two matches at once are a fault of the lobby.
"""

from __future__ import annotations

import asyncio
import random
import time
import uuid
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.chaos.history import History
from tests.chaos.pollers import AWAY, Poller
from tests.stories.random_players import BRINGS, SESSIONS, Json, members
from tests.support.channel_client import Client
from tests.support.checked_clients import PLAIN, openapi
from tests.support.game import SERVERS, entry, queue, section, servers, session_type
from tests.support.game import uuid as numbered

REGISTER = "/instances/sic_registration/v3/register"
MATCH_SECONDS = 2.0
"""How long a machine lets them play."""
QUEUES = (
    servers()
    + session_type("party", can_join_matchmaking=True)
    + session_type("match")
    + entry("map_lists", id="arena", maps=[{"map_id": "a", "name": "/A", "map_weight": 1}])
    + entry("instance_templates", id=numbered(1), map_list="arena", default_host_type="dedicated")
    + section("instances", health={"cadence_s": 3600})
    + section("matchmaking", session_type="match", tick_ms=200, ticket_timeout_s=3600)
    + entry("ranks", rank_id=1)
    + queue("duel", max_players_per_side=1)
)
"""What a catalogue needs for two players to be matched, on a machine."""


@dataclass
class Seeker(Poller):
    """`party` is the session that they wait with, `answered` what they were when they entered a
    queue last, with that `ticket`; `invited` the matches that they were asked to, `played` those
    that they have left, or missed: they may hear of one as late as that."""

    party: str = ""
    answered: str = ""
    ticket: str = ""
    invited: list[str] = field(default_factory=list)
    played: set[str] = field(default_factory=set)

    async def surely(self, method: str, path: str, **options: Any) -> httpx2.Response:
        """Said in the same words, with its key, at any process, until there is an answer."""
        options["headers"] = {"Idempotency-Key": uuid.uuid4().hex}
        while True:
            with suppress(*AWAY):
                answer = await self.call(method, path, **options)
                if "Retry-After" not in answer.headers:
                    return answer
            await self.go_elsewhere()

    async def do_something(self) -> None:
        self.party = self.party or await self.new_party()
        if not await self.enter():
            await asyncio.sleep(0.2)
            return
        if self.dice.random() < 0.1 and await self.leave_queue():
            return
        while not self.invited:
            await self.hear()
            if not self.invited and await self.missed():
                return
        while self.invited:
            await self.play(self.invited.pop(0))
        if self.dice.random() < 0.3:
            await self.surely("DELETE", f"{SESSIONS}/{self.party}/player/me")
            self.party = ""

    async def new_party(self) -> str:
        said = {"session_type": "party", "region_id": "eu", **BRINGS}
        made = await self.surely("POST", SESSIONS, json=said)
        return str(made.json()["session_id"]) if made.is_success else ""

    async def enter(self) -> bool:
        """At once, too, after they were invited to the last match."""
        path = f"{SESSIONS}/{self.party}/queue"
        answer = await self.surely("POST", path, json={"queue_id": "duel"})
        self.answered = f"{answer.status_code} {answer.text}"
        if answer.is_success:
            self.ticket = str(answer.json()["ticket_id"])
            self.history.add("entered", self.uuid, self.ticket)
        elif answer.status_code != 409:
            self.party = ""
        return answer.is_success

    async def leave_queue(self) -> bool:
        """Also while a match has the ticket; not any more, once they are invited."""
        left = (await self.surely("DELETE", f"{SESSIONS}/{self.party}/queue")).is_success
        if left:
            self.history.add("left_queue", self.uuid, self.ticket)
        return left

    async def hear(self) -> None:
        """What is new, and what may never have been told: by whoever was killed before that."""
        try:
            if not await self.follow(1):
                await self.look_around()
        except AWAY:
            await self.go_elsewhere()

    async def look_around(self) -> None:
        told = (await self.call("GET", "/session/v1/player/me/session")).json()["sessions"]
        if "match" in told:
            matches = {*told["match"]["session_ids"], *told["match"]["pending_invites"]}
            self.invited += sorted(matches - {*self.invited} - self.played)

    def told(self, entry: Json) -> None:
        """They may be told twice, by who does not know whether the first time arrived."""
        match = str(entry["rh_url"]).rpartition("/")[2]
        if entry["message"] == "session_invited" and match not in {*self.played, *self.invited}:
            self.invited.append(match)

    async def missed(self) -> bool:
        """Whether the match that their ticket led to is over, and they have not heard of it: the
        process that should have told them was killed, and those that they asked were away. A
        ticket that has led to no match is waited with for ever, whatever became of it."""
        match = self.history.hosted.get(self.ticket, "")
        if not match or match in self.played:
            return False
        answer = await self.surely("GET", f"{SESSIONS}/{match}", params={"refresh_ttl": "false"})
        if answer.is_success and answer.json().get("match"):
            return False
        self.played.add(match)
        self.history.add("missed", self.uuid, match)
        return True

    async def play(self, match: str) -> None:
        await self.note(match)
        said = {"team_id": 0, "status": "member", **BRINGS}
        if (await self.surely("POST", f"{SESSIONS}/{match}/player/me", json=said)).is_success:
            await self.note(match)
            await self.hear()
            self.invited = [other for other in self.invited if other != match]
            for other in self.invited:
                await self.note(other)
        self.played.add(match)
        self.history.add("parted", self.uuid, match)
        await self.surely("DELETE", f"{SESSIONS}/{match}/player/me")

    async def note(self, match: str) -> None:
        """The tickets and the players of the match, unless it is over."""
        answer = await self.surely("GET", f"{SESSIONS}/{match}", params={"refresh_ttl": "false"})
        if answer.is_success and (view := answer.json()).get("match"):
            seen = {"tickets": view["match"]["ticket_ids"], "players": list(members(view))}
            self.history.add("matched", self.uuid, match, value=seen)

    async def go_home(self) -> None:
        """Out of party and queue, so that nobody of the next run is matched with who is gone."""
        with suppress(*AWAY):
            if self.party:
                await self.call("DELETE", f"{SESSIONS}/{self.party}/player/me")


@dataclass
class Machines(Poller):
    """Game servers: `open` since when, by allocation."""

    number: int = 2
    open: dict[str, float] = field(default_factory=dict)

    async def do_something(self) -> None:
        items = [{"id": f"server-{n}"} for n in range(self.number)]
        answer = await self.call("POST", REGISTER, json={"items": items})
        for one in answer.json()["items"]:
            if one.get("state") == "allocated":
                await self.serve(one["session_id"], one["allocation_id"])
        await asyncio.sleep(0.2)

    async def serve(self, match: str, allocation: str) -> None:
        if allocation not in self.open:
            allotted = await self.call("GET", f"{SESSIONS}/allocation/{allocation}")
            if (await self.report(match, allocation, "joinable")).is_success:
                made = allotted.json().get("match") or {}
                self.history.host(match, made.get("ticket_ids", []))
            self.open[allocation] = time.monotonic()
        elif time.monotonic() - self.open[allocation] > MATCH_SECONDS:
            await self.report(match, allocation, "closed")

    async def report(self, match: str, allocation: str, status: str) -> httpx2.Response:
        where = {"public_conn_str": "203.0.113.7:7777", "private_conn_str": ""}
        said = {"allocation_id": allocation, "join_status": status, "join_params": where}
        return await self.call("PATCH", f"{SESSIONS}/{match}/instance", json=said)


async def machines(
    addresses: list[str], dice: random.Random, history: History, *, number: int
) -> Machines:
    http = httpx2.AsyncClient(base_url=addresses[0], **PLAIN)
    said = {"grant_type": "basic", "portal_access_token": ":".join(SERVERS)}
    token = (await http.post("/users/v1/login", json=said)).json()["access_token"]
    http.headers["Authorization"] = f"Bearer {token}"
    own, client = random.Random(dice.random()), Client(addresses[0])
    document = openapi()
    return Machines(
        "", http, client, own, document, history=history, addresses=addresses, number=number
    )
