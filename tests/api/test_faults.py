"""When it is our fault: a part that is away is named, what is broken is not explained."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx2
import pytest

from lobby.api import presence
from lobby.api.dialect import Row
from lobby.api.hosts import routes as hosts
from persistence.ports import Index
from tests.api.good_requests import GOOD, ROWS
from tests.support.callers import PASSWORD, ApiCaller, ApiCallers
from tests.support.checked_clients import recorded
from tests.support.server_thread import Served, serving
from tests.support.services import PostgresServer
from tests.support.waiting import TIMEOUT, block_until

ALONE = ("GET /health/live", "GET /health/ready", "GET /presence")
"""Operations that need no database."""
OPERATIONS = [row for row in ROWS.values() if row.name not in ALONE]
AWAY = "database cannot be reached now; try again shortly"


@pytest.fixture(scope="module")
def gone() -> Iterator[tuple[Served, ApiCaller]]:
    """A lobby whose store is closed, so that nothing can be read or written."""
    with serving() as served:
        person = ApiCallers(served).get("self user")
        served.do(served.lobby.store.close())
        yield served, person


@pytest.mark.parametrize("row", OPERATIONS, ids=[row.name for row in OPERATIONS])
def test_without_a_database_every_operation_says_to_try_again(
    row: Row, gone: tuple[Served, ApiCaller]
) -> None:
    served, person = gone
    path = {"host": person.account.uuid, "former_friend": person.account.uuid, "slot": "1025"}
    path["banned"] = path["uuid"] = path["host"]
    url = row.path_template.format(**path)
    query = {"friend": path["host"], "banned": path["host"], "session": "1024"}
    json = {"host": path["host"], "guest": path["host"]}
    form = {"username": "somebody", "password": PASSWORD}
    with recorded(served.url) as http:
        answer = http.request(
            row.method,
            url,
            params={n: query[n] for n in row.query.model_fields if n in query} if row.query else {},
            json=_body(row, json),
            data=form if row.form else None,
            headers=person.headers,
        )
    assert answer.status_code == 503
    assert "retry-after" in answer.headers
    if row in (*hosts.rows, *hosts.own_rows, *presence.rows):
        assert answer.json() == {"message": AWAY}
    else:
        assert answer.text == "try again shortly"


def test_while_postgres_is_away_callers_are_told_and_afterwards_served(
    own_postgres: PostgresServer,
) -> None:
    url = asyncio.run(own_postgres.new_database())
    with serving(database_url=url) as served, recorded(served.url, timeout=20) as http:
        assert http.post("/hosts").status_code == 200
        own_postgres.kill()
        answer = http.post("/hosts")
        assert (answer.status_code, answer.json()) == (503, {"message": AWAY})
        own_postgres.start()
        block_until(lambda: http.post("/hosts").status_code == 200, seconds=TIMEOUT)


BROKEN = [row for row in OPERATIONS if not row.needs.open or row.path or row.form]
"""Registering a host reads nothing that could be broken."""


@pytest.mark.parametrize("row", BROKEN, ids=[row.name for row in BROKEN])
def test_what_is_broken_is_a_500_without_a_word_of_why(
    row: Row, served: Served, people: ApiCallers, http: httpx2.Client
) -> None:
    """Somebody's document is not one: as if a disk or an old version had spoilt it."""
    person = people.get("self host")
    good = GOOD[row.name](people, person)
    uuid, store = person.account.uuid, served.lobby.store
    index = Index(claims={"login": f"spoilt.{uuid[:8]}"})
    document = served.do(store.get("account", uuid))
    assert document
    spoilt = '{"uuid": "the secret is 12345"}'
    served.do(store.put("account", uuid, spoilt, expected=document.version, index=index))
    served.lobby.account_cache.invalidate(uuid)
    if row.form:
        good.form = {"username": f"spoilt.{uuid[:8]}", "password": PASSWORD}
    answer = good.send(http, row.name, person.headers)
    assert answer.status_code == 500
    assert "12345" not in answer.text
    assert answer.headers["x-request-id"]


def _body(row: Row, known: dict[str, str]) -> dict[str, object] | None:
    if row.takes is None:
        return None
    fields = row.takes.model_fields.items()
    return {n: known.get(n, True) for n, field in fields if n in known or field.is_required()}
