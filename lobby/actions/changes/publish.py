"""Bus events of sessions, for those who watch them on the channel."""

from __future__ import annotations

from collections.abc import Iterable

from lobby.actions.changes import views
from lobby.context import Lobby
from lobby.domain.sessions.session import Session
from protocol import topics
from protocol.events import (
    CollectionChanged,
    DocumentChanged,
    Invalidated,
    TopicEnded,
    WatchRevoked,
)


def session_state(lobby: Lobby, session: Session) -> None:
    """The session's new state, to its watchers and, if it is listed, to those of the list."""
    outer = views.outside(session)
    lobby.publish(
        topics.session(session.id),
        DocumentChanged(
            version=session.version,
            outer=outer,
            inner=views.inside(session, lobby.links),
            insiders=session.insiders(),
        ),
    )
    if session.listing is not None:
        key = str(session.id)
        facts = {key: views.facts(session, lobby.now())}
        versions = {key: session.version}
        lobby.publish(
            topics.SESSIONS, CollectionChanged(patch={key: outer}, versions=versions, facts=facts)
        )


def unlist(lobby: Lobby, session: Session, *, version: int) -> None:
    """Remove the session from the public list, as of this version."""
    key = str(session.id)
    gone = CollectionChanged(patch={key: None}, versions={key: version})
    lobby.bus.publish(topics.SESSIONS, gone.model_dump_json())  # a null says that it is gone


CLOSED = "session_closed"
"""Ends the topic of a session that is over, or hidden from its watcher."""


def hide(lobby: Lobby, accounts: Iterable[str], sessions: Iterable[str]) -> None:
    """To these accounts the topics of these sessions end, as if the sessions were over."""
    words = WatchRevoked(accounts=[*accounts], topics=[*sessions], code=CLOSED)
    if words.accounts and words.topics:
        lobby.publish(topics.ACCOUNTS, words)


def end(lobby: Lobby, session: Session) -> None:
    over = TopicEnded(code=CLOSED)
    lobby.publish(topics.session(session.id), over)
    lobby.publish(topics.chat(session.id), over)
    unlist(lobby, session, version=session.version + 1)
    host_changed(lobby, session)


def host_changed(lobby: Lobby, session: Session) -> None:
    """Invalidate the host's topic: it has a session now, or none any more."""
    if session.hosted and session.leader:
        lobby.publish(topics.host(session.leader), Invalidated())


def exclude_from_chat(lobby: Lobby, before: Session, after: Session) -> None:
    """Former members may no longer watch the chat."""
    chat = topics.chat(after.id)
    for held in before.seats.occupants():
        if not after.roles_of(held.player):
            words = WatchRevoked(accounts=[held.player], topics=[chat], code="not_seated")
            lobby.publish(topics.ACCOUNTS, words)
