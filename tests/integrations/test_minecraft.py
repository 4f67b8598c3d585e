"""The status of a Minecraft server, shown as the deployment's own."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from lobby.actions.accounts import accounts
from lobby.domain.permissions import SYSTEM
from lobby.integrations.minecraft import CACHE_SECONDS, REQUEST_WAIT_SECONDS, MinecraftClient
from lobby.integrations.motd import MessageOfTheDay
from tests.support.checked_clients import recorded
from tests.support.minecraft_server import GOOD, MinecraftServer, packet, varint
from tests.support.pictures import data_url, png
from tests.support.processes import LobbyProcess
from tests.support.server_status import PASSWORD, User, add, new_login, said
from tests.support.server_thread import serving

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
        self.server = MinecraftClient(minecraft.address, clock=lambda: self.now)

    async def online(self) -> int | None:
        seen = await self.server.status()
        return seen.online if seen else None


async def test_it_is_asked_once_in_five_seconds_however_many_want_to_know() -> None:
    with MinecraftServer() as minecraft:
        asking = Asking(minecraft)
        assert await asyncio.gather(*(asking.online() for _ in range(50))) == [3] * 50
        minecraft.says = GOOD | {"players": {"online": 4, "max": 20}}
        asking.now = CACHE_SECONDS - 0.1
        assert (await asking.online(), minecraft.asked) == (3, 1)
        asking.now = CACHE_SECONDS
        assert (await asking.online(), minecraft.asked) == (4, 2)


async def test_while_it_is_slow_the_last_answer_stands_and_then_there_is_none() -> None:
    with MinecraftServer() as minecraft:
        asking = Asking(minecraft)
        assert await asking.online() == 3
        asking.now += CACHE_SECONDS
        minecraft.ready.clear()
        began = time.monotonic()
        assert await asking.online() == 3
        assert time.monotonic() - began < 2 * REQUEST_WAIT_SECONDS
        async with asyncio.timeout(2 * CACHE_SECONDS):
            while await asking.online() == 3:
                pass
        assert (await asking.online(), minecraft.asked) == (None, 2)
        minecraft.ready.set()
        asking.now += CACHE_SECONDS
        assert await asking.online() == 3


BROKEN: dict[str, dict[str, Any] | bytes] = {
    "no packet": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "nothing": b"",
    "no JSON": b"\x05\x00\x03nul",
    "a list": b"\x04\x00\x02[]",
    "another packet": b"\x04\x01\x02{}",
    "a packet without an end": b"\xff\xff\xff\xff\xff\xff",
    "a packet that is cut": b"\x7f\x00\x7d{",
    "a text longer than its packet": b"\x04\x00\x20{}",
    "more than anybody reads": packet(b"\0" + varint(300_000) + b" " * 300_000),
    "no end of lists": packet(b"\0" + varint(200_000) + b"[" * 200_000),
}


@pytest.mark.parametrize("says", BROKEN.values(), ids=BROKEN)
async def test_whatever_it_says_that_is_no_status_is_none(says: dict[str, Any] | bytes) -> None:
    with MinecraftServer() as minecraft:
        minecraft.says = says
        assert await MinecraftClient(minecraft.address).status() is None
    assert minecraft.asked == 1


WHOLE: dict[str, Any] = {
    "version": {"name": "Paper 1.21.4", "protocol": 769},
    "players": {"online": 3, "max": 20, "sample": [{"name": "Jo", "id": "1"}]},
    "description": {"text": "Welcome", "color": "gold"},
    "favicon": data_url(png(64, 64)),
}
EMPTY: dict[str, dict[str, Any]] = {
    "version": {"version_name": "", "version_protocol": 0},
    "players": {"online": 0, "max": 0, "sample": []},
    "description": {"motd": MessageOfTheDay(raw="", clean="", html="<p></p>")},
    "favicon": {"favicon": None},
}
"""What is shown of a part that says nothing."""


async def seen(says: dict[str, Any] | bytes) -> dict[str, Any]:
    with MinecraftServer() as minecraft:
        minecraft.says = says
        status = await MinecraftClient(minecraft.address).status()
    assert status
    return dict(status)


@pytest.mark.parametrize("odd", [None, 7, "x", [], [[]], {"x": 1}, True, 1e400])
@pytest.mark.parametrize("part", WHOLE)
async def test_a_part_that_is_none_loses_no_other(part: str, odd: Any) -> None:
    whole = await seen(WHOLE)
    without = await seen({name: said for name, said in WHOLE.items() if name != part})
    assert without == whole | EMPTY[part]
    got = await seen(WHOLE | {part: odd})
    assert {name: got[name] for name in got if name not in EMPTY[part]} == {
        name: whole[name] for name in whole if name not in EMPTY[part]
    }
    if part != "description":
        assert got == without


ODD_PARTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "hidden players": ({"players": {"max": 20}}, {"online": 0, "max": 20, "sample": []}),
    "players of words": (
        {"players": {"online": "many", "max": None, "sample": "Jo"}},
        {"online": 0, "max": 0, "sample": []},
    ),
    "players beyond counting": (
        {"players": {"online": 10**30, "max": -1, "sample": None}},
        {"online": 0, "max": -1, "sample": []},
    ),
    "players in halves": (
        {"players": {"online": 3.0, "max": 2.5, "sample": []}},
        {"online": 3, "max": 0, "sample": []},
    ),
    "a sample without ids": (
        {
            "players": {
                "online": 3,
                "max": 20,
                "sample": [{"name": "Jo"}, {"id": "2"}, 1, None, ["x"]],
            }
        },
        {"sample": ["Jo"]},
    ),
    "a sample with halves of letters": (
        {
            "players": {
                "online": 3,
                "max": 20,
                "sample": [{"name": "Jo\ud83d"}, {"name": "x" * 5_000}],
            }
        },
        {"sample": ["Jo\ufffd", "x" * 256]},
    ),
    "a version without protocol": (
        {"version": {"name": "Velocity"}},
        {"version_name": "Velocity", "version_protocol": 0},
    ),
    "a version of numbers": (
        {"version": {"name": 1, "protocol": "2"}},
        {"version_name": "", "version_protocol": 0},
    ),
    "an endless version": (
        {"version": {"name": "x" * 100_000, "protocol": 1}},
        {"version_name": "x" * 256, "version_protocol": 1},
    ),
    "line breaks in the favicon": (
        {"favicon": "data:image/png;base64," + "iVBORw0KGgo\n" * 100 + "=\r\n"},
        {"favicon": "data:image/png;base64," + "iVBORw0KGgo" * 100 + "="},
    ),
    "mods and secure chat": ({"modinfo": 1, "forgeData": "x", "enforcesSecureChat": None}, {}),
}


@pytest.mark.parametrize(("says", "shows"), ODD_PARTS.values(), ids=ODD_PARTS)
async def test_one_odd_value_loses_nothing_else(
    says: dict[str, Any], shows: dict[str, Any]
) -> None:
    assert await seen(WHOLE | says) == await seen(WHOLE) | shows


async def test_bytes_that_are_not_utf_8_lose_nothing_else() -> None:
    text = json.dumps(WHOLE).encode().replace(b"Welcome", b"Welc\xf6me")
    got = await seen(packet(b"\0" + varint(len(text)) + text))
    assert (got["motd"].clean, got["online"]) == ("Welc\ufffdme", 3)


@pytest.mark.parametrize("favicon", ["http://elsewhere/x.png", "javascript:alert(1)", "x"])
async def test_a_favicon_that_is_no_picture_is_none(favicon: str) -> None:
    with MinecraftServer(favicon=favicon) as minecraft:
        seen = await MinecraftClient(minecraft.address).status()
    assert seen
    assert seen.favicon is None
