"""Codes of sessions: one is made, and stands for the id wherever one session is named by a path."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from lobby import caller
from lobby.actions.sessions import codes
from lobby.api.dialect import Call, Row
from lobby.api.player_services.responses import answer, gives, session_id
from lobby.domain.errors import Conflict
from lobby.domain.permissions import Role, needs
from lobby.domain.sessions.codes import read
from lobby.domain.sessions.errors import TemplateForbids
from lobby.domain.sessions.session import Session
from lobby.idempotency import Effect, note
from protocol.player_services import sessions as words

PATH = "/session/v1/session/{session_id}"
"""What the paths begin with in which a code may stand for the id."""
NAMED = "session"
"""Noted of a keyed request: the id of the session that it named by a code."""


class NoCodes(Conflict):
    """Sessions of this type have no code."""

    code = "template_forbids"


async def resolved(
    row: Row, call: Call, parsed: Mapping[str, Any], noted: Mapping[str, str]
) -> tuple[Call, Mapping[str, Any]]:
    """The call with the session's id in its path where a code was said, and the code beside it.
    `noted`: of the first time, for a request that is repeated. Raises SessionNotFound, TooMany."""
    path = parsed.get("path")
    name = str(getattr(path, "session_id", ""))
    if path is None or read(name) is None or not row.path_template.startswith(PATH):
        return call, parsed
    id = noted.get(NAMED)
    if id is None:
        id = str((await codes.find(call.lobby, call.permit, name, address=call.address)).id)
        note(**{NAMED: id})
    caller.about_session(int(id))
    return replace(call, code=name), {**parsed, "path": path.model_copy(update={"session_id": id})}


async def make(call: Call, path: words.SessionPath) -> Response:
    """Have a code made for the session, which lets in whoever says it; asking again gives the same
    one."""
    try:
        session = await codes.have(call.lobby, call.permit, id=session_id(path.session_id))
    except TemplateForbids as no:
        raise NoCodes(about=no.about) from None
    return _code(session)


async def made_again(call: Call, effect: Effect, path: words.SessionPath) -> Response:
    return await make(call, path)


def _code(session: Session) -> Response:
    text = session.code.text if session.code else ""
    return answer(words.ShortCodeResponse(short_code=text))


rows = [
    Row(
        "POST",
        PATH + ":generate-short-code",
        make,
        needs(
            "session:*",
            "session:shortcode:any",
            own="session:shortcode:active",
            role=Role.ACTIVE,
        ),
        gives(words.ShortCodeResponse, 404, 409),
        path=words.SessionPath,
        again=made_again,
    ),
]
