"""The page behind a link, `/j/CODE`: a session's card, and how to come in. No script, no state.

What is unknown, dead or hidden is one page. Nothing on it is kept by a browser, an index or a
proxy, and what it leads to does not learn where the visitor came from.
"""

from __future__ import annotations

import html
from math import ceil
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lobby.actions.login import tokens
from lobby.actions.sessions import links
from lobby.actions.sessions.links import Followed
from lobby.api import audited
from lobby.api.request_limits import RequestLimits
from lobby.context import Lobby
from lobby.domain.errors import LobbyError, NotFound, TooMany
from lobby.domain.permissions import NOBODY, Actor, Permit
from lobby.domain.sessions import listing
from lobby.identity.bearer import bearer
from lobby.refusals import refusal

PAGE = (Path(__file__).parent.parent / "web" / "link.html").read_text()
COOKIE = "access_token"
POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
MAY = {
    "closed": "closed",
    "invited_only": "by invitation",
    "friends_only": "friends only",
    "named_only": "named players only",
    "full": "full",
    "kept_out": "you are kept out for now",
}
"""Why not, as cards say it."""
INSIDE = "you are in it"
NOT_FOUND = ("No such session", "This link leads to no session now. Ask for a new one.")
TOO_MANY = ("Too many tries", "Too many links were tried here that lead nowhere. Wait a minute.")
AWAY = ("Not now", "The lobby does not answer now. Try again in a moment.")


async def link(request: Request) -> Response:
    """The card of the session that the link names. Opening it joins nothing."""
    lobby: Lobby = request.app.state.lobby
    audited.caller(request, "link", "GET /j/{code}")
    try:
        limits: RequestLimits = request.app.state.request_limits
        actor = await limits.admit(request, lambda: _visitor(request), open=True, uncounted=False)
        address = str(request.scope.get("lobby.address", ""))
        name: str = request.path_params["code"]
        shown = await links.follow(lobby, Permit(actor), name, address=address)
    except Exception as error:
        return _refused(lobby, refusal(error))
    return _page(lobby, 200, *_card(lobby, shown))


async def _visitor(request: Request) -> Actor:
    """Whoever shows a token, or has logged in here in this browser, where they come by themselves;
    else nobody."""
    lobby: Lobby = request.app.state.lobby
    shown = bearer(request.headers.get("authorization"))
    try:
        if shown is not None:
            return await tokens.identify(lobby, shown, players=True)
        return await tokens.identify_player(lobby, _kept(request))
    except LobbyError:
        return NOBODY


def _kept(request: Request) -> str | None:
    """The token in the browser's cookie, unless another page asks for this one."""
    by_themselves = request.headers.get("sec-fetch-dest", "document") == "document"
    return request.cookies.get(COOKIE) if by_themselves else None


def _refused(lobby: Lobby, no: LobbyError) -> Response:
    status, words = 503, AWAY
    if isinstance(no, NotFound):
        status, words = 404, NOT_FOUND
    elif isinstance(no, TooMany):
        status, words = 429, TOO_MANY
    title, text = words
    response = _page(lobby, status, title, f"<p>{text}</p>")
    if no.retry_after is not None:
        response.headers["Retry-After"] = str(ceil(no.retry_after))
    lobby.audit.refused(no, status=status)
    return response


def _card(lobby: Lobby, shown: Followed) -> tuple[str, str]:
    """Title and body, as text and as HTML."""
    session, code = shown.session, shown.code
    nobody = "somebody without a name" if session.leader else "nobody yet"
    title = session.name or f"Session of {session.leader_name or nobody}"
    seats = f"{listing.free(session)} of {len(session.seats)} seats free"
    lines = [f'<p class="may">{_words(shown)}</p>', f"<p>{seats}</p>"]
    if session.leader_name:
        lines.insert(0, f"<p>Led by <bdi>{html.escape(session.leader_name)}</bdi></p>")
    if code is not None:
        lines.append(f"<p>In the game, join by the code <strong>{code[:3]} {code[3:]}</strong></p>")
    if pattern := lobby.catalogue.server.deep_link:
        there = html.escape(pattern.replace("{code}", code or str(session.id)))
        lines.append(f'<p><a class="go" href="{there}">Open in the game</a></p>')
    here = f"/s/{session.id}" + (f"?code={code}" if code is not None else "")
    lines.append(f'<p><a class="go" href="{here}">Open in the lobby</a></p>')
    return title, "\n".join(lines)


def _words(shown: Followed) -> str:
    """Whether they may join, or why not."""
    session, (may, why) = shown.session, shown.answer
    if may == "join":
        named = shown.code is None and not listing.nonames(session)
        return "join" + (": named players only" if named else "")
    return MAY.get(why or "", INSIDE) if may == "no" else str(may)


def _page(lobby: Lobby, status: int, title: str, body: str) -> Response:
    """`title` is text, `body` is HTML."""
    parts = {"name": html.escape(lobby.settings.name), "title": html.escape(title), "body": body}
    pieces = PAGE.split("{{")
    text = pieces[0]
    for piece in pieces[1:]:
        key, _, rest = piece.partition("}}")
        text += parts[key] + rest
    return Response(text, status, HEADERS, "text/html; charset=utf-8")


routes = [Route("/j/{code}", link)]
