"""A connection pooler between the lobby and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lobby.exit_codes import Exit
from persistence.pooler import ADVICE
from persistence.ports import Index, Unreachable, Unsuitable
from persistence.urls import open_store
from tests.support.commands import lobby
from tests.support.pgbouncer import PgBouncer, pgbouncer
from tests.support.services import Missing, PostgresServer, absent, free_port

IGNORED = ADVICE.rpartition("=")[2].strip()
NONE = "extra_float_digits"


@pytest.fixture
def pooler(postgres_server: PostgresServer, request: pytest.FixtureRequest) -> Iterator[PgBouncer]:
    try:
        mode, ignored = request.param
        with pgbouncer(postgres_server, mode, ignored=ignored) as pooler:
            yield pooler
    except Missing as missing:
        absent(missing)


@pytest.mark.parametrize(
    "pooler",
    [("transaction", IGNORED), ("statement", IGNORED), ("transaction", NONE)],
    indirect=True,
)
async def test_one_that_shares_its_connections_is_refused_at_the_start_and_by_the_doctor(
    pooler: PgBouncer, postgres_url: str, tmp_path: Path
) -> None:
    url = pooler.before(postgres_url)
    with pytest.raises(Unsuitable, match="connection pooler"):
        await open_store(url)
    # It is no use to wait for it, however long one would wait for a server that is not there yet.
    refused = lobby(tmp_path, "serve", database_url=url, start_seconds=3_600, port=free_port())
    assert (refused.returncode, "pool_mode" in refused.stderr) == (Exit.SETTINGS, True)
    told = lobby(tmp_path, "doctor", database_url=url, redis_url="redis://127.0.0.1:1/0")
    assert "pool_mode" in told.stdout
    assert "\N{HORIZONTAL ELLIPSIS}" not in told.stdout  # what is to be set can be read whole


@pytest.mark.parametrize("pooler", [("session", IGNORED)], indirect=True)
async def test_one_that_keeps_a_connection_for_each_of_ours_is_used(
    pooler: PgBouncer, postgres_url: str
) -> None:
    store = await open_store(pooler.before(postgres_url))
    await store.put("row", "1", "x", expected=0, index=Index())
    assert await store.get("row", "1") is not None
    await store.close()


@pytest.mark.parametrize("pooler", [("session", IGNORED)], indirect=True)
async def test_one_before_a_server_that_is_not_there_yet_is_waited_for(
    pooler: PgBouncer, postgres_url: str
) -> None:
    missing = pooler.before(postgres_url).replace("/test_", "/untested_")
    with pytest.raises(Unreachable) as away:
        await open_store(missing)
    assert not isinstance(away.value, Unsuitable)
