"""Terms of hosts: the settings of a leader that the list shows with a session, kept in step."""

from __future__ import annotations

from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.sessions import listing
from lobby.domain.sessions.entry import HostTerms
from lobby.domain.sessions.session import Session


def of(account: Account) -> HostTerms:
    host = account.host
    return HostTerms(account.uuid, account.version, host.only_friends, host.allow_nonames)


def outdated(lobby: Lobby, session: Session) -> bool:
    """Whether the session keeps no terms though its leader's count, or the other way round."""
    if not lobby.catalogue.host_decides(session.template):
        return session.terms is not None
    return session.leader is not None and listing.current_terms(session) is None


def note(session: Session, account: Account | None) -> None:
    """Keep the leader's terms with the session; none where they do not count."""
    if account is None:
        session.terms = None
    else:
        listing.note_terms(session, of(account))
