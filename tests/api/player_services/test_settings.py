"""Types of setting, and what players keep of them."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import accounts
from lobby.domain.permissions import SYSTEM
from tests.support.player_services import ServerAndCallers, bearer

TYPES = "/settings/v1/setting_type"
MINE = "/settings/v2/player/me/setting_type/controls/key"
NOTES = "/settings/v2/player/me/setting_type/notes/key"


def put(http: httpx2.Client, key: str, value: Any, *, v: int = 1) -> httpx2.Response:
    return http.put(f"{MINE}/{key}", json={"v": v, "value": value})


def refusal(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


def test_types_and_versions_are_the_catalogues(http: httpx2.Client) -> None:
    every = http.get(TYPES).json()
    assert set(every) == {"controls", "notes"}
    versions = http.get(f"{TYPES}/controls/v").json()
    assert versions == every["controls"]["versions"]
    assert set(versions) == {"1", "2", "7"}
    assert versions["7"]["allow_update"] is False
    assert versions["2"]["custom_data"] == {"since": "2.0"}
    assert versions["1"]["value_jsonschema"] == {"type": "object"}
    assert http.get(f"{TYPES}/controls/v/2").json() == versions["2"]


def test_a_type_or_version_that_there_is_not_is_404(http: httpx2.Client) -> None:
    for path in ("/other/v", "/other/v/1"):
        assert refusal(http.get(TYPES + path)) == (404, "setting_type_id_not_found")
    assert refusal(http.get(f"{TYPES}/controls/v/9")) == (404, "setting_version_id_not_found")


def test_what_is_kept_is_read_back_as_it_was_said(http: httpx2.Client) -> None:
    value = {"jump": None, "list": [1, 2.5, True, {"deep": "er"}], "": "ä"}
    answer = put(http, "keyboard", value)
    assert answer.json() == {"keyboard": {"v": 1, "value": value}}
    assert http.get(f"{MINE}/keyboard").json() == {"v": 1, "value": value}
    put(http, "mouse", {})
    assert http.get(MINE).json() == {
        "keyboard": {"v": 1, "value": value},
        "mouse": {"v": 1, "value": {}},
    }


def test_a_value_takes_the_place_of_what_was_there(http: httpx2.Client) -> None:
    put(http, "keyboard", {"jump": 1})
    put(http, "keyboard", {"run": "aa"}, v=2)
    assert http.get(MINE).json() == {"keyboard": {"v": 2, "value": {"run": "aa"}}}


def test_one_is_deleted_or_all_of_a_type(http: httpx2.Client) -> None:
    for key in ("a", "b", "c"):
        put(http, key, {})
    http.put(f"{NOTES}/x", json={"v": 1, "value": "stays"})
    assert http.delete(f"{MINE}/a").status_code == 200
    assert refusal(http.get(f"{MINE}/a")) == (404, "not_found")
    assert refusal(http.delete(f"{MINE}/a")) == (404, "does_not_exist")
    assert http.delete(MINE).status_code == 200
    assert http.get(MINE).json() == {}
    assert refusal(http.delete(MINE)) == (404, "does_not_exist")
    assert set(http.get(NOTES).json()) == {"x"}


REFUSED: dict[str, tuple[str, int, Any, tuple[int, str]]] = {
    "a key that is none": ("Keyboard", 1, {}, (400, "setting_key_invalid")),
    "a key too long": ("a" * 33, 1, {}, (400, "setting_key_invalid")),
    "a key with a line's end": ("a%0A", 1, {}, (400, "setting_key_invalid")),
    "a value that is none": ("keyboard", 1, [], (400, "setting_value_invalid")),
    "null": ("keyboard", 1, None, (400, "setting_value_invalid")),
    "a pattern's worst text": (
        "keyboard",
        2,
        {"jump": "a" * 5_000 + "b"},
        (400, "setting_value_invalid"),
    ),
    "a version that is none": ("keyboard", 9, {}, (400, "setting_version_invalid")),
    "a version that is over": ("keyboard", 7, "text", (400, "update_not_enabled")),
}


@pytest.mark.parametrize(("key", "v", "value", "said"), REFUSED.values(), ids=REFUSED)
def test_what_the_catalogue_does_not_let_in_is_refused_and_not_kept(
    key: str, v: int, value: Any, said: tuple[int, str], http: httpx2.Client
) -> None:
    assert refusal(put(http, key, value, v=v)) == said
    assert http.get(MINE).json() == {}


def test_values_are_json_that_others_can_hold(http: httpx2.Client) -> None:
    deep: Any = {}
    for _ in range(20):
        deep = {"a": deep}
    for value in ({"n": 2**60}, {"\0": 1}, deep):
        assert put(http, "keyboard", value).status_code == 422


def test_there_is_room_for_so_much_and_no_more(http: httpx2.Client) -> None:
    answers = []
    for number in range(20):
        said = {"v": 1, "value": "x" * 20_000}
        answers.append(http.put(f"{NOTES}/{number}", json=said).status_code)
    assert answers == [200] * 13 + [409] * 7
    assert len(http.get(NOTES).json()) == 13


def test_a_player_keeps_and_reads_only_what_is_theirs(
    door: ServerAndCallers, http: httpx2.Client
) -> None:
    other = door[1].player()
    path = f"/settings/v2/player/{other.uuid}/setting_type/controls/key"
    answers = [
        http.get(path),
        http.get(f"{path}/a"),
        http.put(f"{path}/a", json={"v": 1, "value": {}}),
        http.delete(f"{path}/a"),
        http.delete(path),
    ]
    assert {refusal(answer) for answer in answers} == {(403, "insufficient_permissions")}


def test_who_may_do_everything_keeps_for_others_who_are_there(door: ServerAndCallers) -> None:
    http, callers = door
    headers = bearer(callers.token(callers.machine("boss")))
    player = callers.player()
    path = f"/settings/v2/player/{player.uuid}/setting_type/controls/key"
    http.put(f"{path}/a", json={"v": 1, "value": {}}, headers=headers)
    mine = http.get(MINE, headers=bearer(callers.token(player)))
    assert mine.json() == {"a": {"v": 1, "value": {}}}
    nobody = path.replace(player.uuid, "11111111-2222-4333-8444-555555555555")
    for answer in (
        http.get(nobody, headers=headers),
        http.put(f"{nobody}/a", json={"v": 1, "value": {}}, headers=headers),
    ):
        assert refusal(answer) == (404, "player_not_found")


def test_what_somebody_kept_is_forgotten_with_them(
    door: ServerAndCallers, http: httpx2.Client
) -> None:
    lobby, callers = door[1].served.lobby, door[1]
    player = callers.player()
    http.put(f"{MINE}/a", json={"v": 1, "value": {}}, headers=bearer(callers.token(player)))
    key = f"{player.uuid}:controls"
    assert callers.served.do(lobby.player_settings.versions([key])) == {key: 1}
    callers.served.do(accounts.delete(lobby, SYSTEM, account=player.uuid))
    assert callers.served.do(lobby.player_settings.versions([key])) == {}
