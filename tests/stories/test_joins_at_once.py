"""Guests who come in and go by id, host and code on two processes, while the host bans, kicks,
pardons, closes, opens, changes the password and renews the code: nobody has come in behind the last
of it who is not let in by then, all count the same seats, and asking tells what a join comes to."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest

from tests.support.channel_client import Client, Refused
from tests.support.checked_clients import PLAIN
from tests.support.deployments import Deployment, two_processes
from tests.support.long_runs import long_run, scaled
from tests.support.people import Person, new_host, new_user
from tests.support.waiting import until

JOINS = scaled(10_000)
"""Tries to come in, over all rounds."""
A_ROUND, BEHIND = 240, 60
"""Tries in one round; those after the last of the host's changes. A socket is closed after a
hundred refusals."""
GUESTS = 6
MANY = 1_000_000
NO_LIMITS: dict[str, Any] = {
    "commands_per_second": MANY,
    "commands_burst": MANY,
    "requests_per_second": MANY,
    "requests_per_second_per_address": MANY,
    "registrations_per_hour": MANY,
    "connections_per_account": 50,
    "connections_per_address": 1_000,
    "codes_per_account": MANY,
    "codes_per_address": MANY,
    "session_passwords": MANY,
    "session_passwords_per_account": MANY,
}
OUT = {
    "kept_out",
    "session_not_found",
    "session_not_joinable",
    "password_needed",
    "wrong_password",
    "session_full",
}
"""What a guest may be told who does not come in."""


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(request, tmp_path_factory, **NO_LIMITS)


async def said(client: Client, command: str, **words: Any) -> tuple[str, Any]:
    """Its result, or the code of the refusal."""
    try:
        return "", await client.command(command, **words)
    except Refused as no:
        return no.code, None


@dataclass
class HostedRound:
    """A hosted session while it is being changed. `settled`: the host has the last answer."""

    rng: random.Random
    owner: Person
    host: Client
    id: str
    code: str = ""
    password: str | None = None
    entry: str = "open"
    banned: set[str] = field(default_factory=set)
    kept_out: set[str] = field(default_factory=set)
    tries: int = 0
    settled: bool = False

    async def change_until(self, tries: int, guests: list[str]) -> None:
        ways = (self.ban, self.unban, self.kick, self.pardon, self.enter, self.ask, self.renew)
        while self.tries < tries:
            await self.rng.choice(ways)(self.rng.choice(guests))
            await asyncio.sleep(self.rng.uniform(0, 0.02))
        self.settled = True

    async def ban(self, guest: str) -> None:
        await self.host.command("host.ban", guest=guest)
        self.banned.add(guest)

    async def unban(self, guest: str) -> None:
        no, _ = await said(self.host, "host.unban", guest=guest)
        assert no == ("" if guest in self.banned else "other_not_found")
        self.banned.discard(guest)

    async def kick(self, guest: str) -> None:
        await self.host.command("session.kick", session=self.id, guest=guest, for_s=600)
        self.kept_out.add(guest)

    async def pardon(self, guest: str) -> None:
        await self.host.command("session.pardon", session=self.id, guest=guest)
        self.kept_out.discard(guest)

    async def enter(self, _: str) -> None:
        entry = self.rng.choice(("open", "open", "invited", "closed"))
        await self.host.command("session.update", session=self.id, entry=entry)
        self.entry = entry
        await self.renew("")

    async def ask(self, _: str) -> None:
        password = self.rng.choice((None, None, f"word {self.rng.randint(0, 9)}"))
        await self.host.command("session.update", session=self.id, password=password)
        self.password = password

    async def renew(self, _: str) -> None:
        no, made = await said(self.host, "session.code", session=self.id, renew=True)
        assert no == ("session_not_joinable" if self.entry == "closed" else "")
        self.code = made["code"] if made else "ZZZZZ2"

    def lets_in(self, way: str, password: str | None, *, remembered: bool) -> bool:
        """Whether somebody comes in by this way, as it stands now."""
        level = self.entry == "open" or (self.entry == "invited" and way == "code")
        return level and (self.password in (None, password) or remembered)


@dataclass
class ComingGuest:
    """`wordless`: says no password once the host has settled. `wrongly`: ways in that should have
    been none."""

    person: Person
    client: Client
    http: httpx2.AsyncClient
    wordless: bool
    inside: bool = False
    came_wordless: bool = False
    wrongly: list[str] = field(default_factory=list)

    async def keep_coming(self, here: HostedRound) -> None:
        while here.tries < A_ROUND:
            behind = here.settled
            here.tries += 1
            if self.inside or here.rng.random() < 0.1:
                await self.go(here)
            await self.come(here, behind=behind)
            if here.rng.random() < 0.1:
                await self.ask(here)

    async def come(self, here: HostedRound, *, behind: bool) -> None:
        way = here.rng.choice(("id", "host", "code", "http"))
        quiet = behind and self.wordless
        password = None if quiet or here.rng.random() < 0.6 else here.password
        came = await self.by(way, here, password)
        self.inside = self.inside or came
        if not came or not behind:
            return
        self.came_wordless |= quiet and here.password is not None
        if self.person.uuid in here.banned | here.kept_out:
            self.wrongly.append(f"{way}, although kept out")
        elif not here.lets_in(way, password, remembered=True):
            self.wrongly.append(f"{way}, although it is {here.entry}")

    async def by(self, way: str, here: HostedRound, password: str | None) -> bool:
        if way == "http":
            both = {"host": here.owner.uuid, "guest": self.person.uuid}
            answer = await self.http.post("/sessions/players", json=both)
            assert answer.status_code in {200, 403, 404, 409}, answer.text
            return answer.status_code == 200
        words: dict[str, Any] = {} if password is None else {"password": password}
        where = {"host": here.owner.uuid} if way == "host" else {"session": here.id}
        if way == "code" and here.code:
            where = {"session": here.code}
        no, _ = await said(self.client, "session.join", **where, **words)
        assert not no or no in OUT or (no == "already_seated" and self.inside), no
        return not no

    async def go(self, here: HostedRound) -> None:
        no, _ = await said(self.client, "session.leave", session=here.id)
        assert no in {"", "not_seated", "session_not_found"}, no
        self.inside = False

    async def ask(self, here: HostedRound) -> str:
        """What they may do; empty where there is no session for them."""
        _, told = await said(self.client, "session.ask", sessions=[here.id])
        answer = told["sessions"].get(here.id, {"may": ""})
        assert answer["may"] in {"", "join", "password", "no"}
        return str(answer["may"])


@asynccontextmanager
async def a_round(pair: Deployment, n: int, people: list[Person]) -> AsyncIterator[Any]:
    """Each comes from an address of their own: so many passwords are looked at for one of them."""
    urls = [pair.here.url, pair.there.url]
    async with AsyncExitStack() as opened:
        owner = await new_host(urls[n % 2])
        host = await opened.enter_async_context(
            await Client.connect(owner.url, owner.token, local_addr=(f"127.1.{n}.99", 0))
        )
        await host.command("host.set", only_friends=False)
        id = (await host.command("session.launch"))["session"]["id"]
        here = HostedRound(random.Random(n), owner, host, id)
        await here.renew("")
        guests = []
        for number, person in enumerate(people):
            url, address = urls[number % 2], f"127.1.{n}.{number + 1}"
            client = await opened.enter_async_context(
                await Client.connect(url, person.token, local_addr=(address, 0))
            )
            http = await opened.enter_async_context(
                httpx2.AsyncClient(base_url=url, headers=person.headers, **PLAIN)
            )
            guests.append(ComingGuest(person, client, http, wordless=number < GUESTS // 2))
        yield here, guests


def taken(client: Client, id: str) -> dict[str, str]:
    """Who sits where, as it is shown to the host."""
    seats = client.states[f"session:{id}"]["seats"]
    return {name: seat["player"] for name, seat in seats.items() if seat.get("player")}


async def counted_alike(owner: Person, urls: list[str], id: str) -> set[str]:
    """Who sits there, once both processes show the same, and list as many free seats."""
    async with (
        await Client.connect(urls[0], owner.token) as here,
        await Client.connect(urls[1], owner.token) as there,
    ):
        for client in (here, there):
            for topic in (f"session:{id}", "sessions"):
                await client.watch(topic)
        seats = len(here.states[f"session:{id}"]["seats"])

        def alike() -> bool:
            sitting = taken(here, id)
            free = {client.states["sessions"][id]["free"] for client in (here, there)}
            return taken(there, id) == sitting and free == {seats - len(sitting)}

        await until(alike)
        return {*taken(here, id).values()}


async def holds_what_was_asked(here: HostedRound, guest: ComingGuest) -> None:
    """In quiet: what they are told is what their join comes to."""
    if guest.inside:
        await guest.go(here)
    may = await guest.ask(here)
    no, _ = await said(guest.client, "session.join", session=here.id)
    if may == "password":
        assert no == "password_needed"
        words = {"session": here.id, "password": here.password}
        no, _ = await said(guest.client, "session.join", **words)
        may = "join"
    assert (may == "join") == (no == ""), (may, no)
    assert (may == "") == (no == "session_not_found"), (may, no)
    assert not (guest.came_wordless and may == "password")
    out = guest.person.uuid in here.banned | here.kept_out
    assert (no in {"kept_out", "session_not_found"}) == out
    if no == "":
        await guest.go(here)


@long_run
async def test_nobody_has_come_in_who_is_not_let_in_once_the_host_has_settled(
    pair: Deployment,
) -> None:
    urls = [pair.here.url, pair.there.url]
    people = [await new_user(urls[number % 2]) for number in range(GUESTS)]
    for n in range(max(1, JOINS // A_ROUND)):
        async with a_round(pair, n, people) as (here, guests):
            uuids = [guest.person.uuid for guest in guests]
            await asyncio.gather(
                here.change_until(A_ROUND - BEHIND, uuids),
                *(guest.keep_coming(here) for guest in guests),
            )
            assert [(n, guest.wrongly) for guest in guests if guest.wrongly] == []
            sitting = set(uuids) & await counted_alike(here.owner, urls, here.id)
            assert not sitting & (here.banned | here.kept_out)
            assert sitting <= {guest.person.uuid for guest in guests if guest.inside}
            for guest in guests:
                await holds_what_was_asked(here, guest)
