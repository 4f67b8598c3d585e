"""The audit trail: privileged acts, how much it may take, and what never stands in it."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from typing import Any

import httpx2

from lobby.audit import MERGE_SECONDS, MOST_WAITING, AuditLog
from lobby.caller import Caller, calling
from lobby.domain.errors import Forbidden
from lobby.domain.trail import Record
from tests.api.server_status.good_requests import asked
from tests.support.audit_records import AuditRecords
from tests.support.commands import lobby
from tests.support.lobby import Clock
from tests.support.people import PASSWORD, Person, call, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.server_status import API
from tests.support.waiting import until

STDIN = "--password-stdin"
UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def audited(process: LobbyProcess) -> list[dict[str, Any]]:
    lines = [line for line in process.log.splitlines() if line.startswith("{")]
    return [record for record in map(json.loads, lines) if record["logger"] == "audit"]


async def launched(host: Person, guest: Person) -> str:
    """A session of the host in which the guest sits."""
    async with await host.connect() as leader, await guest.connect() as other:
        await leader.command("host.set", only_friends=False, allow_nonames=True)
        reply = await leader.command("session.launch")
        session = str(reply["session"]["id"])
        await other.command("session.join", session=session)
        await leader.command("session.kick", session=session, guest=guest.uuid)
        await leader.command("host.ban", guest=guest.uuid)
        await leader.command("host.unban", guest=guest.uuid)
    return session


async def test_i3_logins_kicks_and_bans_are_in_the_log_with_whole_uuids(
    own_lobby: LobbyProcess,
) -> None:
    own_lobby.start()
    host, guest, user = (
        await new_host(own_lobby.url),
        await new_host(own_lobby.url),
        await new_user(own_lobby.url),
    )
    for wrong in ("not her password", "nor is this one"):
        form = {"username": user.name or "", "password": wrong}
        await call(own_lobby.url, "POST", "/users/login", data=form)
    session = await launched(host, guest)
    own_lobby.stop()
    acts = {record["event"]: record for record in audited(own_lobby)}
    for act in ("kicked", "ban", "unban"):
        record = acts[act]
        assert (record["actor"], record["target"]) == (host.uuid, guest.uuid)
        assert record["door"] == "channel"
        assert record["address"] == "127.0.0.1"
        assert record["request_id"]
        assert record["command"]
        assert record["connection"]
    assert acts["kicked"]["session"] == session
    assert UUID.fullmatch(acts["login"]["actor"])
    assert acts["login"]["request_id"]
    assert acts["login refused"]["times"] == 2
    assert UUID.fullmatch(acts["login refused"]["target"])
    assert PASSWORD not in own_lobby.log
    assert "not her password" not in own_lobby.log
    others = [line for line in own_lobby.log.splitlines() if '"logger": "audit"' not in line]
    assert host.uuid not in "".join(others)


def test_i3_each_act_of_an_administrator_is_one_record() -> None:
    with asked() as (http, callers):
        log = AuditRecords(callers.served)
        boss, user = callers.get("admin"), callers.user()
        own = f"{API}/users/{user.login}"
        for method, path, body, what in (
            ("PUT", f"{own}/password", {"password": "a quiet violet lamp"}, "password changed"),
            ("PUT", f"{own}/is-admin", {"isAdmin": True}, "administrator"),
            ("PUT", f"{own}/is-admin", {"isAdmin": False}, "administrator"),
            ("PUT", f"{own}/name", {"name": "Bo"}, "administration"),
            ("DELETE", own, None, "account deleted"),
            ("POST", own, {"password": "a quiet violet lamp"}, "account added"),
            ("DELETE", f"{API}/users", None, "accounts deleted"),
        ):
            log.taken()
            answer = http.request(method, path, json=body, headers=boss.headers)
            assert answer.status_code == 200
            assert "error" not in answer.text
            (record,) = log.taken()
            assert (record.what, record.door) == (what, "server")
            assert boss.account is not None
            assert record.actor == boss.account.uuid
            assert record.request == answer.headers["X-Request-Id"]
            assert record.target or what == "accounts deleted"


def test_i3_each_command_of_the_operator_is_one_record(own_lobby: LobbyProcess) -> None:
    own_lobby.start()
    for words in (["create", STDIN], ["password", STDIN], ["sign-out"]):
        said = ["admin", words[0], "the.boss", *words[1:]]
        done = lobby(own_lobby.home, *said, typed="a quiet violet lamp\n")
        assert done.returncode == 0, done.stderr
    own_lobby.stop()
    acts = [(r["event"], r["actor"], r["target"], r["door"]) for r in audited(own_lobby)]
    assert acts == [
        (f"admin {words}", "operator", "the.boss", "operator")
        for words in ("create", "password", "sign-out")
    ]


class Written:
    """An audit log whose writer can be held up, as by a pipe that nobody reads."""

    def __init__(self) -> None:
        self.clock, self.open, self.records = Clock(), threading.Event(), list[Record]()
        self.log = AuditLog(self.clock, process="here", write=self._write)
        self.open.set()

    def _write(self, record: Record) -> None:
        self.open.wait()
        self.records.append(record)


async def test_i3_a_storm_of_refusals_is_one_record_and_another_ten_seconds_later() -> None:
    written = Written()
    for _ in range(2):
        for tried in range(20_000):
            with calling(Caller("hosts", actor="mallory", target=str(tried))):
                written.log.refused(Forbidden())
        written.clock.advance(MERGE_SECONDS + 1)
    with calling(Caller("hosts", actor="ann")):
        written.log.refused(Forbidden())
    written.log.flush()
    told = [(record.actor, record.times) for record in written.records]
    assert told == [("mallory", 20_000), ("mallory", 20_000), ("ann", 1)]


async def test_i3_a_log_that_takes_nothing_delays_nobody_and_what_is_lost_is_counted() -> None:
    written = Written()
    written.open.clear()
    running = asyncio.create_task(written.log.run())
    try:
        written.log.act("first")
        await until(lambda: not written.log.waiting)  # the writer has it, and stands still
        for _ in range(MOST_WAITING + 7):
            written.log.act("role", actor="boss")
        written.open.set()
        await until(lambda: len(written.records) == MOST_WAITING + 2)
    finally:
        written.open.set()
        running.cancel()
    assert written.records[-1].what == "records dropped"
    assert written.records[-1].details == {"count": 7}


def test_i3_the_id_of_a_refused_request_is_in_its_answer(lobby_server: LobbyProcess) -> None:
    for path in ("/users", f"{API}/users", "/session/v1/session", "/nowhere"):
        answer = httpx2.get(lobby_server.url + path)
        assert answer.status_code >= 400
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["X-Request-Id"])
