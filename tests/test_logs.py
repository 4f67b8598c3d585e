"""What the log says, and what it never says."""

from __future__ import annotations

import asyncio
import errno
import io
import json
import secrets
import threading
import time
from typing import Any

import pytest
from structlog.testing import capture_logs

from lobby.logs import LogStream, as_text, hide
from lobby.process.watchdog import watched
from tests.support.people import call, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.waiting import TIMEOUT


def records(process: LobbyProcess) -> list[dict[str, Any]]:
    """Every line but those for people is one JSON object."""
    lines = process.log.splitlines()
    return [json.loads(line) for line in lines if not line.startswith(("http://", "lobby: "))]


async def test_who_comes_in_who_does_not_and_who_may_not_is_in_the_audit_log(
    own_lobby: LobbyProcess,
) -> None:
    own_lobby.settings["LOBBY_LOG_LEVEL"] = "error"
    own_lobby.start()
    user = await new_user(own_lobby.url)
    wrong = {"username": user.name, "password": "not her password"}
    await call(own_lobby.url, "POST", "/users/login", data=wrong)
    host, other = await new_host(own_lobby.url), await new_host(own_lobby.url)
    await host.call("GET", f"/hosts/{other.uuid}")
    async with await host.connect() as client:
        await client.command("host.ban", guest=other.uuid)
    own_lobby.stop()
    acts = [r["event"] for r in records(own_lobby) if r["logger"] == "audit"]
    for act in ("login", "login refused", "denied", "ban"):
        assert act in acts
    assert {r["logger"] for r in records(own_lobby)} == {"audit"}


def lined(event: dict[str, Any]) -> str:
    base = {"timestamp": "now", "level": "info", "logger": "test"}
    return as_text(None, "info", {**base, **hide(None, "info", event)})


def test_a_name_with_line_breaks_stays_in_its_line() -> None:
    text = lined({"event": "joined\nforged", "name": 'a\r\nb" level=error\x1b[31m\u2028'})
    assert len(text.splitlines()) == 1
    assert "\x1b" not in text


def test_an_exception_in_text_is_behind_a_margin() -> None:
    text = lined({"event": "broken", "exception": "Traceback\nValueError: \x1b[2J\nx"})
    assert [line[:6] for line in text.splitlines()[1:]] == ["    | "] * 3
    assert "\x1b" not in text


@pytest.mark.parametrize(
    "event",
    [
        {"authorization": "kanari"},
        {"access_token": ["kanari"]},
        {"headers": {"Cookie": "kanari", "deeper": {"host-key": "kanari"}}},
        {"why": "Authorization: Bearer kanari"},
        {"why": "bearer kanari, then more"},
        {"why": "Authorization: Host kanari"},
        {"why": "GET /x?token=kanari&y=1"},
        {"why": "password='kanari'"},
        {"why": "postgresql://lobby:kanari@127.0.0.1/lobby"},
        {"why": "Field required [type=missing, input_value={'a': 'kanari'}, input_type=dict]"},
        {"why": ValueError("secret: kanari")},
        {"why": f"eyJhbGciOiJIUzI1NiJ9.{'kanari' * 3}.kanari"},
    ],
)
def test_what_looks_like_a_secret_is_hidden(event: dict[str, Any]) -> None:
    assert "kanari" not in json.dumps(hide(None, "info", {"event": "x", **event}))


def test_a_uuid_is_cut_and_a_key_is_gone_but_ordinary_words_stay() -> None:
    uuid, key = "5ff3f735-0071-4326-a275-d37b6cacc082", secrets.token_hex(32)
    plain = "KeyError: 'seats' while the token was read; basics"
    hidden = hide(None, "info", {"event": f"{uuid} {key}", "count": 3, "plain": plain})
    assert hidden == {"event": "5ff3f735… [hidden]", "count": 3, "plain": plain}


async def test_a_loop_that_stands_still_is_reported_once_with_its_stack() -> None:
    with capture_logs() as caught:
        async with watched():
            await asyncio.sleep(0)
            until = time.monotonic() + 1.8
            while time.monotonic() < until:
                threading.Event().wait(0.05)
            async with asyncio.timeout(TIMEOUT):
                while len(caught) < 2:
                    await asyncio.sleep(0.05)
    assert [record["event"] for record in caught] == ["loop_stands_still", "loop_moves_again"]
    assert any("test_a_loop_that_stands_still" in line for line in caught[0]["stack"])


async def test_a_loop_that_moves_is_not_reported() -> None:
    with capture_logs() as caught:
        async with watched():
            async with asyncio.timeout(TIMEOUT):
                until = time.monotonic() + 1.5
                while time.monotonic() < until:
                    await asyncio.sleep(0.05)
    assert caught == []


class FullDisk(io.StringIO):
    def flush(self) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "critical", "exception"])
def test_r20_a_line_that_cannot_be_written_fails_nobody(level: str) -> None:
    getattr(LogStream("lobby", FullDisk()), level)("happened")
