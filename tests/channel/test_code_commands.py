"""`session.code`, and a code in the place of an id, as the channel says them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.people import new_host, new_user
from tests.support.server_thread import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(public_url="https://lobby.example") as served:
        yield served


@dataclass
class Scene:
    """A host's session, by invitation; a guest who is outside."""

    host: Client
    guest: Client
    session: str

    async def code(self, **words: Any) -> Any:
        return await self.host.command("session.code", session=self.session, **words)


async def refused(said: Any) -> str:
    with pytest.raises(Refused) as no:
        await said
    return no.value.code


@pytest.fixture
async def scene(served: Served) -> AsyncIterator[Scene]:
    owner, visitor = await new_host(served.url), await new_user(served.url)
    host, guest = await owner.connect(), await visitor.connect()
    session = (await host.command("session.launch", entry="invited"))["session"]["id"]
    yield Scene(host, guest, session)
    await host.close()
    await guest.close()


async def test_a_guest_comes_in_by_the_code_as_they_were_told_it(scene: Scene) -> None:
    said = await scene.code()
    link = f"https://lobby.example/j/{said['code']}"
    assert said == {"code": said["code"], "link": link, "version": said["version"]}
    assert await scene.code() == said
    assert await refused(scene.guest.command("session.join", session=scene.session))
    typed = f"{said['code'][:3].lower()}-{said['code'][3:]} "
    joined = await scene.guest.command("session.join", session=typed)
    assert (joined["session"]["id"], joined["session"]["code"]) == (scene.session, said["code"])


async def test_members_see_it_and_its_link_until_it_is_dropped(scene: Scene) -> None:
    topic = f"session:{scene.session}"
    await scene.host.watch(topic)
    await scene.guest.watch(topic)
    said = await scene.code()
    await scene.host.until(lambda: scene.host.states[topic].get("code") == said["code"])
    assert scene.host.states[topic]["link"] == said["link"]
    renewed = await scene.code(renew=True)
    await scene.host.until(lambda: scene.host.states[topic]["code"] == renewed["code"])
    assert await refused(scene.guest.command("session.join", session=said["code"])) == (
        "session_not_found"
    )
    assert (await scene.code(drop=True)).keys() == {"version"}
    await scene.host.until(lambda: "code" not in scene.host.states[topic])
    assert "link" not in scene.host.states[topic]
    await scene.guest.until(
        lambda: scene.guest.states[topic]["version"] == scene.host.states[topic]["version"]
    )
    assert not {"code", "link"} & scene.guest.states[topic].keys()


async def test_members_may_ask_for_it_and_only_who_invites_changes_it(scene: Scene) -> None:
    said, id = await scene.code(), scene.session
    assert await refused(scene.guest.command("session.code", session=id)) == "forbidden"
    await scene.guest.command("session.join", session=said["code"])
    again = await scene.guest.command("session.code", session=id)
    assert (again["code"], again["link"]) == (said["code"], said["link"])
    assert again["version"] > said["version"]
    for word in ("renew", "drop"):
        words: dict[str, Any] = {"session": id, word: True}
        assert await refused(scene.guest.command("session.code", **words)) == "forbidden"
    assert await refused(scene.code(renew=True, drop=True)) == "malformed"


async def test_a_code_names_nothing_where_nobody_comes_in(scene: Scene) -> None:
    code = (await scene.code())["code"]
    for command, words in (
        ("session.ask", {"sessions": [code]}),
        ("session.code", {"session": code}),
        ("session.close", {"session": code}),
    ):
        assert await refused(scene.host.command(command, **words)) == "malformed"
    assert await refused(scene.guest.command("watch", topic=f"session:{code}")) == (
        "session_not_found"
    )


async def test_the_eleventh_wrong_code_of_a_minute_is_too_many(scene: Scene) -> None:
    for _ in range(10):
        wrong = scene.guest.command("session.join", session="ZZZ ZZ2")
        assert await refused(wrong) == "session_not_found"
    assert await refused(scene.guest.command("session.join", session="ZZZZZ3")) == "too_many"
    await scene.host.command("session.update", session=scene.session, entry="open")
    await scene.host.command("host.set", only_friends=False)
    await scene.guest.command("session.join", session=scene.session)
