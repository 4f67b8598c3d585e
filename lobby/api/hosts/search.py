"""The session browser by a question: what the live channel keeps current, page by page."""

from __future__ import annotations

from starlette.responses import Response

from lobby.actions.login import tokens
from lobby.actions.sessions import searching
from lobby.api.dialect import Call
from lobby.domain.errors import AccountNotFound, TokenRevoked
from lobby.domain.permissions import NOBODY
from lobby.identity.bearer import bearer
from protocol.codec import encode
from protocol.searches import SessionSearch


async def search(call: Call, body: SessionSearch) -> Response:
    """Listed sessions that answer a question, in order. Needs no token. Whoever shows one
    (`Authorization: Bearer`) may ask about themselves, too (`friends`, `welcome`), and is not shown
    the sessions of those who have banned them."""
    account = await _account(call)
    found = await searching.search(
        call.lobby, account, body.question, after=body.after, address=call.address
    )
    page = {"total": found.total, "sessions": found.rows}
    content = encode(page | ({"next": found.next} if found.next else {}))
    return Response(content, media_type="application/json")


async def _account(call: Call) -> str:
    """Whose token is shown; empty where none is. Raises Unauthenticated."""
    said = call.request.headers.get("authorization")
    try:
        actor = await tokens.identify(call.lobby, bearer(said), players=True) if said else NOBODY
    except AccountNotFound:
        raise TokenRevoked from None
    return actor.uuid
