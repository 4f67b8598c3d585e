"""Passwords of sessions: they are nowhere but in the request that says them, and nobody keeps
others from logging in by guessing them."""

from __future__ import annotations

import asyncio
import hashlib
import json
from typing import Any

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.login import tokens
from lobby.actions.sessions import members
from lobby.actions.sessions.passwords import Said
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Actor, Permit
from lobby.domain.sessions.session import Session
from tests.support.channel_client import Client, Refused
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.people import new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.waiting import until

RIGHT, NEXT, WRONG = "kanari-right-7f3a", "kanari-next-41bc", "kanari-wrong-90de"
TOO_LONG = "kanari-long" * 20
HOME, STRANGER = "192.0.2.9", "198.51.100.1"


async def play(lobby: LobbyProcess) -> list[Client]:
    """Everything is said with each command that takes one, well and badly, and again."""
    owner, visitor = await new_host(lobby.url), await new_user(lobby.url)
    host, guest = await owner.connect(), await visitor.connect()
    await host.command("host.set", only_friends=False)
    id = (await host.command("session.launch", password=RIGHT))["session"]["id"]
    for client in (host, guest):
        for topic in ("sessions", f"session:{id}"):
            await client.watch(topic)
        await client.watch("inbox", after=0)
    for word in (WRONG, TOO_LONG):
        with pytest.raises(Refused):
            await guest.command("session.join", session=id, password=word)
        with pytest.raises(Refused):
            await guest.command("session.update", session=id, password=word)
    await guest.command("session.join", id="joined", session=id, password=RIGHT)
    await guest.command("session.join", id="joined", session=id, password=RIGHT)
    await host.command("session.update", session=id, password=NEXT)
    await guest.until(lambda: guest.states[f"session:{id}"]["password"])
    return [host, guest]


async def test_a1_a_sessions_password_is_kept_and_shown_nowhere(own_lobby: LobbyProcess) -> None:
    own_lobby.settings["LOBBY_LOG_LEVEL"] = "debug"
    own_lobby.start()
    clients = await play(own_lobby)
    frames = json.dumps([client.frames for client in clients])
    for client in clients:
        assert client.violations == []
        await client.close()
    assert await asyncio.to_thread(own_lobby.stop) == 0
    kept = b"".join(file.read_bytes() for file in own_lobby.home.glob("lobby.db*"))
    assert b"$argon2id$" in kept, "the store was read"
    places = {"frames": frames, "log": own_lobby.log, "store": kept.decode(errors="replace")}
    for name, text in places.items():
        assert [word for word in (RIGHT, NEXT, WRONG, TOO_LONG) if word in text] == [], name
    assert "$argon2id$" not in frames + own_lobby.log


async def test_a1_what_is_kept_of_a_command_does_not_tell_a_guess_from_another(
    own_lobby: LobbyProcess,
) -> None:
    """A plain digest of the text would: all but the password is known."""
    own_lobby.start()
    owner = await new_host(own_lobby.url)
    said = {"type": "session.launch", "id": "known", "password": "1234"}
    async with await owner.connect() as host:
        await host.command(said["type"], id=said["id"], password=said["password"])
    assert await asyncio.to_thread(own_lobby.stop) == 0
    kept = b"".join(file.read_bytes() for file in own_lobby.home.glob("lobby.db*"))
    assert b"known" in kept
    assert hashlib.sha256(json.dumps(said).encode()).hexdigest().encode() not in kept


async def guess(local: LocalLobby, session: Session, who: Actor, address: str) -> None:
    said = Said(WRONG, address)
    await members.join(local.lobby, Permit(who), id=session.id, password=said)


async def test_a2_guesses_of_one_address_leave_room_for_the_logins_of_others() -> None:
    settings: dict[str, Any] = {"password_threads": 1, "password_queue": 4}
    async with local_lobby(**settings, session_passwords_per_account=50) as local:
        await accounts.register_user(local.lobby, login="ann", password="correct horse 9")
        host, guest = await local.person(), await local.person()
        session = await local.open_session(host, password=Said(RIGHT, HOME))
        flood = [asyncio.create_task(guess(local, session, guest, STRANGER)) for _ in range(40)]
        await until(lambda: local.lobby.passwords.waiting > 1)
        login = tokens.verify_login(
            local.lobby, login="ann", password="correct horse 9", address=HOME
        )
        assert (await login).login == "ann"
        assert not all(task.done() for task in flood), "it did not wait for them"
        found = await asyncio.gather(*flood, return_exceptions=True)
        assert {one.code for one in found if isinstance(one, LobbyError)} <= {
            "wrong_password",
            "too_many",
        }
