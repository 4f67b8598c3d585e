"""The JavaScript client, script by script: each holds the scenarios that conformance.py says."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.clients.conformance import JS
from tests.clients.links import SCENARIOS, Link, own_link, run_script
from tests.clients.nonsense import SPEAKERS, NonsenseServer, nonsense_servers

ON_SHARED = (
    "coming_in",
    "coming_back",
    "watching",
    "journals",
    "members",
    "silence",
    "ending",
    "hostile",
)
KEY = "the-scenarios-are-signed-with-this-key-93571"
HARNESS = {"harness"}
FINAL = {"closes_4501", "closes_4999"}
"""Servers that nobody comes back to."""


def test_every_script_is_known() -> None:
    assert {path.stem for path in SCENARIOS.glob("*.mjs")} - HARNESS == set(JS)
    assert set(ON_SHARED) < set(JS)


@pytest.mark.parametrize("name", ON_SHARED)
def test_a_script_holds_its_scenarios(link: Link, name: str) -> None:
    assert run_script(name, link.url, link.direct, acts=link.acts()) == set(JS[name])


def test_a_lobby_that_is_killed_and_stopped_is_come_back_to(tmp_path: Path) -> None:
    restarted(tmp_path)


def test_so_is_one_over_redis(tmp_path: Path, redis_url: str, redis_prefix: str) -> None:
    restarted(tmp_path, redis_url=redis_url, redis_prefix=redis_prefix)


def restarted(home: Path, **settings: Any) -> None:
    with own_link(home, database_url=f"sqlite:{home}/lobby.db", **settings) as link:
        held = run_script("restarts", link.url, link.direct, acts=link.acts())
    assert held == set(JS["restarts"])


def test_the_rate_that_hello_tells_is_kept(tmp_path: Path) -> None:
    few = {"commands_per_second": 20, "commands_burst": 30}
    with own_link(tmp_path, database_url="sqlite::memory:", **few) as link:
        held = run_script("limits", link.url, link.direct, acts=link.acts())
    assert held == set(JS["limits"])


def test_fifty_come_back_spread_out_after_a_drain(tmp_path: Path) -> None:
    database = f"sqlite:{tmp_path}/lobby.db"
    with own_link(tmp_path, database_url=database, drain_seconds=0.5) as link:
        held = run_script("drain", link.url, link.direct, acts=link.acts())
    assert held == set(JS["drain"])


def test_tokens_that_expire_are_renewed_or_end_it(tmp_path: Path) -> None:
    with own_link(tmp_path, database_url="sqlite::memory:", secret=KEY) as link:
        held = run_script("tokens", link.url, link.direct, KEY, acts=link.acts())
    assert held == set(JS["tokens"])


def test_accounts_and_operations_over_http(tmp_path: Path) -> None:
    few = {"requests_per_second": 20, "requests_burst": 20}
    with own_link(tmp_path, database_url="sqlite::memory:", secret=KEY, **few) as link:
        held = run_script("http", link.url, link.direct, KEY, acts=link.acts())
    assert held == set(JS["http"])


def test_how_it_ends_says_whether_to_come_back(link: Link) -> None:
    with nonsense_servers(*SPEAKERS) as servers:
        held = run_script("codes", link.url, link.direct, urls(servers), acts=acts(link, servers))
    assert held == set(JS["codes"])


def test_no_failure_makes_a_storm_of_handshakes(tmp_path: Path) -> None:
    """The lobby itself is gone; the others speak nonsense."""
    with (
        own_link(tmp_path, database_url="sqlite::memory:") as link,
        nonsense_servers(*SPEAKERS) as servers,
    ):
        link.kill()
        held = run_script("storms", link.url, link.direct, urls(servers), acts=acts(link, servers))
        assert held == set(JS["storms"])
        assert all(servers[name].handshakes == 1 for name in FINAL)


def urls(servers: dict[str, NonsenseServer]) -> str:
    return json.dumps({name: server.url for name, server in servers.items()})


def acts(link: Link, servers: dict[str, NonsenseServer]) -> dict[str, Callable[[], Any]]:
    """What a script asks of the line, and of the servers: `handshakes NAME`, `heard NAME`."""
    counts = {
        f"{what} {name}": partial(getattr, server, what)
        for name, server in servers.items()
        for what in ("handshakes", "heard")
    }
    return {**link.acts(), **counts}
