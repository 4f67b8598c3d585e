"""A code, a link and a password lead whoever is banned no further than the id does: what they are
answered is what they would be answered without the session."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.support.banned_viewers import NEVER, BannedViewer, banned_viewer
from tests.support.http_players import HttpGame, Player, http_game, of
from tests.support.server_thread import serving

NO_CODE = "ZZZZZ2"
"""A code that no session has."""
PASSWORD = "the gate is open"
GUESSES = 12
"""Codes that one account may try in a minute, and some more."""


async def asked_by_code(scene: BannedViewer, code: str) -> None:
    """All that takes a code or a password, and all that gives one."""
    id, typed = scene.session, f"{code[:3].lower()}-{code[3:]} "
    passwords: list[dict[str, Any]] = [{}, {"password": PASSWORD}, {"password": "wrong"}]
    for words in passwords:
        await scene.refused("session.join", session=id, **words)
        await scene.refused("session.join", host=scene.host.uuid, **words)
        await scene.refused("session.join", session=code, **words)
    await scene.refused("session.join", session=typed)
    await scene.refused("session.ask", sessions=[code])
    await scene.refused("watch", topic=f"session:{code}")
    for words in ({}, {"renew": True}, {"drop": True}):
        await scene.refused("session.code", session=id, **words)
    for password in ("another", None):
        await scene.refused("session.update", session=id, password=password)
    for name in (code, typed.strip(), id):
        await scene.call("GET", f"/j/{name}")
    await scene.call("GET", "/slots", params={"session": code})
    for _ in range(GUESSES):
        await scene.refused("session.join", session=code)


async def secured(scene: BannedViewer) -> str:
    """The host's session gets a password and a code."""
    await scene.hosting.command("session.update", session=scene.session, password=PASSWORD)
    made = await scene.hosting.command("session.code", session=scene.session)
    return str(made["code"])


async def transcript(*, exists: bool) -> list[Any]:
    with serving() as served:
        async with banned_viewer(served.url, exists=exists) as here:
            code = NO_CODE
            if exists:
                code = await secured(here)
                await here.hosting.command("host.ban", guest=here.viewer.uuid)
            here.names |= {code: "code", code[:3].lower(): "cod", code[3:]: "e"}
            await here.watching.watch("sessions")
            await asked_by_code(here, code)
            if exists:
                await here.hosting.command("session.code", session=here.session, renew=True)
                await here.hosting.command("session.update", session=here.session, password=None)
            await asked_by_code(here, code)
            await here.show(1)
            return [[here.named(one) for one in here.answers], here.heard("sessions")]


async def test_by_code_link_and_password_the_session_never_was() -> None:
    banned, without = await transcript(exists=True), await transcript(exists=False)
    assert banned == without
    codes = "".join(banned[0])
    assert "session_not_found" in codes
    assert "too_many" in codes
    assert not any(word in codes for word in ("password_needed", "wrong_password"))


async def repeated(*, banned: bool) -> list[Any]:
    """A member's commands, said again with the same ids when they are banned, or when the session
    is over."""
    with serving() as served:
        async with banned_viewer(served.url, exists=True) as here:
            said: list[tuple[str, dict[str, Any]]] = [
                ("session.join", {"password": PASSWORD}),
                ("session.code", {}),
                ("session.code", {"renew": False}),
                ("session.say", {"text": "hello"}),
            ]
            await secured(here)
            for n, (name, words) in enumerate(said):
                await here.watching.command(name, id=f"said-{n}", session=here.session, **words)
            if banned:
                await here.hosting.command("host.ban", guest=here.viewer.uuid)
            else:
                await here.hosting.command("session.close", session=here.session)
            await here.watching.drop()
            await here.watching.open()
            for n, (name, words) in enumerate(said):
                await here.refused(name, id=f"said-{n}", session=here.session, **words)
            return [here.named(one) for one in here.answers]


async def test_commands_repeated_after_a_ban_are_answered_as_after_the_end() -> None:
    assert await repeated(banned=True) == await repeated(banned=False)


@pytest.fixture
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def page(player: Player, name: str, **headers: str) -> tuple[int, str, dict[str, str]]:
    found = httpx2.get(f"{player.callers.served.url}/j/{name}", headers=headers)
    told = {
        one: value for one, value in found.headers.items() if one not in ("date", "x-request-id")
    }
    return found.status_code, found.text, told


def as_cookie(player: Player) -> dict[str, str]:
    return {"Cookie": f"access_token={player.token}"}


def as_bearer(player: Player) -> dict[str, str]:
    return {"Authorization": f"Bearer {player.token}"}


def answers(player: Player, id: str, code: str) -> list[Any]:
    asked = [
        player.get(code),
        player.ask(code),
        player.join(code),
        player.join(code, password=PASSWORD),
        player.join(id, password=PASSWORD),
        player.join(id, password="wrong"),
        player.leave(code),
        player.revise(code, joinable=True),
        player.revise(id, password="another"),
        player.call("POST", f"{of(id)}:generate-short-code"),
        player.call("POST", f"{of(code)}:generate-short-code"),
    ]
    pages = [
        page(player, name, **login(player))
        for name in (id, code)
        for login in (as_cookie, as_bearer)
    ]
    return [(one.status_code, one.json() if one.content else None) for one in asked] + pages


def test_in_player_services_and_behind_the_link_it_never_was_either(game: HttpGame) -> None:
    ann, eve, cid = game.players(3)
    id = ann.open("plaza")
    assert ann.revise(id, password=PASSWORD).status_code == 200
    code = ann.call("POST", f"{of(id)}:generate-short-code").json()["short_code"]
    assert {page(eve, name, **as_bearer(eve))[0] for name in (id, code)} == {200}
    game.ban(ann, eve)
    banned = answers(eve, id, code)
    assert banned == answers(cid, NEVER, NO_CODE)
    assert [one[0] for one in banned[-4:]] == [404] * 4
    assert page(cid, code, **as_cookie(cid))[0] == 200
