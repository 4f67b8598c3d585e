"""Logs: no secret in them, and no line of a client's own."""

from __future__ import annotations

import asyncio
import json
import secrets

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.people import call, new_host, new_user
from tests.support.processes import LobbyProcess

FORGED = '\n{"event": "login", "logger": "audit", "actor": "nobody"}\r\n\u2028\x1b[2J'


@pytest.mark.parametrize("format", ["json", "text"])
async def test_i2_what_clients_write_stays_within_its_record(
    format: str, own_lobby: LobbyProcess
) -> None:
    own_lobby.settings["LOBBY_LOG_FORMAT"] = format
    own_lobby.start()
    host = await new_host(own_lobby.url)
    async with await host.connect() as client:
        for kind in ("host.ban", "watch", "session.join", FORGED):
            with pytest.raises(Refused):
                await client.command(kind, guest=FORGED, topic=FORGED, session=FORGED)
        await client.say({"type": "watch", "topic": "session:1", "id": FORGED[:64]})
    form = {"username": FORGED, "password": FORGED}
    await call(own_lobby.url, "POST", "/users", data=form)
    await call(own_lobby.url, "POST", "/users/login", data=form)
    assert await asyncio.to_thread(own_lobby.stop) == 0
    lines = own_lobby.log.split("\n")
    forged = [line for line in lines if line.startswith('{"event": "login", "logger": "audit"')]
    assert not forged
    assert "\x1b" not in own_lobby.log
    assert "\u2028" not in own_lobby.log
    if format == "json":
        records = [json.loads(line) for line in lines if line.startswith("{")]
        refused = [record for record in records if record["event"] in ("refused", "denied")]
        assert refused
        assert all(record["actor"] == host.uuid for record in refused)


async def test_i1_no_password_token_or_key_is_in_any_log(own_lobby: LobbyProcess) -> None:
    own_lobby.settings["LOBBY_LOG_LEVEL"] = "debug"
    own_lobby.start()
    user, host = await new_user(own_lobby.url), await new_host(own_lobby.url)
    secret, wrong = secrets.token_hex(20), f"wrong {secrets.token_hex(8)}"
    form = {"username": user.name or "", "password": wrong}
    await call(own_lobby.url, "POST", "/users/login", data=form)
    async with await Client.connect(own_lobby.url, hello=False) as client:
        said = await client.command("hello", anonymous=True, secret=secret)
    async with await host.connect() as client:
        launched = await client.command("session.launch")
        key, session = launched["source_of_truth_key"], launched["session"]["id"]
        await client.command(
            "session.push", session=str(session), source_of_truth_key=key, state={"hidden": wrong}
        )
        with pytest.raises(Refused):
            await client.command(
                "session.push", session=str(session), source_of_truth_key=wrong, state={}
            )
    own_lobby.stop()
    canaries = [user.token, host.token, said["token"], secret, wrong, key]
    assert [canary for canary in canaries if canary in own_lobby.log] == []
    assert "source of truth" in own_lobby.log
