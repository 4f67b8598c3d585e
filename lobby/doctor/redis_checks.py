"""Redis diagnostics: one server, each node of a cluster, or sentinels and the primary they name."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError

from lobby.config import Settings
from lobby.doctor.dependencies import PATIENCE_SECONDS, Finding, Mark, password, skew, why
from persistence.redis_clients import client_options
from persistence.redis_urls import Address, RedisUrl, parse_redis_url

SLOTS = 16_384
"""Of a cluster, that its nodes share."""
OLDEST = 6
"""The first Redis with all that the scripts use."""
OLDEST_OF_CLUSTERS = 7
"""The first Redis whose scripts can publish within a shard."""
CHECK = "Check LOBBY_REDIS_URL and that Redis runs."
START = "Start it, or look at the network between."
ADD_REPLICA = "Add a replica, which takes its place when it dies."


async def redis(settings: Settings) -> list[Finding]:
    """Versions, eviction policies, clocks and passwords; of a group, whether it holds together."""
    if settings.embedded:
        return [Finding(Mark.GOOD, "Redis", "not used: this process does its work itself")]
    url = parse_redis_url(settings.redis_url)
    if url.kind == "cluster":
        return await _cluster(url)
    if url.kind == "sentinel":
        return await _sentinels(url)
    client = Redis.from_url(url.text, **_timeouts())
    return [*await _server("Redis", client, OLDEST), *password("Redis", url.text)]


async def _server(name: str, client: Redis, oldest: int) -> list[Finding]:
    """What holds for every server that has data."""
    try:
        told: dict[str, Any] = await client.info("server")
        policy = await _policy(client)
        seconds, micros = await client.time()
        difference = seconds + micros / 1e6 - time.time()
    except (RedisError, OSError) as failure:
        return [Finding(Mark.WRONG, name, why(failure), CHECK)]
    finally:
        await client.aclose()
    version = str(told.get("valkey_version") or told["redis_version"])
    old = int(version.split(".")[0]) < oldest
    return [
        Finding(Mark.WRONG if old else Mark.GOOD, name, version, f"Use {oldest} or newer." * old),
        _eviction(name, policy),
        skew(name, difference),
    ]


# Clusters


@dataclass(frozen=True)
class Node:
    """One line of CLUSTER NODES. `primary`: the id of the one whose replica it is."""

    id: str
    address: Address
    flags: frozenset[str]
    primary: str

    @classmethod
    def of(cls, line: str, asked: Address) -> Node:
        id, address, flags, primary, *_ = line.split(" ")
        host, _, port = address.partition("@")[0].rpartition(":")
        return cls(id, (host or asked[0], int(port)), frozenset(flags.split(",")), primary)

    @property
    def name(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"


async def _cluster(url: RedisUrl) -> list[Finding]:
    answers = await asyncio.gather(*(_look(url, address) for address in url.nodes))
    lost = [
        Finding(Mark.WRONG, f"Redis {host}:{port}", answer, START)
        for (host, port), answer in zip(url.nodes, answers, strict=True)
        if isinstance(answer, str)
    ]
    seen = [answer for answer in answers if not isinstance(answer, str)]
    if not seen:
        return [*lost, Finding(Mark.WRONG, "Redis cluster", "no node answers", CHECK)]
    state, nodes = next((look for look in seen if look[0].get("cluster_state") == "ok"), seen[0])
    silent = {finding.what for finding in lost}
    every = [_node(url, node) for node in nodes if f"Redis {node.name}" not in silent]
    found = [finding for some in await asyncio.gather(*every) for finding in some]
    return [*lost, *_state(state), *_replicas(nodes), *_in_short(found), *_unprotected(url)]


async def _look(url: RedisUrl, address: Address) -> tuple[dict[str, str], list[Node]] | str:
    """The cluster as this node sees it, or why it does not say."""
    client = _client(url, address)
    try:
        told = str(await client.execute_command("CLUSTER", "INFO"))
        lines = str(await client.execute_command("CLUSTER", "NODES")).splitlines()
    except (RedisError, OSError) as failure:
        return why(failure)
    finally:
        await client.aclose()
    state = dict(line.split(":", 1) for line in told.splitlines() if ":" in line)
    return state, [Node.of(line, address) for line in lines if line]


def _state(state: dict[str, str]) -> Iterator[Finding]:
    good, covered = state.get("cluster_state") == "ok", int(state.get("cluster_slots_ok", 0))
    mark, advice = (Mark.GOOD, "") if good else (Mark.WRONG, "See redis-cli --cluster check.")
    yield Finding(mark, "Redis cluster", f"cluster_state {state.get('cluster_state')}", advice)
    if covered < SLOTS:
        found = f"{covered} of {SLOTS} slots are served: what has its keys in the others is away"
        yield Finding(Mark.WRONG, "Redis cluster", found, "See redis-cli --cluster fix.")
    else:
        yield Finding(Mark.GOOD, "Redis cluster", f"all {SLOTS} slots are served")


def _replicas(nodes: list[Node]) -> Iterator[Finding]:
    primaries = [node for node in nodes if "master" in node.flags and "fail" not in node.flags]
    followed = {node.primary for node in nodes if "slave" in node.flags}
    yield Finding(Mark.GOOD, "Redis cluster", f"{len(primaries)} primaries of {len(nodes)} nodes")
    if alone := [node.name for node in primaries if node.id not in followed]:
        found = f"no replica has {', '.join(alone)}"
        yield Finding(Mark.NOTE, "Redis cluster", found, ADD_REPLICA)


async def _node(url: RedisUrl, node: Node) -> list[Finding]:
    return await _server(f"Redis {node.name}", _client(url, node.address), OLDEST_OF_CLUSTERS)


def _in_short(findings: list[Finding]) -> Iterator[Finding]:
    """What is wrong with each node; of what is good, that it is."""
    troubled = [finding for finding in findings if finding.mark != Mark.GOOD]
    yield from troubled
    if not troubled:
        count = len({finding.what for finding in findings})
        found = f"{count} nodes answer; maxmemory-policy noeviction; clocks agree"
        yield Finding(Mark.GOOD, "Redis nodes", found)


# Sentinels


async def _sentinels(url: RedisUrl) -> list[Finding]:
    answers = await asyncio.gather(*(_ask(url, address) for address in url.nodes))
    findings: list[Finding] = []
    primary: dict[str, str] = {}
    for (host, port), answer in zip(url.nodes, answers, strict=True):
        name = f"sentinel {host}:{port}"
        if isinstance(answer, str):
            findings.append(Finding(Mark.WRONG, name, answer, START))
        else:
            primary = answer
            findings.append(Finding(Mark.GOOD, name, f"has a quorum for {url.master}"))
    if not primary:
        return findings
    address = primary["ip"], int(primary["port"])
    name = f"Redis {address[0]}:{address[1]}"
    if int(primary["num-slaves"]) == 0:
        found = "the primary has no replica"
        findings.append(Finding(Mark.NOTE, name, found, ADD_REPLICA))
    found_there = await _server(name, _client(url, address), OLDEST)
    return [*findings, *found_there, *_unprotected(url)]


async def _ask(url: RedisUrl, address: Address) -> dict[str, str] | str:
    """What the sentinel knows of the primary, or why it says nothing of use."""
    host, port = address
    login = {
        "username": url.option("sentinel_username"),
        "password": url.option("sentinel_password"),
    }
    client: Any = Redis(host=host, port=port, **{**client_options(url, PATIENCE_SECONDS), **login})
    try:
        await client.execute_command("SENTINEL", "CKQUORUM", url.master)
        told: list[str] = await client.execute_command("SENTINEL", "MASTER", url.master)
    except (RedisError, OSError) as failure:
        return why(failure)
    finally:
        await client.aclose()
    return dict(zip(told[::2], told[1::2], strict=True))


# Both


def _client(url: RedisUrl, address: Address) -> Any:
    host, port = address
    return Redis(host=host, port=port, **client_options(url, PATIENCE_SECONDS))


def _unprotected(url: RedisUrl) -> Iterator[Finding]:
    for host, _ in url.nodes[:1]:
        login = f"{url.username or ''}:{url.password}@" if url.password else ""
        yield from password("Redis", f"redis://{login}{host}")


def _timeouts() -> dict[str, Any]:
    return {
        "decode_responses": True,
        "socket_timeout": PATIENCE_SECONDS,
        "socket_connect_timeout": PATIENCE_SECONDS,
    }


async def _policy(client: Redis) -> str:
    """The eviction policy; empty where we may not read the configuration."""
    try:
        return str((await client.config_get("maxmemory-policy")).get("maxmemory-policy", ""))
    except RedisError:
        return ""


def _eviction(name: str, policy: str) -> Finding:
    if policy == "noeviction":
        return Finding(Mark.GOOD, name, "maxmemory-policy noeviction")
    found = f"maxmemory-policy {policy or 'unknown'}: people could drop out of the roster"
    mark = Mark.WRONG if policy else Mark.NOTE
    return Finding(mark, name, found, "Set maxmemory-policy noeviction.")
