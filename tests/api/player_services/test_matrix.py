"""Who may do what: every operation of the document, asked by everybody."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest

from tests.api.player_services.good_requests import LINES, ROWS
from tests.support.player_services import ACTORS, ServerAndCallers, player_services_server


@pytest.fixture(scope="module")
def everybody() -> Iterator[ServerAndCallers]:
    with player_services_server() as everybody:
        yield everybody


def outcome(answer: httpx2.Response) -> str:
    if answer.status_code == 403 and answer.json()["auth_success"] is False:
        return "renew"
    return str(answer.status_code)


def test_every_operation_has_its_line() -> None:
    assert set(LINES) == set(ROWS)


@pytest.mark.parametrize("name", LINES)
def test_each_caller_gets_what_the_line_says(name: str, everybody: ServerAndCallers) -> None:
    http, callers = everybody
    got = {}
    for actor in ACTORS:
        caller = callers.get(actor)
        good = LINES[name].good(callers, caller)
        callers.invalidate(actor, caller)
        got[actor] = outcome(good.send(http, name, caller))
    assert got == dict(zip(ACTORS, LINES[name].outcomes.split(), strict=True))
