"""Nobody rates themselves, or anybody: matches are reported by services alone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.player_services.good_requests import LINES
from tests.support.player_services import ServerAndCallers, player_services_server
from tests.support.store_contents import kept

RATE = "POST /rank/v1/rank:calculate-trueskill"
RATINGS = [
    RATE,
    "POST /rank/v1/player/me/rank/{rank_id}",
    "POST /rank/v1/player/{player_uuid}/rank/{rank_id}",
    "POST /rank/v2/player/{player_uuid}/rank/{rank_id}",
]
CHEATS = ("nobody", "guest", "player", "other", "elsewhere", "support", "expired", "forged")


@pytest.fixture(scope="module")
def door() -> Iterator[ServerAndCallers]:
    with player_services_server() as door:
        yield door


@pytest.mark.parametrize("actor", CHEATS)
@pytest.mark.parametrize("name", RATINGS)
def test_e4_who_is_no_service_rates_nobody(name: str, actor: str, door: ServerAndCallers) -> None:
    http, callers = door
    served = callers.served
    caller = callers.get(actor)
    good = LINES[name].good(callers, caller)
    before = served.do(kept(served.lobby))
    assert good.send(http, name, caller).status_code == 403
    assert served.do(kept(served.lobby)) == before


def test_e4_every_way_to_write_a_rating_is_attacked() -> None:
    assert {name for name in LINES if "/rank" in name and not name.startswith("GET")} == {*RATINGS}


def test_e4_a_service_does_rate(door: ServerAndCallers) -> None:
    http, callers = door
    server = callers.get("server")
    assert LINES[RATE].good(callers, server).send(http, RATE, server).status_code == 200
