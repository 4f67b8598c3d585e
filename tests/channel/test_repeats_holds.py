"""A command that comes just when somebody's hold on a seat runs out frees that seat first. That
write is not the command's.
"""

from __future__ import annotations

from pathlib import Path

from lobby.actions.sessions import invitations
from tests.channel.test_repeats import killed, opened
from tests.support.command_scenes import answered, text_of
from tests.support.lobby import PausingStore, leading, seats_with
from tests.support.matchmaking import matchmaking_world


async def test_killed_between_a_hold_that_ran_out_and_its_effect_a_command_is_done_again(
    tmp_path: Path,
) -> None:
    reached, call = True, 0
    while reached:
        call += 1
        async with opened() as store:
            paced = PausingStore(store)
            async with matchmaking_world(tmp_path, paced) as world:  # type: ignore[arg-type]
                host, late, guest = [await world.local.person() for _ in range(3)]
                session = await world.local.open_session(host)
                await invitations.invite(
                    world.lobby, leading(host), id=session.id, player=late.uuid, seconds=3
                )
                world.local.clock.advance(4)
                text = text_of("session.join", {"session": str(session.id)})
                reached = await killed(world, paced, guest, text, behind=call)
            async with matchmaking_world(tmp_path, store) as back:
                back.local.clock.advance(4)
                again = await answered(back.lobby, guest, text)
                assert again["type"] == "reply", (call, again)
                seated = seats_with(await back.local.now(session)).values()
                assert set(seated) == {host.uuid, guest.uuid}, call
    assert call > 3
