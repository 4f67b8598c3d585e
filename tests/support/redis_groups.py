"""Real groups of Redis: a cluster, and a primary with a replica that sentinels watch."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.services import LOOPBACK, RedisServer, free_port
from tests.support.waiting import block_until

SLOTS = 16_384
MASTER = "lobby"
MEETINGS, MEETING_SECONDS = 6, 10.0
"""How often the nodes of a cluster are told of each other, and how long each time may take."""


class RedisGroup:
    """Servers that start and end together."""

    def __init__(self, servers: Sequence[RedisServer]) -> None:
        self.servers = list(servers)

    def start(self) -> None:
        for server in self.servers:
            server.start()

    def remove(self) -> None:
        for server in self.servers:
            server.remove()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, why: BaseException | None, at: TracebackType | None
    ) -> None:
        self.remove()


class RedisClusterGroup(RedisGroup):
    """Three nodes that share the slots; with `replicas`, one more for each of them. `patience`: how
    long (ms) one may be silent before the others give it up."""

    def __init__(self, *, replicas: bool = False, patience: int = 3_000, program: str = "") -> None:
        super().__init__([RedisServer(program) for _ in range(6 if replicas else 3)])
        for server in self.servers:
            server.options = {
                "cluster-enabled": "yes",
                "cluster-port": str(free_port()),
                "cluster-node-timeout": str(patience),
                "cluster-config-file": "nodes.conf",
            }

    @property
    def url(self) -> str:
        nodes = ",".join(f"{LOOPBACK}:{server.port}" for server in self.servers)
        return f"redis+cluster://{nodes}"

    @property
    def primaries(self) -> list[RedisServer]:
        return self.servers[:3]

    def start(self) -> None:
        super().start()
        self._meet()
        for number, server in enumerate(self.primaries):
            slots = str(number * SLOTS // 3), str((number + 1) * SLOTS // 3 - 1)
            _do(server, "CLUSTER", "ADDSLOTSRANGE", *slots)
        for primary, replica in zip(self.primaries, self.servers[3:], strict=False):
            name = primary.ask("CLUSTER", "MYID").split(b"\r\n")[1].decode()
            _do(replica, "CLUSTER", "REPLICATE", name)
        for replica in self.servers[3:]:
            block_until(lambda replica=replica: linked(replica))  # type: ignore[misc]
        block_until(lambda: all(map(self._is_good, self.servers)))

    def is_good(self) -> bool:
        """Whether each node knows that all slots are served."""
        try:
            return all(map(self._is_good, self.servers))
        except OSError:
            return False

    def empty(self) -> None:
        for server in self.servers:
            server.ask("FLUSHALL")

    def _meet(self) -> None:
        """One that was greeted while it was busy may have missed it."""
        first, *others = self.servers
        for _ in range(MEETINGS):
            for other in others:
                bus = other.options["cluster-port"]
                _do(first, "CLUSTER", "MEET", LOOPBACK, str(other.port), bus)
            with suppress(AssertionError):
                block_until(lambda: all(map(self._knows_all, self.servers)), MEETING_SECONDS)
                return
        raise AssertionError("the nodes of the cluster did not meet")

    def _knows_all(self, server: RedisServer) -> bool:
        told = server.ask("CLUSTER", "INFO").decode()
        return f"cluster_known_nodes:{len(self.servers)}\r" in told

    def _is_good(self, server: RedisServer) -> bool:
        return b"cluster_state:ok" in server.ask("CLUSTER", "INFO")


class SentinelGroup(RedisGroup):
    """A primary, its replica, and three sentinels of whom two decide."""

    def __init__(self, *, patience: int = 1_000) -> None:
        self.primary, self.replica = RedisServer(), RedisServer()
        self.sentinels = [Sentinel(self.primary.port, patience) for _ in range(3)]
        super().__init__([self.primary, self.replica, *self.sentinels])

    @property
    def url(self) -> str:
        nodes = ",".join(f"{LOOPBACK}:{sentinel.port}" for sentinel in self.sentinels)
        return f"redis+sentinel://{nodes}/{MASTER}/0"

    def start(self) -> None:
        self.replica.options = {"replicaof": f"{LOOPBACK} {self.primary.port}"}
        super().start()
        block_until(lambda: linked(self.replica))
        block_until(lambda: all(sentinel.knows_all() for sentinel in self.sentinels))

    def present_primary(self) -> RedisServer:
        """The one that takes writes; the first, where none says so at the moment."""
        said = [one for one in (self.primary, self.replica) if _role(one) == "master"]
        named = [one for one in said if any(s.names(one) for s in self.sentinels)]
        return (named or said or [self.primary])[0]

    def is_followed(self) -> bool:
        """Whether all sentinels name the same primary, and the other server follows it."""
        primary = self.present_primary()
        (other,) = (one for one in (self.primary, self.replica) if one is not primary)
        try:
            return linked(other) and all(sentinel.names(primary) for sentinel in self.sentinels)
        except OSError:
            return False


class Sentinel(RedisServer):
    def __init__(self, watched: int, patience: int) -> None:
        super().__init__()
        self._file: Path = self.home / "sentinel.conf"
        lines = [
            f"port {self.port}",
            f"bind {LOOPBACK}",
            f"sentinel monitor {MASTER} {LOOPBACK} {watched} 2",
            f"sentinel down-after-milliseconds {MASTER} {patience}",
            f"sentinel failover-timeout {MASTER} {5 * patience}",
        ]
        self._file.write_text("\n".join(lines) + "\n")

    def command(self) -> list[str]:
        return [self._program, str(self._file), "--sentinel"]

    def knows_all(self) -> bool:
        told = self.ask("INFO", "sentinel").decode()
        return "slaves=1,sentinels=3" in told

    def names(self, server: RedisServer) -> bool:
        """Whether this is the primary, as it knows."""
        return str(server.port).encode() in self.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", MASTER)


def _role(server: RedisServer) -> str:
    """`master` or `slave`; empty where it does not answer."""
    try:
        return server.ask("INFO", "replication").decode().partition("role:")[2].split()[0]
    except (OSError, IndexError):
        return ""


def linked(replica: RedisServer) -> bool:
    return b"master_link_status:up" in replica.ask("INFO", "replication")


def _do(server: RedisServer, *words: str) -> None:
    said = server.ask(*words)
    assert said.startswith(b"+OK"), said
