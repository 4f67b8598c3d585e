"""What faults befall: processes, a Redis and one PostgreSQL, with a proxy on every link but those
to a Redis that is a group: its servers tell their own addresses.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.chaos.history import History
from tests.chaos.people import Channel
from tests.chaos.seekers import QUEUES
from tests.stories.random_players import game
from tests.support.deployments import SECRET
from tests.support.processes import LobbyProcess
from tests.support.redis_groups import RedisClusterGroup, SentinelGroup
from tests.support.services import PostgresServer, RedisServer
from tests.support.tcp_proxy import TcpProxy

KEEPER_SECONDS, GRACE_SECONDS = 8, 2


Redis = RedisServer | RedisClusterGroup | SentinelGroup


class World:
    """`redis_links` and `client_links` belong to the process of the same number. `group`: the
    servers of a cluster, or those that sentinels watch; None: there is one Redis."""

    def __init__(self, home: Path, redis: Redis, postgres: PostgresServer) -> None:
        self.home, self.postgres = home, postgres
        self.group = None if isinstance(redis, RedisServer) else redis
        self.servers = [redis] if isinstance(redis, RedisServer) else redis.servers
        self.database = ""  # its URL, without the link
        self.postgres_link = TcpProxy(postgres.port).start()
        self.processes: list[LobbyProcess] = []
        self.redis_links: list[TcpProxy] = []
        self.client_links: list[TcpProxy] = []
        self.history = History()
        self.people: list[Channel] = []
        self.pace = 1.0
        self.complaints: list[str] = []
        self.shut: set[str] = set()

    def add_processes(self, number: int) -> None:
        self.database = asyncio.run(self.postgres.new_database())
        database = self.database.replace(f":{self.postgres.port}/", f":{self.postgres_link.port}/")
        catalogue = game(self.home, ttl=3600, more=QUEUES)
        for n in range(number):
            folder = self.home / f"process-{n}"
            folder.mkdir()
            process = LobbyProcess(
                folder,
                database_url=database,
                redis_url=self._new_redis_url(),
                secret=SECRET,
                public_url="http://lobby.test",  # links are alike, whichever process shows them
                catalogue=catalogue,
                grace_seconds=GRACE_SECONDS,
                keeper_seconds=KEEPER_SECONDS,
                connections_per_account=50,
                drain_seconds=1,
            ).start()
            self.processes.append(process)
            self.client_links.append(TcpProxy(process.port).start())

    def _new_redis_url(self) -> str:
        """Of the group, or of one Redis behind a link for the next process."""
        if self.group is not None:
            return self.group.url
        link = TcpProxy(self.redis.port).start()
        self.redis_links.append(link)
        return f"redis://127.0.0.1:{link.port}/0"

    @property
    def redis(self) -> RedisServer:
        """The one, the first of a cluster, or the primary of those that sentinels watch."""
        if isinstance(self.group, SentinelGroup):
            return self.group.present_primary()
        return self.servers[0]

    @property
    def urls(self) -> list[str]:
        return [process.url for process in self.processes]

    def freeze(self, process: LobbyProcess) -> None:
        process.freeze()
        self.note("away", process)

    def thaw(self, process: LobbyProcess) -> None:
        process.thaw()
        self.note("served", process)

    def note(self, kind: str, process: LobbyProcess) -> None:
        """That its people are connected and `away` for everybody else, or are `served` again."""
        addresses = {process.url, self._link_of(process)}
        if kind == "away":
            self.shut |= addresses
        else:
            self.shut -= addresses
        for person in self.people:
            if person.connected and person.at in addresses:
                self.history.add(kind, person.uuid)

    def _link_of(self, process: LobbyProcess) -> str:
        return self.linked_urls[self.processes.index(process)]

    @property
    def linked_urls(self) -> list[str]:
        """The same processes, behind links that may become slow or silent."""
        return [f"http://127.0.0.1:{link.port}" for link in self.client_links]

    def remove(self) -> None:
        for process in self.processes:
            process.remove()
        for link in [self.postgres_link, *self.redis_links, *self.client_links]:
            link.close()


@contextmanager
def world(home: Path, redis: Redis, postgres: PostgresServer, *, processes: int) -> Iterator[World]:
    made = World(home, redis, postgres)
    try:
        made.add_processes(processes)
        yield made
    finally:
        made.remove()
