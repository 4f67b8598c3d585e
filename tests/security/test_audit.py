"""The audit trail: each refusal that matters, and each privileged act, is one whole record."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from lobby.domain.trail import Record
from tests.api.good_requests import GOOD, NAMES
from tests.api.player_services.good_requests import LINES, ROWS
from tests.api.server_status import good_requests as server_status
from tests.channel.good_commands import NAMES as COMMANDS
from tests.channel.good_commands import say, set_up
from tests.support.audit_records import AuditRecords
from tests.support.callers import ApiCallers
from tests.support.channel_client import Client, Refused
from tests.support.player_services import player_services_server
from tests.support.server_thread import Served, serving

REFUSED = (401, 403, 429)
UNKNOWN = ("nobody", "forged")
"""A token that was never ours, or none, names nobody: it is noise."""


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(connections_per_account=1_000) as served:
        yield served


@pytest.fixture(scope="module")
def people(served: Served) -> ApiCallers:
    return ApiCallers(served)


def require_one(records: list[Record], answer: httpx2.Response, *, door: str, actor: str) -> None:
    """The answer names the request, so support finds the record."""
    (record,) = records
    assert record.times == 1
    assert (record.door, record.actor, record.address) == (door, actor, "127.0.0.1")
    assert record.request == answer.headers["X-Request-Id"]
    assert record.operation
    assert record.code
    assert record.process


def test_i3_each_refusal_of_hosts_and_users_is_one_record(
    served: Served, people: ApiCallers
) -> None:
    log, found = AuditRecords(served), 0
    with httpx2.Client(base_url=served.url) as http:
        for name in NAMES:
            for actor in ("other", "anonymous", "expired", "revoked", *UNKNOWN):
                person = people.get(actor)
                good = GOOD[name](people, person)
                people.invalidate(person)
                log.taken()
                answer = good.send(http, name, person.headers)
                records = log.refusals()
                if actor in UNKNOWN or answer.status_code not in REFUSED:
                    assert not [r for r in records if r.what != "login refused"], (name, actor)
                    continue
                found += 1
                door = records[0].door
                assert door in ("hosts", "users", "presence"), (name, actor)
                require_one(records, answer, door=door, actor=person.account.uuid)
    assert found > 40


def test_i3_each_refusal_of_player_services_is_one_record() -> None:
    found = 0
    with player_services_server() as (http, callers):
        log = AuditRecords(callers.served)
        for name, line in LINES.items():
            for actor in ("other", "guest", "elsewhere", "expired", *UNKNOWN):
                caller = callers.get(actor)
                good = line.good(callers, caller)
                log.taken()
                answer = good.send(http, name, caller)
                records = log.refusals()
                open = ROWS[name].needs.open  # which read no token, so nobody is known
                if (actor in UNKNOWN and not open) or answer.status_code not in REFUSED:
                    assert not [r for r in records if r.what != "login refused"], (name, actor)
                    continue
                found += 1
                who = caller.account.uuid if caller.account and not open else ""
                assert records, (name, actor)
                require_one(records, answer, door="player_services", actor=who)
    assert found > 100


def test_i3_each_refusal_of_the_server_document_is_one_record() -> None:
    found = 0
    with server_status.asked() as (http, callers):
        log = AuditRecords(callers.served)
        for name in server_status.ROWS:
            for actor in ("other", "self user", "expired", "nobody"):
                caller = callers.get(actor)
                good = server_status.GOOD[name](callers, caller)
                callers.invalidate(actor, caller)
                log.taken()
                answer = good.send(http, name, caller)
                records = log.refusals()
                body = answer.json()
                told = answer.status_code in REFUSED or (isinstance(body, dict) and "error" in body)
                if actor == "nobody" or not told:
                    assert not records, (name, actor)
                    continue
                found += 1
                who = caller.account.uuid if caller.account else ""
                assert records, (name, actor)
                require_one(records, answer, door="server", actor=who)
    assert found > 20


async def test_i3_each_refusal_of_the_channel_is_one_record_that_names_the_command(
    served: Served, people: ApiCallers
) -> None:
    log, found = AuditRecords(served), 0
    for name in COMMANDS:
        for actor in ("nobody", "anonymous", "other", "admin"):
            person = people.get(actor)
            fields = say(name, people, person, set_up(people, person))
            async with await Client.connect(served.url, person.token) as client:
                log.taken()
                try:
                    await client.command(name, **fields)
                    code = ""
                except Refused as no:
                    code = no.code
            records = log.refusals()
            if not code:
                assert not records, (name, actor)
                continue
            found += 1
            (record,) = records
            who = person.account.uuid if person.token else ""
            assert (record.code, record.door, record.actor) == (code, "channel", who)
            assert record.operation == name
            assert record.address == "127.0.0.1"
            assert record.request
            assert record.command
            assert record.connection
            assert record.session == fields.get("session", "")
    assert found > 30
