"""ETags of sessions: one for each version and view (full or limited)."""

from __future__ import annotations

from lobby.actions.changes.views import sees_all
from lobby.domain.permissions import Permit
from lobby.domain.sessions.session import Session


def tag(version: int, *, full: bool) -> str:
    """The ETag of a version, in the `full` or the limited view."""
    return f'"{version}-{"f" if full else "l"}"'


def tag_for(session: Session, permit: Permit) -> str:
    """The session's ETag in the caller's view."""
    return tag(session.version, full=sees_all(session, permit))
