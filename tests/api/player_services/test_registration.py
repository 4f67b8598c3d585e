"""What game servers say of themselves: odd values are refused as a whole, or answered one by one,
with a number that a typed client reads.
"""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.api.player_services.test_instances import REGISTER, STATE, new_host, offer
from tests.support.player_services import ServerAndCallers, bearer


def said(door: ServerAndCallers, path: str, body: Any) -> httpx2.Response:
    http, callers = door
    return http.post(path, json=body, headers=bearer(callers.token(callers.machine("server"))))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": None},
        {"items": {}},
        {"items": ["host-1"]},
        {"items": [{}]},
        offer(""),
        offer("x" * 129),
        offer("a\x00b"),
        {"items": [{"id": 7}]},
        offer("host", public_port=65_536),
        offer("host", public_port=-1),
        offer("host", public_port="7777"),
        offer("host", public_port=7777.5),
        offer("host", public_host="x" * 256),
        offer("host", group_tags=7),
        offer("host", group_tags=["x" * 129]),
        offer("host", group_tags=["eu"] * 65),
        offer("host", group_tags=[["eu"]]),
        {"items": offer("host")["items"] * 65},
    ],
    ids=range(19),
)
def test_a_registration_that_is_none_is_422_and_registers_nothing(
    body: dict[str, Any], door: ServerAndCallers
) -> None:
    before = registered(door)
    answer = said(door, REGISTER, body)
    assert answer.status_code == 422, answer.text
    assert answer.json()["detail"]
    assert registered(door) == before


def registered(door: ServerAndCallers) -> list[str]:
    served = door[1].served
    return [host.key for host in served.do(served.lobby.game_hosts.all("registered", "yes"))]


@pytest.mark.parametrize(
    "more",
    [
        {"group_tags": ",, ,"},
        {"group_tags": "profile_id:7,server_id:1,hostname:ä,eu"},
        {"group_tags": []},
        {"public_host": "", "public_port": 0},
        {"public_host": "2001:db8::7"},
        {"unknown": {"of": "later versions"}},
    ],
    ids=range(6),
)
def test_what_a_host_leaves_open_or_adds_bars_it_from_nothing(
    more: dict[str, Any], door: ServerAndCallers
) -> None:
    (one,) = said(door, REGISTER, offer(new_host(), **more)).json()["items"]
    assert (one["success"], one["error_code"], one["state"]) == (True, 0, "deallocated")


def test_each_host_is_answered_for_itself_in_the_order_that_they_are_named(
    door: ServerAndCallers,
) -> None:
    known = new_host()
    assert said(door, REGISTER, offer(known)).is_success
    asked = {"items": [{"id": "never-registered"}, {"id": known}, {"id": known.upper()}]}
    found = said(door, STATE, asked).json()["items"]
    assert [one["success"] for one in found] == [False, True, False]
    assert [one["error_code"] for one in found] == [1, 0, 1]
    assert all(type(one["error_code"]) is int for one in found)
    assert all(one["error_message"] for one in found if not one["success"])
    assert said(door, STATE, {"items": []}).json() == {"items": []}
