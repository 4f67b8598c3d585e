"""A developer types what the page of the example game server says, and sees what it shows."""

from __future__ import annotations

import re

from tests.docs.shell_sessions import Evening, Page

PAGE = Page("examples/README.md")
TIME = r"^\d\d:\d\d:\d\d "


def lines(shown: str) -> list[str]:
    """What a game server says, without what is never the same twice."""
    said = re.findall(rf"{TIME}(.+)$", shown, re.MULTILINE)
    return [re.sub(r"(?<=registered as ).+|\d+", "", line) for line in said]


async def test_a_player_gets_a_game_server_and_the_way_there(evening: Evening) -> None:
    serve, host, play, look, leave = PAGE.blocks()
    await evening.serve(serve)
    server, player = evening.terminal(), evening.terminal()
    server.type(host)
    await server.shows("registered as")
    player.type(play)
    way = (await server.shows(r"players may travel to (\S+)"))[1]
    await server.shows("health healthy")
    await server.shows("players or invited")
    assert sorted(lines(server.shown)) == sorted(lines(PAGE.text))
    player.type(look)
    await player.shows(f'"join_status":"joinable".+{way}')
    player.type(leave)
    await server.shows("the session is over")


async def test_the_lobby_starts_a_game_server_by_itself(evening: Evening) -> None:
    serve, _, play, look, leave = PAGE.blocks()
    (below,) = PAGE.blocks("toml")
    lobby = await evening.serve(serve.replace("\nEND\n", f"\n\n{below}END\n"))
    player = evening.terminal()
    player.type(play)
    way = (await lobby.shows(r"players may travel to (\S+)"))[1]
    player.type(look)
    await player.shows(f'"join_status":"joinable".+{way}')
    player.type(leave)
    await lobby.shows("the session is over")
