"""The event log as player services shows it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.http_players import HttpGame, http_game


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def test_who_leaves_may_say_why_and_who_is_removed_reads_it(game: HttpGame) -> None:
    ann, bob, cat = game.players(3)
    id = ann.open("game", bob, cat)
    path = f"/session/v1/session/{id}/player/me"
    assert bob.call("DELETE", path, reason="x" * 129).status_code == 422
    assert bob.call("DELETE", path, reason="I am tired").status_code == 204
    ann.remove(id, cat)
    log = game.machine().call("GET", f"/session/v1/session/{id}/event").json()["events"]
    said = {one["event_code"]: one["custom_data"] for one in log}
    assert said["player_left"] == {"reason": "left", "said": "I am tired"}
    assert said["player_kicked"] == {"reason": "kicked"}
    assert cat.notices()[0]["custom_data"]["reason"] == "kicked"
