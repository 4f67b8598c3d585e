"""The status of a Minecraft server, shown as the deployment's own."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from lobby.actions import accounts
from lobby.domain.permissions import SYSTEM
from lobby.minecraft import FRESH_SECONDS, PATIENCE_SECONDS, Server
from tests.api.serving import serving
from tests.minecraft import GOOD, MinecraftServer
from tests.processes import LobbyProcess
from tests.recorder import recorded
from tests.server_status.people import PASSWORD, User, add, new_login, said
from tests.server_status.pictures import data_url, png

MOTD = "§6Gold §lbold§r <script>alert(1)</script> <img src=x onerror='alert(2)'>"
NOTHING: dict[str, Any] = {
    "version": {"name": "", "protocol": 0},
    "players": {"online": 0, "max": 0, "sample": []},
    "motd": {"raw": "", "clean": "", "html": "<p></p>"},
    "favicon": None,
}


@contextmanager
def lobby_of(minecraft: MinecraftServer) -> Iterator[User]:
    """An administrator of a lobby that shows this server's status."""
    with serving(minecraft_address=minecraft.address) as served, recorded(served.url) as http:
        login, lobby = new_login(), served.lobby
        made = served.do(accounts.register_user(lobby, login=login, password=PASSWORD))
        served.do(accounts.set_admin(lobby, SYSTEM, account=made.uuid, admin=True))
        yield User(http, login).log_in()


class Tags(HTMLParser):
    """Every tag and attribute that a browser would see."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found |= {tag, *(name for name, _ in attrs)}


def test_its_status_is_shown_and_its_players_are_known_by_their_nicknames() -> None:
    nickname = new_login("Nick")
    sample = [{"name": nickname.upper(), "id": "1"}, {"name": "Stranger", "id": "2"}]
    sample += [{"name": odd, "id": "3"} for odd in ("", "\0", "§aHub", "\u202e")]
    players = {"online": 6, "max": 20, "sample": sample}
    favicon = data_url(png(64, 64))
    says: dict[str, Any] = {"players": players, "description": MOTD, "favicon": favicon}
    with MinecraftServer(**says) as minecraft, lobby_of(minecraft) as admin:
        user = add(admin, nicknames=[nickname])
        whole = user.get("/server")
        assert whole["version"] == {"name": "1.21.4", "protocol": 769}
        assert (whole["players"]["online"], whole["players"]["max"]) == (6, 20)
        assert whole["players"]["sample"][:2] == [
            {"nickname": nickname.upper(), "login": user.login},
            {"nickname": "Stranger", "login": None},
        ]
        assert {each["login"] for each in whole["players"]["sample"][1:]} == {None}
        assert whole["address"] == minecraft.address
        assert whole["favicon"] == favicon
        assert whole["motd"]["raw"] == MOTD
        assert whole["motd"]["clean"] == re.sub("§.", "", MOTD)
        assert Tags(whole["motd"]["html"]).found == {"p", "span", "style", "b"}
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in whole["motd"]["html"]


def test_a_message_in_components_keeps_its_colours_and_is_as_harmless() -> None:
    extra = [{"text": "<script>", "color": "#ff00aa"}, {"translate": "<i>x</i>"}, "</p> & co"]
    description = {"text": "Hi ", "color": "gold", "extra": extra}
    minecraft = MinecraftServer(description=description)
    with minecraft, lobby_of(minecraft) as admin:
        motd = admin.get("/server/motd")
    assert motd["raw"].startswith("§6Hi ")
    assert motd["clean"] == "Hi <script></p> & co"
    assert Tags(motd["html"]).found == {"p", "span", "style"}
    assert "rgb(255, 0, 170)" in motd["html"]


def test_where_nobody_listens_there_is_nothing_and_the_log_says_so(tmp_path: Path) -> None:
    with MinecraftServer() as gone:
        pass
    lobby = LobbyProcess(tmp_path, minecraft_address=gone.address, anonymous_access=True).start()
    try:
        with recorded(lobby.url) as http:
            shown = said(http.get("/api/server"))
        assert shown == NOTHING | {"address": gone.address}
        assert '"minecraft_server_silent"' in lobby.log
    finally:
        lobby.remove()


class Asking:
    """Who asks a server, by a clock that the test moves."""

    def __init__(self, minecraft: MinecraftServer) -> None:
        self.now = 0.0
        self.server = Server(minecraft.address, clock=lambda: self.now)

    async def online(self) -> int | None:
        seen = await self.server.status()
        return seen.online if seen else None


async def test_it_is_asked_once_in_five_seconds_however_many_want_to_know() -> None:
    with MinecraftServer() as minecraft:
        asking = Asking(minecraft)
        assert await asyncio.gather(*(asking.online() for _ in range(50))) == [3] * 50
        minecraft.says = GOOD | {"players": {"online": 4, "max": 20}}
        asking.now = FRESH_SECONDS - 0.1
        assert (await asking.online(), minecraft.asked) == (3, 1)
        asking.now = FRESH_SECONDS
        assert (await asking.online(), minecraft.asked) == (4, 2)


async def test_while_it_is_slow_the_last_answer_stands_and_then_there_is_none() -> None:
    with MinecraftServer() as minecraft:
        asking = Asking(minecraft)
        assert await asking.online() == 3
        asking.now += FRESH_SECONDS
        minecraft.ready.clear()
        began = time.monotonic()
        assert await asking.online() == 3
        assert time.monotonic() - began < 2 * PATIENCE_SECONDS
        async with asyncio.timeout(2 * FRESH_SECONDS):
            while await asking.online() == 3:
                pass
        assert (await asking.online(), minecraft.asked) == (None, 2)
        minecraft.ready.set()
        asking.now += FRESH_SECONDS
        assert await asking.online() == 3


BROKEN: dict[str, dict[str, Any] | bytes] = {
    "no packet": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "nothing": b"",
    "no JSON": b"\x05\x00\x03nul",
    "a list": b"\x04\x00\x02[]",
    "no players": {"version": GOOD["version"], "description": ""},
    "words for numbers": GOOD | {"players": {"online": "many", "max": None}},
    "a number for a name": GOOD | {"version": {"name": 1, "protocol": 2}},
    "a list of numbers": GOOD | {"players": {"online": 1, "max": 2, "sample": [1]}},
    "a colour that is none": GOOD | {"description": {"text": "x", "color": "<b>"}},
    "an endless message": GOOD | {"version": {"name": "x" * 100_000, "protocol": 1}},
}


@pytest.mark.parametrize("says", BROKEN.values(), ids=BROKEN)
async def test_whatever_it_says_that_is_no_status_is_none(says: dict[str, Any] | bytes) -> None:
    with MinecraftServer() as minecraft:
        minecraft.says = says
        assert await Server(minecraft.address).status() is None
    assert minecraft.asked == 1


@pytest.mark.parametrize("favicon", ["http://elsewhere/x.png", "javascript:alert(1)", "x"])
async def test_a_favicon_that_is_no_picture_is_none(favicon: str) -> None:
    with MinecraftServer(favicon=favicon) as minecraft:
        seen = await Server(minecraft.address).status()
    assert seen
    assert seen.favicon is None
