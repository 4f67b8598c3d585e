"""How many file descriptors this process may have: the soft limit, raised as far as it helps."""

from __future__ import annotations

import resource

from lobby.config import Settings

SPARE = 200
"""Descriptors besides one for each socket of the channel: databases, logs, files, HTTP requests."""
UNLIMITED = 2**31
"""Descriptors where the system sets no limit: more than there can be."""


def needed(settings: Settings) -> int:
    return settings.connections + SPARE


def raise_limit(settings: Settings) -> None:
    """Raise the soft limit, which many systems set to 1,024, to what all connections need, as far
    as the hard limit lets us; never lower it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = needed(settings) if hard == resource.RLIM_INFINITY else min(hard, needed(settings))
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def allowed() -> int:
    """The soft limit, as it is now."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if soft == resource.RLIM_INFINITY else soft


def attainable() -> int:
    """The hard limit: what the server can raise its own to."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return UNLIMITED if hard == resource.RLIM_INFINITY else hard
