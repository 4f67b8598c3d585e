"""Who needs windows of their own: whoever is banned by a host that has an entry."""

from __future__ import annotations

from typing import Any

from lobby.live_queries import Facts
from lobby.live_queries.bans import MetBans
from tests.live_queries.strategies import UUIDS
from tests.support.queries import QueryWorld

ME, HOST, OTHER, _ = UUIDS
BANS = frozenset([HOST, OTHER])


def session(id: str, host: str | None) -> dict[str, Any]:
    state = {"id": id, "created": 1.0, "seats": {}, "attributes": {}}
    return state | ({"host": host} if host else {})


def test_a_ban_matters_once_its_host_is_listed() -> None:
    bans = MetBans()
    bans.watch(ME, BANS)
    assert bans.hidden(ME) == frozenset()
    assert bans.take_moved() == set()
    bans.listed(HOST)
    assert bans.hidden(ME) == {HOST}
    assert bans.take_moved() == {ME}
    assert bans.take_moved() == set()


def test_while_it_lasts_it_stays_though_the_host_comes_and_goes() -> None:
    bans = MetBans()
    bans.watch(ME, BANS)
    for _ in range(2):
        bans.listed(HOST)
        bans.unlisted(HOST)
    assert bans.hidden(ME) == {HOST}
    assert bans.take_moved() == {ME}
    bans.listed(HOST)
    assert bans.take_moved() == set()
    bans.watch(ME, frozenset([OTHER]))
    assert bans.hidden(ME) == frozenset()
    assert bans.take_moved() == {ME}


def test_who_is_forgotten_is_told_of_no_more() -> None:
    bans = MetBans()
    bans.watch(ME, BANS)
    bans.forget(ME)
    bans.listed(HOST)
    assert (bans.hidden(ME), bans.take_moved()) == (frozenset(), set())


def test_the_engine_counts_who_leads_what_is_listed() -> None:
    world = QueryWorld()
    bans = world.engine.bans
    bans.watch(ME, BANS)
    world.put("1", session("1", None))
    world.put("2", session("2", HOST), Facts(bans_count=False))
    assert bans.take_moved() == set()
    world.put("1", session("1", OTHER))
    assert bans.hidden(ME) == {OTHER}
    world.put("1", session("1", HOST))
    world.remove("1")
    assert bans.hidden(ME) == BANS
    bans.forget(ME)
    bans.watch(ME, BANS)
    assert bans.hidden(ME) == frozenset(), "nobody is counted twice, or for ever"
