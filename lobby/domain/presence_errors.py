"""Refusals of presence."""

from __future__ import annotations

from lobby.domain.errors import Conflict, Forbidden


class RosterTooLarge(Conflict):
    """More people are online than are sent to anybody as one list. Watch `presence:count`,
    `friends`, or `people` with a limit."""

    code = "roster_too_large"

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"More than {limit:,} are online. Watch presence:count, friends, or people with a"
            " limit.",
            about={"limit": limit},
        )


class TooManyToAsk(RosterTooLarge):
    """More people are online than questions are answered about. Watch `presence:count`, `friends`,
    or some of them by `presence:<uuid>`."""

    def __init__(self, limit: int) -> None:
        Conflict.__init__(
            self,
            f"More than {limit:,} are online, too many to be asked for. Watch presence:count,"
            " friends, or some of them by presence:<uuid>.",
            about={"limit": limit},
        )


class FriendsOnly(Forbidden):
    """Here people are shown to their friends alone. Watch `friends` and `presence:count`."""
