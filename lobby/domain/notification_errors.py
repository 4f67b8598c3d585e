"""Refusals of notification streams."""

from __future__ import annotations

from lobby.domain.errors import NotFound, Unacceptable


class BadId(Unacceptable):
    """There is no such player or instance."""

    code = "bad_id"


class NotificationNotFound(NotFound):
    """There is no such notification, or it is kept no longer."""

    code = "resource_not_found"
