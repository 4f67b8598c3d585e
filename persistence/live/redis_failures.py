"""What a server says that answers, and is the wrong one to ask."""

from __future__ import annotations

from collections.abc import Iterable

from redis.exceptions import (
    BusyLoadingError,
    ClusterDownError,
    MasterDownError,
    ReadOnlyError,
    RedisError,
)

from persistence.redis_clients import RedisLink

PROBED_MS = 10_000
"""How long what a probe has written is kept."""

FAILURES = (RedisError, OSError)
DEMOTED = ("READONLY", "LOADING", "MASTERDOWN", "CLUSTERDOWN", "previous master is now")


def demoted(failure: BaseException | None) -> bool:
    """Whether the server answers, and is the wrong one to ask: its connections are of no use."""
    if isinstance(failure, ReadOnlyError | BusyLoadingError | MasterDownError | ClusterDownError):
        return True
    return isinstance(failure, RedisError) and any(word in str(failure) for word in DEMOTED)


def proof(link: RedisLink, prefix: str) -> list[str]:
    """The command that proves a server: by writing, for a replica publishes too, to its own
    subscribers alone; of a node of a cluster, that it is part of one which works."""
    if link.clustered:
        return ["CLUSTER", "INFO"]
    return ["SET", prefix + "probe", "1", "PX", str(PROBED_MS)]


def require_proof(replies: Iterable[object]) -> None:
    """A node that is cut off from its cluster says so; a replica has refused to write."""
    if any("cluster_state:fail" in reply for reply in replies if isinstance(reply, str)):
        raise ClusterDownError("CLUSTERDOWN cluster_state:fail")
