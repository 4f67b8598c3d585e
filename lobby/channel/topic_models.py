"""The topics of the live channel, each with the models of its states or entries, as its documents
describe them.
"""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import BaseModel

from protocol import events, queries, queues, roster, windows


@dataclass(frozen=True)
class DocumentTopic:
    """`name`: what its schemas begin with. `outside`: what those see who do not belong to it.
    `entries`: the state is a map of these."""

    name: str
    model: type[BaseModel]
    about: str
    outside: type[BaseModel] | None = None
    entries: bool = False


@dataclass(frozen=True)
class JournalTopic:
    name: str
    model: type[BaseModel]
    about: str


DOCUMENTS: dict[str, DocumentTopic] = {
    "presence": DocumentTopic("Presence", roster.Person, "Who is online, by uuid.", entries=True),
    "presence:count": DocumentTopic(
        "PresenceCount", roster.PresenceCount, "How many are online, once a second."
    ),
    "presence:{uuid}": DocumentTopic(
        "OnePerson", roster.OnePerson, "A person; empty where they are not shown."
    ),
    "friends": DocumentTopic(
        "Friends", roster.Friends, "Your list of friends, and who of them is online."
    ),
    "sessions": DocumentTopic(
        "Sessions", events.ListedSession, "Every session that is listed, by id.", entries=True
    ),
    "people:{key}": DocumentTopic(
        "PeopleWindow", windows.PeopleWindow, "What answers a question to who is online."
    ),
    "sessions:{key}": DocumentTopic(
        "SessionsWindow", windows.SessionsWindow, "What answers a question to the sessions."
    ),
    "session:{id}": DocumentTopic(
        "Session",
        events.SessionState,
        "A session; those who do not belong to it see less.",
        outside=events.ListedSession,
    ),
    "host:{uuid}": DocumentTopic("Host", events.HostState, "What guests may see of a host."),
    "queue:{ticket}": DocumentTopic(
        "Queue", queues.QueueState, "A ticket of yours: how it stands, why it waits."
    ),
}
JOURNALS: dict[str, JournalTopic] = {
    "inbox": JournalTopic(
        "Inbox", events.InboxEntry, "What you should know, also when you were away."
    ),
    "chat:{session}": JournalTopic(
        "Chat", events.ChatEntry, "What was said among those who sit in a session."
    ),
}
QUESTIONS: dict[str, tuple[str, type[BaseModel]]] = {
    "people:{key}": ("people", queries.PeopleQuery),
    "sessions:{key}": ("sessions", queries.SessionQuery),
}
"""Topics that are asked for by another name, with the fields of a question."""
UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
SUBJECTS = {"uuid": UUID, "ticket": UUID, "id": "[0-9]+", "session": "[0-9]+", "key": "[0-9a-f]+"}
"""Patterns of what stands in the gap of a topic's name."""
