"""Who may join a session, over HTTP: said in parts, asked before, told with the refusal."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.http_players import HttpGame, http_game, of, refusal


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


ENTRIES: dict[str, tuple[dict[str, Any], bool, str]] = {
    "open": ({"open": True, "friends": False}, True, ""),
    "friends": ({"open": False, "friends": True}, False, "friends_only"),
    "invited": ({"open": False, "friends": False}, False, "invited_only"),
}


@pytest.mark.parametrize("entry", ENTRIES)
def test_who_may_join_is_said_in_parts_asked_before_and_told_with_the_refusal(
    game: HttpGame, entry: str
) -> None:
    ann, bob = game.players(2)
    id, (said, open, why) = ann.create("game"), ENTRIES[entry]
    shown = ann.revise(id, joinability={**said, "platform": False}).json()
    assert (shown["joinable"], shown["joinability"]) == (open, {**said, "platform": False})
    may = {"may": "join"} if open else {"may": "no", "why": why}
    assert bob.ask(id).json() == may
    came = bob.join(id)
    assert (came.status_code == 200) is open
    told = came.headers.get("Lobby-About")
    assert (told and json.loads(told)) == (None if open else {"why": why})


def test_a_members_friend_comes_in_who_names_them(game: HttpGame) -> None:
    ann, bob, cat = game.players(3)
    id = ann.open("game", bob)
    ann.revise(id, joinability={"open": False, "friends": True})
    game.befriend(bob, cat)
    assert refusal(cat.join(id)) == (403, "guest_not_welcome")
    assert cat.join(id, friend_uuid=bob.uuid).status_code == 200


def test_one_request_says_who_may_join_in_one_word(game: HttpGame) -> None:
    ann, stranger = game.players(2)
    id = ann.create("game")
    for who in (ann, stranger):
        answer = who.revise(id, joinable=True, joinability={"open": False})
        assert answer.status_code == 422
        assert answer.json()["detail"][0]["loc"] == ["body", "joinability"]
    assert ann.read(id)["joinable"] is False


def test_who_asks_with_their_game_is_told_what_joining_with_it_comes_to(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.open("game")
    asked = {"client_version": "99.0", "input": "gamepad"}

    def told(**query: str) -> tuple[str, str | None]:
        answer = bob.call("GET", f"{of(id)}:ask", None, None, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()["may"], answer.json().get("why")

    assert told() == told(client_version="99.0") == ("join", None)
    assert told(**asked) == ("no", "version")
    assert bob.join(id, client_version="99.0").status_code == 409
    fits = asked | {"client_version": str(ann.game["client_version"])}
    assert told(**fits) == ("join", None)
    alone = fits | {"permitted_input": "desired_inputs_touch"}
    assert told(**alone) == ("no", "crossplay")
    wrong = asked | {"input": "feet"}
    assert bob.call("GET", f"{of(id)}:ask", None, None, **wrong).status_code == 422
