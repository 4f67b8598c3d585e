"""A viewer and a host's session that exists, with its leader's ban on them, or never was: what they
are answered, with names in place of ids, so that both can be compared."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from lobby.domain.sessions.seats import seat_id
from tests.support.channel_client import Client, Refused
from tests.support.people import Person, new_host, new_user

NEVER = "1125899906842624"
"""An id that no session has."""
TIMES = re.compile(r'"(created|at|epoch|re|joined|since|Date|retry_after)": ?("[^"]*"|[0-9.]+)')


@dataclass
class BannedViewer:
    """`session` is the host's, which exists or never was; another host shows one to everybody."""

    host: Person
    viewer: Person
    hosting: Client
    showing: Client
    watching: Client
    session: str
    shown: str
    names: dict[str, str] = field(default_factory=dict)
    answers: list[Any] = field(default_factory=list)

    def named(self, said: Any) -> str:
        """With names in place of ids, and without what differs from call to call."""
        text = json.dumps(self._sorted(said))
        for id, name in self.names.items():
            text = text.replace(id, name)
        return TIMES.sub(r'"\1": 0', text)

    def _sorted(self, said: Any) -> Any:
        """By the names, not by the ids, which differ from call to call."""
        if isinstance(said, list | tuple):
            return [self._sorted(one) for one in said]
        if not isinstance(said, dict):
            return said
        named = {self.names.get(key, key): self._sorted(one) for key, one in said.items()}
        return dict(sorted(named.items()))

    async def refused(self, command: str, **fields: Any) -> None:
        try:
            answer: Any = await self.watching.command(command, **fields)
        except Refused:
            answer = [one for one in self.watching.frames if one["type"] == "refusal"][-1]
        self.answers.append((command, answer))

    async def call(self, method: str, path: str, **options: Any) -> None:
        said = await self.viewer.call(method, path, **options)
        self.answers.append((method, said.status_code, said.text))

    async def show(self, n: int) -> None:
        """Another session is changed, and the viewer hears of it."""
        await self.showing.command("session.update", session=self.shown, attributes={"n": n})
        watching = self.watching.states
        await self.watching.until(
            lambda: watching["sessions"][self.shown]["attributes"] == {"n": n}
        )

    def came_and_went(self, topic: str) -> bool:
        heard = [one["type"] for one in self.watching.frames if one.get("topic") == topic]
        return heard == ["state", "patch", "patch"]

    def heard(self, *topics: str) -> list[Any]:
        return [
            [self.named(one) for one in self.watching.frames if one.get("topic") == topic]
            for topic in topics
        ]


async def launch_hosted(client: Client) -> str:
    await client.command("host.set", only_friends=False)
    return str((await client.command("session.launch", name="here"))["session"]["id"])


@asynccontextmanager
async def banned_viewer(url: str, *, exists: bool) -> AsyncIterator[BannedViewer]:
    async with AsyncExitStack() as stack:
        host, other, viewer = await new_host(url), await new_host(url), await new_user(url)
        hosting, showing, watching = [
            await stack.enter_async_context(await one.connect()) for one in (host, other, viewer)
        ]
        shown = await launch_hosted(showing)
        await hosting.command("host.set", only_friends=False)
        session = await launch_hosted(hosting) if exists else NEVER
        made = BannedViewer(host, viewer, hosting, showing, watching, session, shown)
        made.names = {host.uuid: "host", other.uuid: "other", viewer.uuid: "viewer"}
        made.names |= {session: "session", shown: "shown", str(viewer.name): "viewer"}
        for name, id in (("session", session), ("shown", shown)):
            made.names |= {str(seat_id(int(id), f"{n}")): f"{name} {n}" for n in range(8)}
        yield made
