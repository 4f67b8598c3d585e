"""Searching listed sessions by a question, page by page, for those who do not watch them."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.errors import Malformed
from lobby.live_queries import BadCursor, SearchPage, query_of
from protocol.queries import SessionQuery

BROKEN = "is no `next` of an answer to this question; begin without it"


async def search(
    lobby: Lobby, account: str, asked: SessionQuery, *, after: str | None, address: str
) -> SearchPage:
    """One page, as things stand, without the sessions that are hidden from the account; empty: of
    somebody without one, whose rate limit is that of the address. Raises Unauthenticated, TooMany,
    Malformed."""
    limited = account or address
    try:
        return await lobby.hub.queries.search(
            query_of(asked), account, after=after, limited=limited
        )
    except BadCursor:
        fault = {"loc": ["body", "after"], "msg": BROKEN, "type": "value_error"}
        raise Malformed([fault]) from None
