"""Whether an account exists is not told by a login: not by the answer, and not by the time."""

from __future__ import annotations

import math
import os
import random
from collections.abc import Callable, Iterator
from statistics import median
from time import perf_counter, process_time

import httpx2
import pytest

from tests.support.checked_clients import recorded
from tests.support.server_status import API, PASSWORD, basic
from tests.support.server_thread import serving

TRIES = int(os.environ.get("LOGINS", "40"))
"""Logins of each kind in a volley; `LOGINS=200` where there is time."""
VOLLEYS = 5
"""A machine that is busy tells two alike things apart at times, and never again and again."""
LOGIN = "ann.somebody"


@pytest.fixture(scope="module")
def http() -> Iterator[httpx2.Client]:
    with serving() as served, recorded(served.url) as http:
        form = {"username": LOGIN, "password": PASSWORD}
        assert http.post("/users", data=form).status_code == 201
        yield http


def by_basic(http: httpx2.Client, login: str, password: str) -> httpx2.Response:
    return http.post(f"{API}/auth", headers=basic(login, password))


def by_form(http: httpx2.Client, login: str, password: str) -> httpx2.Response:
    return http.post("/users/login", data={"username": login, "password": password})


def by_grant(http: httpx2.Client, login: str, password: str) -> httpx2.Response:
    body = {"grant_type": "password", "username": login, "password": password}
    return http.post("/users/v2/oauth/token", json=body)


DOORS = [by_basic, by_form, by_grant]
Door = Callable[[httpx2.Client, str, str], httpx2.Response]


@pytest.mark.parametrize("door", DOORS)
def test_a5_whoever_the_login_is_not_is_told_as_much_as_whose_password_it_is_not(
    door: Door, http: httpx2.Client
) -> None:
    right = door(http, LOGIN, PASSWORD)
    guesses = [("nobody.here", PASSWORD), (LOGIN, "wrong password"), (LOGIN, PASSWORD[:-1])]
    guesses += [("nobody.there", "wrong password"), (LOGIN.upper(), PASSWORD.upper())]
    answers = [door(http, *guess) for guess in guesses]
    own = {"x-request-id", "date"}
    told = [
        (
            answer.status_code,
            answer.content,
            {name: value for name, value in answer.headers.items() if name not in own},
        )
        for answer in answers
    ]
    assert right.status_code == 200
    assert right.content not in [answer.content for answer in answers]
    assert told == [told[0]] * len(told)


@pytest.mark.parametrize("door", [by_basic, by_form])
def test_a5_an_unknown_login_takes_as_long_as_a_wrong_password(
    door: Door, http: httpx2.Client
) -> None:
    for _ in range(VOLLEYS):
        processor, wall = volley(door, http)
        if alike(*processor) and apart(*wall) <= 0.25:
            return
    pytest.fail("they are told apart")


Pair = tuple[list[float], list[float]]


def volley(door: Door, http: httpx2.Client) -> tuple[Pair, Pair]:
    """Seconds of an unknown login, and of a wrong password; one after the other, in turn. First of
    the processor, which is the finer measure: the server is in this process, and what others do on
    a busy machine is not counted."""
    processor: dict[str, list[float]] = {"nobody.here.x": [], LOGIN: []}
    wall: dict[str, list[float]] = {login: [] for login in processor}
    for _ in range(TRIES):
        for login in processor:
            used, began = process_time(), perf_counter()
            door(http, login, "wrong password")
            wall[login].append(perf_counter() - began)
            processor[login].append(process_time() - used)
    (unknown, wrong), (later, late) = processor.values(), wall.values()
    return (unknown, wrong), (later, late)


def apart(one: list[float], other: list[float]) -> float:
    """By what part their medians differ."""
    return abs(median(one) - median(other)) / median(other)


def alike(one: list[float], other: list[float]) -> bool:
    """Medians within 5 %, and no rank test that says otherwise."""
    return apart(one, other) <= 0.05 and mann_whitney(one, other) > 0.01


def mann_whitney(one: list[float], other: list[float]) -> float:
    """Two-sided p, by the normal approximation: how often alike things differ by as much."""
    ranks = {value: rank for rank, value in enumerate(sorted([*one, *other]), start=1)}
    n, m = len(one), len(other)
    u = sum(ranks[value] for value in one) - n * (n + 1) / 2
    z = (u - n * m / 2) / math.sqrt(n * m * (n + m + 1) / 12)
    return math.erfc(abs(z) / math.sqrt(2))


def test_a5_times_that_do_differ_are_told_apart() -> None:
    dice = random.Random(5)

    def times(ms: float) -> list[float]:
        return [dice.gauss(ms, 2) for _ in range(200)]

    assert alike(times(30), times(30))
    assert not alike(times(30), times(31)), "the ranks tell"
    assert not alike(times(0.1 + 2), times(30)), "no hash at all"
