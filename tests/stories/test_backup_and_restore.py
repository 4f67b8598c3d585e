"""A server is backed up while it is used, lives on, and is taken back to the backup: clients that
knew what came after it agree with what stands now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from tests.support import commands
from tests.support.channel_client import Client
from tests.support.people import new_host, new_user
from tests.support.processes import LobbyProcess


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LobbyProcess]:
    server = LobbyProcess(tmp_path).start()
    yield server
    server.remove()


@dataclass
class Pair:
    """A host and a guest in one session, who watch it and its chat."""

    hosting: Client
    joining: Client
    id: str
    both: list[Client] = field(init=False)

    def __post_init__(self) -> None:
        self.both = [self.hosting, self.joining]
        self.session, self.chat = f"session:{self.id}", f"chat:{self.id}"

    async def watch(self, after: int | None = None) -> None:
        for client in self.both:
            await client.watch(self.session)
            await client.watch(self.chat, after=after)

    async def rename_and_say(self, *texts: str) -> None:
        for text in texts:
            await self.hosting.command("session.update", session=self.id, name=text)
            await self.hosting.command("session.say", session=self.id, text=text)

    async def agree_on(self, name: str, said: list[str]) -> None:
        for client in self.both:
            await client.until(partial(self._there, client, name, len(said)))
            entries = sorted(client.entries[self.chat].items())
            assert [entry["text"] for _, entry in entries] == said
            assert client.gaps == 0
            assert client.violations == []
        assert self.hosting.states[self.session] == self.joining.states[self.session]

    def _there(self, client: Client, name: str, entries: int) -> bool:
        named = client.states[self.session]["name"] == name
        return named and len(client.entries[self.chat]) == entries


async def a_pair(url: str) -> Pair:
    host, guest = await new_host(url), await new_user(url)
    hosting, joining = await host.connect(), await guest.connect()
    await hosting.command("host.set", only_friends=False)
    id = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=id)
    return Pair(hosting, joining, id)


async def test_clients_agree_after_a_restore(server: LobbyProcess) -> None:
    pair = await a_pair(server.url)
    await pair.rename_and_say("kept")
    # 1. It is backed up while it serves; a second time not over the first.
    made = commands.lobby(server.home, "backup", "backup")
    assert (made.returncode, made.stderr) == (0, "")
    assert f"{server.home / 'backup'}: " in made.stdout
    assert commands.lobby(server.home, "backup", "backup").returncode == 1
    # 2. It lives on: what is watched has versions and cursors that the backup does not know.
    await pair.watch(after=0)
    await pair.rename_and_say("lost 1", "lost 2", "lost 3")
    await pair.agree_on("lost 3", ["kept", "lost 1", "lost 2", "lost 3"])
    # 3. Nothing is restored while it runs; then everything is.
    assert commands.lobby(server.home, "restore", "backup").returncode == 3
    for client in pair.both:
        await client.drop()
    server.stop()
    restored = commands.lobby(server.home, "restore", "backup")
    assert restored.returncode == 0, restored.stderr
    server.start()
    # 4. By the time they watch again, its versions and cursors have come as far as what they knew.
    for client in pair.both:
        await client.open()
    await pair.rename_and_say("new 1", "new 2", "new 3", "new 4")
    await pair.watch()
    await pair.rename_and_say("new 5")
    await pair.agree_on("new 5", ["kept", "new 1", "new 2", "new 3", "new 4", "new 5"])
    for client in pair.both:
        await client.close()
