"""Instances and game servers as clients of the document meet them: what they read, in which words
they are refused.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from lobby.actions.instances import allocations
from lobby.api.player_services import registration
from lobby.domain.errors import LobbyError
from lobby.domain.permissions import Permit
from lobby.domain.sessions.errors import GameHostBusy, GameHostNotFound
from lobby.domain.sessions.session import Session
from tests.api.player_services.rows.instances import hosted
from tests.api.player_services.rows.made import led
from tests.support.player_services import (
    Caller,
    Callers,
    bearer,
    numbers,
    player_services_server,
)

S = "/session/v1/session"
REGISTER, STATE = (f"/instances/sic_registration/{way}" for way in ("v3/register", "v1/state"))
THERE = {"public_conn_str": "203.0.113.7:7777", "private_conn_str": ""}


class Asking:
    """One who asks, and what they are answered: the status, the body, the headers."""

    def __init__(self, http: httpx2.Client, caller: Caller) -> None:
        self.http, self.caller = http, caller

    def __call__(self, method: str, path: str, said: Any = None, **headers: str) -> Any:
        headers = self.caller.headers | headers
        return self.http.request(method, path, json=said, headers=headers)

    def refused(self, status: int, code: str, *request: Any) -> None:
        answer = self(*request)
        said = answer.json()
        assert (answer.status_code, said["error_code"]) == (status, code)
        assert said["auth_success"] is True


@pytest.fixture(scope="module")
def there() -> Iterator[tuple[httpx2.Client, Callers]]:
    with player_services_server() as there:
        yield there


@pytest.fixture
def callers(there: tuple[httpx2.Client, Callers]) -> Callers:
    return there[1]


@pytest.fixture
def player(there: tuple[httpx2.Client, Callers]) -> Asking:
    return Asking(there[0], there[1].get("player"))


@pytest.fixture
def stranger(there: tuple[httpx2.Client, Callers]) -> Asking:
    return Asking(there[0], there[1].get("player"))


@pytest.fixture
def server(there: tuple[httpx2.Client, Callers]) -> Iterator[Asking]:
    """Nobody waits for one when it comes, nor when it has gone."""
    here = Asking(there[0], there[1].get("server"))
    yield here
    for session in there[1].served.do(there[1].served.lobby.sessions.all("hosting", "yes")):
        here("DELETE", f"{S}/{session.id}/instance")


def new_host() -> str:
    return f"host-{next(numbers)}"


def offer(id: str, **more: Any) -> dict[str, Any]:
    host = {"id": id, "group_tags": [], "public_host": "203.0.113.7", "public_port": 7777}
    return {"items": [host | more]}


def test_what_a_player_is_to_start_stands_in_the_very_next_read(
    player: Asking, callers: Callers
) -> None:
    session = led(callers, player.caller)
    startup = {"map": "/Game/Canyon", "mode": "duel", "misc_params": ""}
    said = {"host_type": "player", "instance_startup_params": startup}
    made = player("POST", f"{S}/{session.id}/instance", said).json()
    read = player("GET", f"{S}/{session.id}").json()["instance"]
    assert read == made
    assert made["join_status"] == "pending"
    assert made["instance_startup_params"] == {**startup, "custom_data": {}}
    assert made["host_player_uuid"] == player.caller.subject.uuid
    assert made["host_player_id"] == player.caller.subject.number


def test_how_to_get_there_is_for_those_inside(
    player: Asking, stranger: Asking, callers: Callers
) -> None:
    session = hosted(callers, player.caller)
    assert session.instance is not None
    told = {
        "allocation_id": session.instance.allocation,
        "join_status": "joinable",
        "join_params": {**THERE, "custom_data": {"rh.SessionSecurityToken": "sesame"}},
        "custom_data": {"inside": "yes"},
    }
    answer = player("PATCH", f"{S}/{session.id}/instance", told)
    assert answer.status_code == 200, answer.text
    inside = player("GET", f"{S}/{session.id}").json()["instance"]
    assert inside["join_params"]["custom_data"] == {"rh.SessionSecurityToken": "sesame"}
    outside = stranger("GET", f"{S}/{session.id}").json()["instance"]
    assert outside["join_status"] == "joinable"
    assert outside["custom_data"] == {}
    hidden = {"join_params", "allocation_id", "host_player_uuid", "host_player_id"}
    assert not hidden & set(outside)
    assert "sesame" not in str(outside)


def test_refusals_have_their_words(player: Asking, stranger: Asking, callers: Callers) -> None:
    empty, session = led(callers, player.caller), hosted(callers, player.caller)
    assert session.instance is not None
    path, own = f"{S}/{session.id}/instance", {"allocation_id": session.instance.allocation}
    health = {"instance_id": session.instance.id, "instance_health": "healthy"}
    player.refused(404, "session_not_found", "PATCH", f"{S}/1024/instance", {})
    player.refused(404, "instance_not_found", "PATCH", f"{S}/{empty.id}/instance", {})
    player.refused(404, "instance_not_found", "DELETE", f"{S}/{empty.id}/instance")
    player.refused(404, "instance_not_found", "POST", f"{S}/{empty.id}/instance/health", health)
    player.refused(409, "instance_already_exists", "POST", path, {"host_type": "player"})
    player.refused(409, "allocation_mismatch", "PATCH", path, {"join_status": "closed"})
    player.refused(409, "invalid_join_status", "PATCH", path, own | {"join_status": "requested"})
    player.refused(409, "invalid_join_status", "PATCH", path, own | {"join_status": "joinable"})
    wrong = health | {"instance_id": "another"}
    player.refused(409, "instance_id_mismatch", "POST", f"{path}/health", wrong)
    stranger.refused(403, "insufficient_permissions", "PATCH", path, own)
    stranger.refused(403, "insufficient_permissions", "POST", f"{path}/health", health)
    fubar = {"instance_id": session.instance.id, "error": "no floor", "region": "eu"}
    stranger.refused(403, "insufficient_permissions", "POST", f"{path}/fubar", fubar)


def test_an_ended_instance_leaves_a_mark_that_a_read_confirms(
    player: Asking, callers: Callers
) -> None:
    session = hosted(callers, player.caller)
    mark = player("DELETE", f"{S}/{session.id}/instance").headers["ETag"]
    again = player("GET", f"{S}/{session.id}", **{"If-None-Match": mark})
    assert again.status_code == 304
    assert "instance" not in player("GET", f"{S}/{session.id}").json()


# Game servers


def wanted(player: Asking, callers: Callers, **fields: Any) -> Session:
    session = led(callers, player.caller, **fields)
    asked = player("POST", f"{S}/{session.id}/instance", {"host_type": "dedicated"})
    assert asked.json()["join_status"] == "requested"
    return session


def test_a_game_server_is_told_to_wait_and_then_to_go(
    player: Asking, server: Asking, callers: Callers
) -> None:
    id = new_host()
    (registered,) = server("POST", REGISTER, offer(id)).json()["items"]
    waits = {
        "success": True,
        "error_code": 0,
        "state": "deallocated",
        "allocation_id": "",
        "session_id": "",
    }
    assert registered == waits
    session = wanted(player, callers)
    (goes,) = server("POST", STATE, {"items": [{"id": id}]}).json()["items"]
    assert (goes["state"], goes["session_id"]) == ("allocated", str(session.id))
    path = f"{S}/allocation/{goes['allocation_id'].upper()}"
    found = server("GET", path)
    assert found.json()["instance"]["allocation_id"] == goes["allocation_id"]
    assert found.json() == server("GET", f"{S}/{session.id}").json()
    again = server("GET", path, **{"If-None-Match": found.headers["ETag"]})
    assert again.status_code == 304
    server("DELETE", f"{S}/{session.id}/instance")
    server.refused(404, "allocation_not_found", "GET", path)
    assert server("POST", STATE, {"items": [{"id": id}]}).json()["items"] == [waits]


def test_a_game_server_that_is_promised_but_not_confirmed_is_told_to_wait(
    server: Asking, callers: Callers
) -> None:
    id, lobby, account = new_host(), callers.served.lobby, server.caller.account
    assert account is not None
    server("POST", REGISTER, offer(id))
    now = lobby.clock()
    callers.served.do(
        lobby.game_hosts.change(
            f"{account.uuid}/{id}", lambda host: host.allocate("a", 1024, now=now)
        )
    )
    (waits,) = server("POST", STATE, {"items": [{"id": id}]}).json()["items"]
    assert (waits["state"], waits["allocation_id"]) == ("allocating", "")


def test_one_that_is_unknown_is_told_so_beside_one_that_is_known(server: Asking) -> None:
    id = new_host()
    server("POST", REGISTER, offer(id))
    unknown, known = server("POST", STATE, {"items": [{"id": "nobody"}, {"id": id}]}).json()[
        "items"
    ]
    assert (unknown["success"], unknown["error_code"]) == (False, 1)
    assert unknown["error_message"] == str(GameHostNotFound())
    assert (known["success"], known["error_code"]) == (True, 0)


def test_a_host_that_is_allocated_while_it_registers_is_told_so_by_the_number_6() -> None:
    told = json.loads(registration.host_answer(GameHostBusy()).model_dump_json())
    assert (told["success"], told["error_code"]) == (False, 6)
    assert told["error_message"] == str(GameHostBusy())


@pytest.mark.parametrize("tags", [["eu", "big"], "eu, big", "eu,,big,"])
def test_tags_are_a_list_or_a_text(tags: Any, server: Asking, callers: Callers) -> None:
    id, account = new_host(), server.caller.account
    assert account is not None
    server("POST", REGISTER, offer(id, group_tags=tags))
    lobby = callers.served.lobby
    kept = callers.served.do(lobby.game_hosts.get(f"{account.uuid}/{id}"))
    assert kept.tags == ["eu", "big"]


def test_a_game_server_whose_token_has_run_out_is_told_to_log_in(
    server: Asking, callers: Callers
) -> None:
    late = callers.get("expired")
    answer = server.http.post(STATE, json={"items": []}, headers=bearer(late.token))
    assert (answer.status_code, answer.json()["auth_success"]) == (403, False)


def test_players_register_nothing(player: Asking, callers: Callers) -> None:
    player.refused(403, "insufficient_permissions", "POST", REGISTER, offer("mine"))
    actor = player.caller.subject.actor()
    (none,) = callers.served.do(allocations.poll(callers.served.lobby, Permit(actor), ids=["mine"]))
    assert isinstance(none, LobbyError)
