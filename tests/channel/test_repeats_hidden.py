"""A command is repeated by somebody from whom its session is hidden by now: what was answered
before is not told again.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from lobby.actions.accounts import hosts
from lobby.channel.repeats import REPEATS
from lobby.domain.permissions import Permit
from tests.channel.good_commands import name_of
from tests.support.command_scenes import LINES, Stage, answered, staged, text_of
from tests.support.matchmaking import matchmaking_world

BY_GUESTS = ["session.join", "session.code", "session.move", "session.say", "session.push"]
TELLS_NOTHING = ["session.leave"]
BY_LEADERS = {
    *("session.kick", "session.pardon", "session.invite", "session.update", "session.swap"),
    *("session.permit", "session.close", "session.launch"),
}
"""From whom no session is hidden by their own bans."""


def test_each_command_about_a_session_is_among_them() -> None:
    names = {name for name in map(name_of, REPEATS) if name.startswith("session.")}
    assert names == {*BY_GUESTS, *TELLS_NOTHING, *BY_LEADERS}


async def line_of(stage: Stage, name: str) -> bytes:
    """As a member who does not lead may say it."""
    _, said = await LINES[name](stage)
    return text_of(name, said)


@pytest.mark.parametrize("name", BY_GUESTS + TELLS_NOTHING)
async def test_whoever_is_banned_meanwhile_is_told_that_there_is_no_session(
    name: str, tmp_path: Path
) -> None:
    async with matchmaking_world(tmp_path) as world:
        stage = await staged(world)
        guest = stage.fresh if name == "session.join" else stage.other
        text = await line_of(stage, name)
        first = await answered(world.lobby, guest, text)
        assert first["type"] == "reply", first
        assert await answered(world.lobby, guest, text) == first
        host = Permit(stage.host)
        await hosts.ban(world.lobby, host, host=stage.host.uuid, guest=guest.uuid)
        again = await answered(world.lobby, guest, text)
        if name in TELLS_NOTHING:
            assert again["result"] == {}
        else:
            assert again["code"] == "session_not_found", again
