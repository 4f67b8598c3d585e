"""Ratings over player services."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from lobby.domain.accounts import Account
from tests.support.player_services import ServerAndCallers, bearer

RATE = "/rank/v1/rank:calculate-trueskill"


@pytest.fixture(scope="module")
def http(door: ServerAndCallers) -> httpx2.Client:
    """As a game server."""
    http, callers = door
    http.headers.update(bearer(callers.token(callers.machine("server"))))
    return http


@pytest.fixture
def people(door: ServerAndCallers) -> list[Account]:
    return [door[1].player() for _ in range(4)]


def team(place: int, *people: Account, seconds: int = 60, **rank: Any) -> dict[str, Any]:
    sent = {"mu": 25.0, "sigma": 8.333, **rank}
    players = [{"player_uuid": a.uuid, "rank": sent, "seconds_in_match": seconds} for a in people]
    return {"team_rank": place, "players": players}


def match(*teams: dict[str, Any], rank: int = 1) -> dict[str, Any]:
    return {"rank_id": rank, "match_length_seconds": 60, "teams": list(teams)}


def ranks(answer: httpx2.Response) -> dict[str, dict[str, Any]]:
    assert answer.status_code == 200, answer.text
    (listed,) = answer.json().values()
    return {one["player_uuid"]: one["rank"] for one in listed}


def test_a_match_rates_everybody_and_stays(http: httpx2.Client, people: list[Account]) -> None:
    first, second = people[:2], people[2:]
    rated = ranks(http.post(RATE, json=match(team(1, *first), team(2, *second))))
    assert list(rated) == [one.uuid for one in people]
    for one in people:
        assert (rated[one.uuid]["mu"] > 25) is (one in first)
        assert rated[one.uuid]["sigma"] < 8.333
        kept = http.get(f"/rank/v1/player/{one.uuid}/rank/1")
        assert ranks(kept) == {one.uuid: rated[one.uuid]}


def test_teams_of_one_place_drew(http: httpx2.Client, people: list[Account]) -> None:
    rated = ranks(http.post(RATE, json=match(team(3, people[0]), team(3, people[1]))))
    assert [rank["mu"] for rank in rated.values()] == pytest.approx([25, 25])


def test_who_played_less_gains_less(http: httpx2.Client, people: list[Account]) -> None:
    one, late, *others = people
    winners = team(1, one)
    winners["players"] += team(1, late, seconds=15)["players"]
    rated = ranks(http.post(RATE, json=match(winners, team(2, *others))))
    assert rated[one.uuid]["mu"] > rated[late.uuid]["mu"] > 25


def test_more_than_two_teams_are_rated_by_their_places(
    http: httpx2.Client, people: list[Account]
) -> None:
    places = [2, 4, 1, 3]
    teams = [team(place, one) for place, one in zip(places, people, strict=True)]
    rated = ranks(http.post(RATE, json=match(*teams)))
    ordered = sorted(rated, key=lambda uuid: -rated[uuid]["mu"])
    assert ordered == [people[places.index(place)].uuid for place in (1, 2, 3, 4)]


def test_ratings_are_clamped(http: httpx2.Client, people: list[Account]) -> None:
    one, other = people[:2]
    sent = match(team(1, one, mu=39.9, sigma=2.0), team(2, other, mu=-5.0, sigma=0.0), rank=2)
    rated = ranks(http.post(RATE, json=sent))
    assert (rated[one.uuid]["mu"], rated[one.uuid]["sigma"]) == pytest.approx((39.9, 2.0), abs=0.01)
    assert rated[other.uuid]["mu"] == 10.0
    said = {"rank": {"mu": 100, "sigma": 1}}
    for path, id in (("v1", 2), ("v2", "2")):
        answer = http.post(f"/rank/{path}/player/{one.uuid}/rank/{id}", json=said)
        assert ranks(answer)[one.uuid]["mu"] == 40.0
        assert answer.json()["updated_players"][0]["rank_id"] == id


def test_custom_data_that_is_not_said_stays(http: httpx2.Client, people: list[Account]) -> None:
    one, other = people[:2]
    path = f"/rank/v1/player/{one.uuid}/rank/1"
    http.post(path, json={"rank": {"mu": 30, "sigma": 5, "custom_data": {"tier": "gold"}}})
    rated = ranks(http.post(RATE, json=match(team(1, one), team(2, other))))
    assert rated[one.uuid]["custom_data"] == {"tier": "gold"}
    http.post(path, json={"rank": {"mu": 30, "sigma": 5, "custom_data": {}}})
    assert ranks(http.get(path))[one.uuid]["custom_data"] == {}


REFUSED: dict[str, tuple[Any, str]] = {
    "no team": (lambda p: match(), "at least 2 teams"),
    "one team": (lambda p: match(team(1, *p)), "at least 2 teams"),
    "too many teams": (lambda p: match(*[team(1)] * 101), "at most 100"),
    "an empty team": (lambda p: match(team(1, p[0]), team(2)), "without players"),
    "somebody twice": (lambda p: match(team(1, p[0]), team(2, p[0])), "twice"),
    "somebody twice in a team": (lambda p: match(team(1, p[0], p[0]), team(2, p[1])), "twice"),
    "a place before the first": (lambda p: match(team(0, p[0]), team(1, p[1])), ""),
    "less than no time": (lambda p: match(team(1, p[0], seconds=-1), team(2, p[1])), ""),
    "a skill beyond all": (lambda p: match(team(1, p[0], mu=1e9), team(2, p[1])), "beyond"),
    "no number": (lambda p: match(team(1, p[0], sigma="8"), team(2, p[1])), ""),
}


@pytest.mark.parametrize(("said", "why"), REFUSED.values(), ids=REFUSED)
def test_what_was_no_match_is_refused_and_rates_nobody(
    said: Any, why: str, http: httpx2.Client, people: list[Account]
) -> None:
    answer = http.post(RATE, json=said(people))
    assert answer.status_code == 422
    assert why in answer.text
    for one in people:
        assert ranks(http.get(f"/rank/v1/player/{one.uuid}/rank/1"))[one.uuid]["mu"] == 25


def test_a_rank_that_there_is_not_is_404(http: httpx2.Client, people: list[Account]) -> None:
    whose = f"/player/{people[0].uuid}/rank"
    said = {"rank": {"mu": 30, "sigma": 5}}
    answers = [
        http.post(RATE, json=match(team(1, people[0]), team(2, people[1]), rank=9)),
        http.get("/rank/v1/rank/9"),
        http.get(f"/rank/v1{whose}/9"),
        http.post(f"/rank/v1{whose}/9", json=said),
        http.post(f"/rank/v2{whose}/nine", json=said),
        http.post(f"/rank/v2{whose}/{'9' * 100}", json=said),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json()["error_code"]) == (404, "rank_not_found")


def test_of_somebody_who_is_not_there_nothing_is_kept(http: httpx2.Client) -> None:
    path = "/rank/v1/player/11111111-2222-4333-8444-555555555555/rank/1"
    for answer in (http.get(path), http.post(path, json={"rank": {"mu": 30, "sigma": 5}})):
        assert (answer.status_code, answer.json()["error_code"]) == (404, "player_not_found")


def test_the_kinds_are_the_catalogues(http: httpx2.Client, people: list[Account]) -> None:
    every = http.get("/rank/v1/rank").json()["rank_configs"]
    assert [one["rank_id"] for one in every] == [1, 2]
    assert every[1]["max_rank_allowed"] == 40.0
    assert every[0]["trueskill_draw_probability"] == 0.05
    assert http.get("/rank/v1/rank/2").json() == {"rank_configs": [every[1]]}
    listed = http.get(f"/rank/v1/player/{people[0].uuid}/rank").json()["player_ranks"]
    assert [(one["rank_id"], one["rank"]["mu"]) for one in listed] == [(1, 25), (2, 25)]
    named = http.get(f"/rank/v2/player/{people[0].uuid}/rank").json()["player_ranks"]
    assert [one["rank_id"] for one in named] == ["1", "2"]


def test_a_player_is_told_of_a_new_rating_and_reads_it(
    http: httpx2.Client, door: ServerAndCallers, people: list[Account]
) -> None:
    one, other = people[:2]
    http.post(RATE, json=match(team(1, one), team(2, other)))
    mine = bearer(door[1].token(one))
    told = http.get("/notification/v1/player/me/notification", headers=mine).json()
    (notification,) = told["notifications"]
    assert notification["message"] == "rank_updated"
    assert notification["rh_url"] == f"/rank/v1/player/{one.uuid}/rank/1"
    read = ranks(http.get(notification["rh_url"], headers=mine))
    assert read == ranks(http.get("/rank/v1/player/me/rank/1", headers=mine))
