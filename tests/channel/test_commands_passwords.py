"""Passwords of sessions, as the channel says them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.people import new_host, new_user
from tests.support.server_thread import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture
async def people(served: Served) -> AsyncIterator[tuple[Client, Client]]:
    """A host and a guest."""
    owner, visitor = await new_host(served.url), await new_user(served.url)
    async with await owner.connect() as host, await visitor.connect() as guest:
        await host.command("host.set", only_friends=False)
        yield host, guest


async def refused(client: Client, name: str, **words: Any) -> tuple[str, object]:
    with pytest.raises(Refused) as no:
        await client.command(name, **words)
    said = [frame for frame in client.frames if frame["type"] == "refusal"]
    return no.value.code, said[-1].get("about")


async def test_a_launch_an_update_and_a_join_say_it(people: tuple[Client, Client]) -> None:
    host, guest = people
    session = (await host.command("session.launch", password="sesame"))["session"]
    id = session["id"]
    assert session["password"] is True
    asked = await guest.command("session.ask", sessions=[id])
    assert asked == {"sessions": {id: {"may": "password"}}}
    for named in ({"session": id}, {"host": host.uuid}):
        assert await refused(guest, "session.join", **named) == ("password_needed", {"left": 5})
    wrong = await refused(guest, "session.join", session=id, password="open")
    assert wrong == ("wrong_password", {"left": 4})
    joined = await guest.command("session.join", host=host.uuid, password="sesame")
    assert joined["session"]["password"] is True
    cleared = await host.command("session.update", session=id, password=None)
    assert cleared["session"]["password"] is False


async def test_an_update_that_does_not_say_it_leaves_it(people: tuple[Client, Client]) -> None:
    host, _ = people
    id = (await host.command("session.launch", password="sesame"))["session"]["id"]
    renamed = await host.command("session.update", session=id, name="Table")
    assert renamed["session"]["password"] is True


async def test_watchers_of_the_list_see_that_there_is_one(people: tuple[Client, Client]) -> None:
    host, guest = people
    id = (await host.command("session.launch"))["session"]["id"]
    await guest.watch("sessions")
    await guest.until(lambda: id in guest.states["sessions"])
    assert guest.states["sessions"][id]["password"] is False
    await host.command("session.update", session=id, password="sesame")
    await guest.until(lambda: guest.states["sessions"][id]["password"])


async def test_the_same_wrong_join_said_again_is_one_try(people: tuple[Client, Client]) -> None:
    host, guest = people
    id = (await host.command("session.launch", password="sesame"))["session"]["id"]
    for _ in range(3):
        said = await refused(guest, "session.join", id="once", session=id, password="open")
        assert said == ("wrong_password", {"left": 4})
