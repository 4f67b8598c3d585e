"""To somebody whom a leader has banned the session never was: whatever they ask and watch, they are
answered what they would be answered without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from lobby.domain.sessions.seats import seat_id
from tests.support.banned_viewers import NEVER, BannedViewer, banned_viewer, launch_hosted
from tests.support.channel_client import Client
from tests.support.http_players import HttpGame, Player, http_game, of
from tests.support.server_thread import serving


async def ask_everything(scene: BannedViewer) -> None:
    """All that names the session, and all that lists it."""
    id, guest = scene.session, scene.host.uuid
    for topic in ("sessions", f"host:{guest}"):
        await scene.watching.watch(topic)
    for topic in (f"session:{id}", f"chat:{id}"):
        await scene.refused("watch", topic=topic)
    await scene.refused("session.ask", sessions=[id, scene.shown])
    await scene.refused("session.join", session=id)
    await scene.refused("session.join", host=guest)
    await scene.refused("session.leave", session=id)
    for verb in ("kick", "pardon", "invite"):
        await scene.refused(f"session.{verb}", session=id, guest=guest)
    await scene.refused("session.kick", session=id, guest=guest, reason="\u202e")
    await scene.refused("session.excluded", session=id)
    await scene.refused("session.update", session=id, name="mine")
    await scene.refused("session.push", session=id, source_of_truth_key="x" * 43, state={})
    await scene.refused("session.say", session=id, text="hello")
    await scene.refused("session.signal", session=id, body={})
    await scene.refused("session.close", session=id)
    await scene.refused("queue.join", session=id, queue="nowhere")
    await scene.refused("queue.leave", session=id)
    for wrong in ({"entry": "open", "joinable": True}, {"name": 5}, {"entry": "ajar"}):
        await scene.refused("session.update", session=id, **wrong)
    await scene.refused("session.kick", session=id)
    join = {"host": guest, "guest": scene.viewer.uuid}
    await scene.call("POST", "/sessions/players", json=join)
    await scene.call("GET", "/slots", params={"session": id})
    seat = seat_id(int(id), "1")
    await scene.call("GET", f"/slots/{seat}")
    await scene.call("POST", f"/slots/{seat}/reserve")


async def transcript(*, exists: bool) -> list[Any]:
    with serving() as served:
        async with banned_viewer(served.url, exists=exists) as here:
            if exists:
                await here.hosting.command("host.ban", guest=here.viewer.uuid)
            await ask_everything(here)
            await here.show(1)
            if exists:
                await here.hosting.command(
                    "session.update", session=here.session, attributes={"n": 1}
                )
            await here.show(2)
            if exists:
                await here.hosting.command("session.close", session=here.session)
                await launch_hosted(here.hosting)
            await here.show(3)
            await here.watching.drop()
            if exists:
                await here.hosting.command("host.set", attributes={})
            await here.watching.open()
            await here.watching.watch("sessions")
            await here.show(4)
            said = [here.named(answer) for answer in here.answers]
            return [said, *here.heard("sessions", f"host:{here.host.uuid}")]


async def test_for_whom_is_banned_the_session_never_was() -> None:
    banned, without = await transcript(exists=True), await transcript(exists=False)
    assert banned == without
    types = [re.findall(r'"type": "(\w+)"', frame)[-1] for frame in banned[1]]
    assert types == ["state", *3 * ["patch"], "unchanged", "patch"]


async def gone(*, banned: bool) -> list[Any]:
    """What a viewer hears when they are banned, or when the session is over."""
    with serving() as served:
        async with banned_viewer(served.url, exists=True) as here:
            topics = ["sessions", f"host:{here.host.uuid}", f"session:{here.session}"]
            for topic in topics:
                await here.watching.watch(topic)
            if banned:
                await here.hosting.command("host.ban", guest=here.viewer.uuid)
            else:
                await here.hosting.command("session.close", session=here.session)
            states = here.watching.states
            await here.watching.until(lambda: here.session not in states["sessions"])
            await here.watching.until(lambda: "session" not in states[topics[1]])
            await here.watching.until(lambda: topics[2] in here.watching.ended)
            await here.show(1)
            return here.heard(*topics)


async def test_a_ban_is_told_its_viewer_as_the_end_of_the_session() -> None:
    assert await gone(banned=True) == await gone(banned=False)


async def test_when_the_ban_runs_out_the_session_appears_without_anybodys_doing() -> None:
    with serving() as served:
        async with banned_viewer(served.url, exists=True) as here:
            about = f"host:{here.host.uuid}"
            for topic in ("sessions", about):
                await here.watching.watch(topic)
            await here.hosting.command("host.ban", guest=here.viewer.uuid, for_s=1)
            states = here.watching.states
            for topic in ("sessions", about):
                await here.watching.until(partial(here.came_and_went, topic))
            assert here.session in states["sessions"]
            assert states[about]["session"] == here.session
            await here.watching.command("session.join", session=here.session)


@pytest.fixture
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


async def connected(game: HttpGame, player: Player) -> Client:
    return await Client.connect(game.callers.served.url, player.token)


async def test_the_bans_of_whoever_leads_next_count(game: HttpGame) -> None:
    ann, bob, eve = game.players(3)
    id = ann.open("plaza", bob)
    game.ban(bob, eve)
    async with await connected(game, eve) as client:
        await client.watch("sessions")
        await client.watch(f"session:{id}")
        assert id in client.states["sessions"]
        assert ann.place(id, bob, status="leader").status_code == 200
        await client.until(lambda: id not in client.states["sessions"])
        await client.until(lambda: client.ended == {f"session:{id}": "session_closed"})
        assert eve.get(id).status_code == 404
        assert bob.place(id, ann, status="leader").status_code == 200
        await client.until(lambda: id in client.states["sessions"])
        assert eve.get(id).status_code == 200
        assert client.violations == []


def test_in_player_services_it_never_was_either(game: HttpGame) -> None:
    ann, eve, cid = game.players(3)
    id = ann.create("plaza")
    game.ban(ann, eve)

    def answers(player: Player, id: str) -> list[Any]:
        asked = [
            player.get(id),
            player.ask(id),
            player.join(id),
            player.leave(id),
            player.revise(id, joinable=True),
            player.remove(id, ann),
            player.place(id, ann, status="invited"),
            player.call("POST", f"{of(id)}/browser", {"custom_data": {}}),
            player.call("DELETE", f"{of(id)}/browser"),
            player.call("POST", f"{of(id)}/match", {}),
            player.call("DELETE", f"{of(id)}/match"),
            player.call("DELETE", f"{of(id)}/instance"),
            player.call("GET", f"{of(id)}/event"),
            player.revise(id, joinable="ajar"),
        ]
        return [(one.status_code, one.json() if one.content else None) for one in asked]

    def listed(player: Player) -> set[str]:
        page = player.call("GET", "/session/v1/browser", session_type="plaza")
        if page.status_code != 200:
            return {page.text}
        return {one["session_id"] for one in page.json()["browser_sessions"]}

    assert answers(eve, id) == answers(cid, NEVER)
    assert (id in listed(eve), id in listed(cid)) == (False, True)
    assert eve.create("plaza") != id
    assert cid.create("plaza") == id
