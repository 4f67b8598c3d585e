"""Names of topics, on the bus and on the live channel.

Clients name their own inbox `inbox` and their friends `friends`, and what they see of somebody
`presence:<uuid>`; internally the name ends with the account that watches. `accounts` is for
processes only: no client can watch it.
"""

from __future__ import annotations

PRESENCE = "presence"
PRESENCE_COUNT = "presence:count"
FRIENDS = "friends"
SESSIONS = "sessions"
PEOPLE = "people"
INBOX = "inbox"
ACCOUNTS = "accounts"


def host(uuid: str) -> str:
    return f"host:{uuid}"


def session(id: int) -> str:
    return f"session:{id}"


def chat(session: int) -> str:
    return f"chat:{session}"


def inbox(uuid: str) -> str:
    return f"inbox:{uuid}"


def friends(viewer: str) -> str:
    return f"friends:{viewer}"


def person(uuid: str, viewer: str) -> str:
    """What one account sees of another's presence: not everybody sees the same."""
    return f"presence:{uuid}:{viewer}"


def is_personal(topic: str) -> bool:
    """Whether it is what one account sees of people."""
    return topic.startswith("friends:") or topic.count(":") == 2


def session_events(session: int | str) -> str:
    return f"events:{session}"


def client_events(session: int | str) -> str:
    """What clients added to a session's event log."""
    return f"client_events:{session}"


def trail(account: str) -> str:
    """What happened to the account: for operators, not on the channel."""
    return f"trail:{account}"


def instance(id: str) -> str:
    """The notification stream of an instance: read by long poll, not on the channel."""
    return f"instance:{id}"


def queue(ticket: str) -> str:
    return f"queue:{ticket}"


def split(topic: str) -> tuple[str, str]:
    """`session:1` is (`session`, `1`); `presence` is (`presence`, ``)."""
    kind, _, subject = topic.partition(":")
    return kind, subject


def public_name(topic: str) -> str:
    """The name by which clients know the topic."""
    kind, _, subject = topic.partition(":")
    if kind in (INBOX, FRIENDS):
        return kind
    return f"{kind}:{subject.partition(':')[0]}" if kind == PRESENCE and subject else topic
