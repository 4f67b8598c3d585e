"""The names under which things are told and watched.

A client says `inbox`; inside, the name carries whose it is. `accounts` is told between processes
and watched by none.
"""

from __future__ import annotations

PRESENCE = "presence"
SESSIONS = "sessions"
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


def session_events(session: int | str) -> str:
    return f"events:{session}"


def instance(id: str) -> str:
    """What the host of an instance is told; watched by nobody, waited for over HTTP."""
    return f"instance:{id}"


def queue(ticket: str) -> str:
    return f"queue:{ticket}"


def split(topic: str) -> tuple[str, str]:
    """`session:1` is (`session`, `1`); `presence` is (`presence`, ``)."""
    kind, _, subject = topic.partition(":")
    return kind, subject


def shown(topic: str) -> str:
    """As its watcher calls it."""
    return INBOX if topic.startswith("inbox:") else topic
