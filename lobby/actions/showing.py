"""What those see who watch sessions on the channel."""

from __future__ import annotations

from lobby.actions import views
from lobby.context import Lobby
from lobby.domain.sessions import Session
from protocol import topics
from protocol.events import CollectionTold, DocumentTold, Ended, Excluded, LookAgain


def show(lobby: Lobby, session: Session) -> None:
    """To everybody who watches the session, or all that are listed."""
    outer = views.listed(session)
    lobby.tell(
        topics.session(session.id),
        DocumentTold(
            version=session.version,
            outer=outer,
            inner=views.whole(session),
            insiders=session.insiders(),
        ),
    )
    if session.listing is not None:
        key = str(session.id)
        patch = CollectionTold(patch={key: outer}, versions={key: session.version})
        lobby.tell(topics.SESSIONS, patch)


def unlist(lobby: Lobby, session: Session, *, version: int) -> None:
    """From this version on it is not among those that everybody sees."""
    key = str(session.id)
    gone = CollectionTold(patch={key: None}, versions={key: version})
    lobby.bus.publish(topics.SESSIONS, gone.model_dump_json())  # a null says that it is gone


def end(lobby: Lobby, session: Session) -> None:
    over = Ended(code="session_closed")
    lobby.tell(topics.session(session.id), over)
    lobby.tell(topics.chat(session.id), over)
    unlist(lobby, session, version=session.version + 1)
    show_host(lobby, session)


def show_host(lobby: Lobby, session: Session) -> None:
    """That its host has a session now, or has none any more."""
    if session.hosted and session.leader:
        lobby.tell(topics.host(session.leader), LookAgain())


def exclude_from_chat(lobby: Lobby, before: Session, after: Session) -> None:
    """Those who sat in it and do no longer."""
    chat = topics.chat(after.id)
    for seat in before.occupants():
        player = str(seat.player)
        if not after.roles_of(player):
            words = Excluded(account=player, topics=[chat], code="not_seated")
            lobby.tell(topics.ACCOUNTS, words)
