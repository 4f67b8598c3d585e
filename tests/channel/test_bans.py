"""Who may watch no longer hears no more, whatever the moment and whatever word was lost."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

import pytest

from protocol import topics
from tests.support.channel_client import Client
from tests.support.frozen_stores import away
from tests.support.people import Person, new_host, new_user
from tests.support.server_thread import Served, serving
from tests.support.waiting import until


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(heal_seconds=0.2) as served:
        yield served


@dataclass
class WatchedSession:
    host: Person
    guest: Person
    hosting: Client
    joining: Client
    session: str

    @property
    def about_host(self) -> str:
        return f"host:{self.host.uuid}"

    @property
    def gone(self) -> bool:
        """Whether the guest is shown no session any more."""
        ended = set(self.joining.ended) == {f"session:{self.session}"}
        return ended and "session" not in self.joining.states[self.about_host]


@pytest.fixture
async def watched(served: Served) -> AsyncIterator[WatchedSession]:
    host, guest = await new_host(served.url), await new_user(served.url)
    hosting, joining = await host.connect(), await guest.connect()
    await hosting.command("host.set", only_friends=False)
    session = (await hosting.command("session.launch"))["session"]["id"]
    await joining.command("session.join", session=session)
    yield WatchedSession(host, guest, hosting, joining, session)
    await hosting.close()
    await joining.close()


@pytest.mark.parametrize("kind", ["chat", "session"])
async def test_who_is_banned_while_the_topic_opens_is_shown_out(
    served: Served, watched: WatchedSession, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = f"{kind}:{watched.session}"
    opening, banned = asyncio.Event(), asyncio.Event()
    here, hub = asyncio.get_running_loop(), served.lobby.hub
    open_it = hub.open

    async def slowly(topic: str) -> None:
        await open_it(topic)
        here.call_soon_threadsafe(opening.set)
        waiting = asyncio.run_coroutine_threadsafe(banned.wait(), here)
        await asyncio.wrap_future(waiting)

    monkeypatch.setattr(hub, "open", slowly)
    watching = asyncio.create_task(watched.joining.command("watch", topic=topic))
    await opening.wait()
    await watched.hosting.command("host.ban", guest=watched.guest.uuid)
    banned.set()
    await watching
    await watched.joining.until(lambda: topic in watched.joining.ended)
    monkeypatch.undo()
    await watched.hosting.command("session.say", session=watched.session, text="are they gone?")
    await watched.joining.command("ping")
    assert not watched.joining.entries.get(topic)


async def lose_the_word_of_a_ban(served: Served, watched: WatchedSession) -> None:
    await watched.joining.watch(f"session:{watched.session}")
    assert "session" in await watched.joining.watch(watched.about_host)
    lobby = served.lobby

    def lose(topic: str, payload: str) -> None:
        if topic != topics.ACCOUNTS:
            publish(topic, payload)

    publish, lobby.bus.publish = lobby.bus.publish, lose  # type: ignore[method-assign]
    await watched.hosting.command("host.ban", guest=watched.guest.uuid)
    lobby.bus.publish = publish  # type: ignore[method-assign]
    await watched.joining.command("ping")
    assert watched.joining.ended == {}


async def say_that_words_were_lost(served: Served) -> None:
    served.lobby.hub._receive(topics.ACCOUNTS, None)


async def test_a_lost_word_of_a_ban_is_made_up_for(served: Served, watched: WatchedSession) -> None:
    await lose_the_word_of_a_ban(served, watched)
    served.do(say_that_words_were_lost(served))
    await watched.joining.until(lambda: watched.gone)


async def test_a_lost_word_is_made_up_for_also_when_the_store_is_away_just_then(
    served: Served, watched: WatchedSession
) -> None:
    await lose_the_word_of_a_ban(served, watched)
    with away(served.lobby.store):
        served.do(say_that_words_were_lost(served))
        # The round has begun, and found nobody to ask.
        await until(lambda: not served.lobby.hub.recheck.is_set())
        await watched.joining.command("ping")
        assert watched.joining.ended == {}
    await watched.joining.until(lambda: watched.gone)
