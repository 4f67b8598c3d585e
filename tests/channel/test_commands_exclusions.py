"""Kicks with a time, pardons and bans with a time, as the channel says them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest

from lobby.actions.changes import change
from lobby.domain.sessions.exclusions import MOST_EXCLUDED, Exclusion
from tests.support.channel_client import Client, Refused
from tests.support.people import Person, new_host, new_user
from tests.support.server_thread import Served, serving


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@dataclass
class Scene:
    host: Client
    guest: Client
    session: str

    async def kick(self, **words: Any) -> Any:
        words = {"session": self.session, "guest": self.guest.uuid, **words}
        return await self.host.command("session.kick", **words)

    async def pardon(self) -> Any:
        words = {"session": self.session, "guest": self.guest.uuid}
        return await self.host.command("session.pardon", **dict[str, Any](words))

    async def told(self, kind: str, message: str = "") -> dict[str, Any]:
        """Until the guest's inbox has such an entry; the newest."""
        if "inbox" not in self.guest.entries:
            await self.guest.watch("inbox", after=0)

        def found() -> list[dict[str, Any]]:
            entries = self.guest.entries["inbox"].values()
            return [e for e in entries if e["kind"] == kind and message in e["message"]]

        await self.guest.until(lambda: bool(found()))
        return found()[-1]

    async def join(self) -> Any:
        return await self.guest.command("session.join", session=self.session)

    async def excluded(self) -> Any:
        return (await self.host.command("session.excluded", session=self.session))["excluded"]

    async def refused(self, said: Any) -> str:
        with pytest.raises(Refused) as refused:
            await said
        return refused.value.code


@pytest.fixture
async def scene(served: Served) -> AsyncIterator[Scene]:
    owner, visitor = await new_host(served.url), await new_user(served.url)
    host, guest = await owner.connect(), await visitor.connect()
    await host.command("host.set", only_friends=False)
    session = (await host.command("session.launch"))["session"]["id"]
    await guest.command("session.join", session=session)
    yield Scene(host, guest, session)
    await host.close()
    await guest.close()


async def test_a_kick_with_a_time_keeps_out_until_a_pardon(scene: Scene) -> None:
    before = (await scene.host.command("ping"))["at"]
    assert (await scene.kick(for_s=600, reason="afk")).keys() == {"version"}
    assert await scene.refused(scene.join()) == "kept_out"
    excluded = await scene.excluded()
    assert excluded.keys() == {scene.guest.uuid}
    entry = excluded[scene.guest.uuid]
    assert (entry["reason"], entry["by"]) == ("afk", scene.host.uuid)
    assert 600 <= entry["until"] - before < 700
    assert (await scene.told("session_kicked", "afk"))["until"] == entry["until"]
    assert (await scene.pardon()).keys() == {"version"}
    assert await scene.excluded() == {}
    await scene.join()


async def test_an_invitation_by_name_lets_in_who_was_kept_out(scene: Scene) -> None:
    await scene.kick(for_s=600)
    await scene.host.command("session.invite", session=scene.session, guest=scene.guest.uuid)
    await scene.join()
    assert await scene.excluded() == {}


async def test_a_hosts_kick_keeps_out_for_a_while_and_for_no_time_if_that_is_said(
    scene: Scene,
) -> None:
    await scene.kick()
    assert await scene.refused(scene.join()) == "kept_out"
    assert await scene.refused(scene.kick()) == "not_seated"
    await scene.kick(for_s=600)
    await scene.pardon()
    await scene.join()
    await scene.kick(for_s=0)
    await scene.join()


async def test_where_nobody_more_can_be_kept_out_a_plain_kick_says_that_they_may_come_back(
    served: Served, scene: Scene
) -> None:
    kept_out = {str(uuid4()): Exclusion(scene.host.uuid, 0.0) for _ in range(MOST_EXCLUDED)}
    served.do(
        change.alter(
            served.lobby, int(scene.session), lambda s: s.exclusions.players.update(kept_out)
        )
    )
    assert await scene.refused(scene.kick(for_s=60)) == "list_full"
    assert (await scene.kick())["kept_out"] is False
    await scene.join()
    assert "kept_out" not in await scene.kick(for_s=0)


async def test_nobody_kicks_the_host_whose_session_it_is(scene: Scene) -> None:
    kick = scene.kick(guest=scene.host.uuid)
    assert await scene.refused(kick) == "forbidden"
    permit = scene.host.command(
        "session.permit", session=scene.session, player=scene.host.uuid, permits=["kick"]
    )
    assert await scene.refused(permit) == "forbidden"


async def test_the_reason_is_said_under_either_name_and_not_under_both(scene: Scene) -> None:
    refused = scene.refused(scene.kick(reason="a", message="b"))
    assert await refused == "malformed"
    for name in ("reason", "message"):
        await scene.kick(for_s=0, **{name: f"by {name}"})
        assert "until" not in await scene.told("session_kicked", f"by {name}")
        await scene.join()


@pytest.mark.parametrize("for_s", [-1, 31_536_001, 1.5, "60", True])
async def test_a_time_is_whole_seconds_of_a_year_at_most(scene: Scene, for_s: Any) -> None:
    assert await scene.refused(scene.kick(for_s=for_s)) == "malformed"
    ban = scene.host.command("host.ban", guest=scene.guest.uuid, for_s=for_s)
    assert await scene.refused(ban) == "malformed"
    assert await scene.excluded() == {}


async def test_a_ban_with_a_time_is_listed_while_it_lasts_and_its_reason_is_the_hosts(
    served: Served, scene: Scene
) -> None:
    banned = await scene.host.command(
        "host.ban", guest=scene.guest.uuid, for_s=1, reason="between us"
    )
    assert banned == {"banlist": [scene.guest.uuid]}
    await scene.told("session_banned")
    assert "between us" not in str(scene.guest.frames)

    async def listed() -> list[str]:
        person = Person(served.url, scene.host.uuid, str(scene.host.token))
        found: list[str] = (await person.call("GET", f"/hosts/{person.uuid}")).json()["banlist"]
        return found

    while await listed():
        pass
    await scene.join()
