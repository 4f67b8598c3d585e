"""Who may watch no longer hears no more, whatever the moment and whatever word was lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from protocol import topics
from tests.api.serving import Served, serving
from tests.client import Client
from tests.people import Person, new_host, new_user


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(heal_seconds=0.2) as served:
        yield served


@dataclass
class Table:
    host: Person
    guest: Person
    hosting: Client
    joining: Client
    session: str


@pytest.fixture
async def table(served: Served) -> AsyncIterator[Table]:
    host, guest = await new_host(served.url), await new_user(served.url)
    hosting, joining = await host.connect(), await guest.connect()
    await hosting.command("host.set", only_friends=False)
    session = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=session)
    yield Table(host, guest, hosting, joining, session)
    await hosting.close()
    await joining.close()


@pytest.mark.parametrize("kind", ["chat", "session"])
async def test_who_is_banned_while_the_topic_opens_is_shown_out(
    served: Served, table: Table, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = f"{kind}:{table.session}"
    opening, banned = asyncio.Event(), asyncio.Event()
    here, hub = asyncio.get_running_loop(), served.lobby.hub
    open_it = hub.open

    async def slowly(topic: str) -> None:
        await open_it(topic)
        here.call_soon_threadsafe(opening.set)
        waiting = asyncio.run_coroutine_threadsafe(banned.wait(), here)
        await asyncio.wrap_future(waiting)

    monkeypatch.setattr(hub, "open", slowly)
    watching = asyncio.create_task(table.joining.command("watch", topic=topic))
    await opening.wait()
    await table.hosting.command("host.ban", guest=table.guest.uuid)
    banned.set()
    await watching
    await table.joining.until(lambda: topic in table.joining.ended)
    monkeypatch.undo()
    await table.hosting.command("session.say", session=table.session, text="are they gone?")
    await table.joining.command("ping")
    assert not table.joining.entries.get(topic)


async def test_a_lost_word_of_a_ban_is_made_up_for(served: Served, table: Table) -> None:
    await table.joining.watch(f"session:{table.session}")
    await table.joining.watch(f"host:{table.host.uuid}")
    lobby = served.lobby

    def lose(topic: str, payload: str) -> None:
        if topic != topics.ACCOUNTS:
            publish(topic, payload)

    publish, lobby.bus.publish = lobby.bus.publish, lose  # type: ignore[method-assign]
    await table.hosting.command("host.ban", guest=table.guest.uuid)
    lobby.bus.publish = publish  # type: ignore[method-assign]
    await table.joining.command("ping")
    assert table.joining.ended == {}

    async def say_that_words_were_lost() -> None:
        lobby.hub._hear(topics.ACCOUNTS, None)

    served.do(say_that_words_were_lost())
    await table.joining.until(lambda: len(table.joining.ended) == 2)
