"""What a list may say of a session to everybody: the effective entry, and how many could come.

Where the host decides (template `welcome = "host"`), the leader's settings narrow the entry. They
are kept with the session; between a change of its leader and the next write they are not known, and
the session is shown as strict as a new host is.
"""

from __future__ import annotations

from lobby.domain.sessions.entry import Entry, HostTerms
from lobby.domain.sessions.session import Session


def entry(session: Session) -> Entry:
    """The effective entry: that of the session, narrowed by its host's settings."""
    if not host_decides(session):
        return session.entry
    terms = current_terms(session)
    return session.entry.narrowed(terms.entry if terms else Entry.FRIENDS)


def nonames(session: Session) -> bool:
    """Whether guests without a name may come."""
    if not host_decides(session):
        return True
    terms = current_terms(session)
    return terms is not None and terms.allow_nonames


def free(session: Session) -> int:
    """Seats that somebody new could take now."""
    return len(session.seats.free())


def host_decides(session: Session) -> bool:
    """Whether a leader is there whose settings count."""
    return session.leader is not None and (session.hosted or session.terms is not None)


def current_terms(session: Session) -> HostTerms | None:
    """Those of who leads now; None where they are not known yet."""
    terms = session.terms
    return terms if terms is not None and terms.host == session.leader else None


def note_terms(session: Session, terms: HostTerms) -> None:
    """Keep them unless newer ones of the same leader are kept, or another one leads."""
    known = current_terms(session)
    if terms.host == session.leader and (known is None or known.version < terms.version):
        session.terms = terms
