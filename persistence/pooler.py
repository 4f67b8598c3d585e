"""Connection poolers between us and PostgreSQL, as PgBouncer is.

In transaction mode each transaction may run on another connection to the server: what belongs to a
session, as our advisory locks do, is lost. In session mode a pooler does no harm.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import asyncpg

from persistence.failures import Unsuitable

SERVING = "SELECT pg_backend_pid()"
SETTING, NO_TRANSACTIONS = "startup parameter", "transaction blocks not allowed"
"""In what PgBouncer says of settings of a connection that it does not know, and in statement mode.
Whatever else it says may be otherwise a moment later."""
ADVICE = (
    "a connection pooler stands between the lobby and PostgreSQL, and shares or restricts its"
    " connections. Name the server itself: each process keeps a pool of its own. Or set, as in"
    " PgBouncer, pool_mode = session and ignore_startup_parameters ="
    " idle_in_transaction_session_timeout, tcp_keepalives_idle, tcp_keepalives_interval,"
    " tcp_keepalives_count"
)


async def require_session(connection: Any, connect: Callable[[], Awaitable[Any]]) -> None:
    """Raises Unsuitable for a pooler that does not keep a connection of the server for each of
    ours. A pooler is seen by its own process number, and this mode by a second connection being
    served by the first one's process."""
    served = await connection.fetchval(SERVING)
    if served == connection.get_server_pid():
        return
    other = await connect()
    try:
        async with other.transaction():
            shared = await other.fetchval(SERVING) == served
            if shared or await connection.fetchval(SERVING) != served:
                raise Unsuitable("database", ADVICE)
    except asyncpg.PostgresError as no:
        if NO_TRANSACTIONS in str(no):
            raise Unsuitable("database", ADVICE) from None
        raise
    finally:
        other.terminate()
