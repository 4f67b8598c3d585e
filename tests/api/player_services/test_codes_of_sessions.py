"""A code over HTTP: made once, and in the place of the id in every path that names one session."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.game import entry, written
from tests.support.http_players import HttpGame, Player, http_game, of, refusal
from tests.support.player_services import GAME

NONE = "ZZZZZ2"
MUTE = entry("templates", session_type="mute", codes=False, can_be_created_by_players_directly=True)


@pytest.fixture(scope="module")
def game() -> Iterator[HttpGame]:
    with http_game() as game:
        yield game


def made(who: Player, id: str) -> str:
    answer = who.call("POST", f"{of(id)}:generate-short-code")
    assert answer.status_code == 200, answer.text
    return str(answer.json()["short_code"])


def test_members_have_a_code_made_and_see_it_in_the_session(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    code = made(ann, id)
    assert made(ann, id) == code == ann.read(id)["short_code"]
    assert bob.read(id).get("short_code") is None
    no = bob.call("POST", f"{of(id)}:generate-short-code")
    assert refusal(no) == (403, "insufficient_permissions")


def test_it_stands_for_the_id_to_ask_to_read_and_to_come_in(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    code = made(ann, id).lower()
    named = f"{code[:3]}-{code[3:]}"
    assert [bob.ask(id).json()["may"], bob.ask(named).json()["may"]] == ["no", "join"]
    assert bob.join(id).status_code == 403
    seen = bob.read(named)
    assert (seen["session_id"], seen.get("short_code")) == (id, None)
    assert bob.join(named).status_code == 200
    assert bob.read(named)["short_code"] == code.upper()
    assert bob.call("DELETE", f"{of(named)}/player/me").status_code == 204


def test_a_code_grants_nothing_but_coming_in(game: HttpGame) -> None:
    ann, bob = game.players(2)
    code = made(ann, ann.create("game"))
    for no in (
        bob.revise(code, joinable=True),
        bob.call("DELETE", f"{of(code)}/player/{ann.uuid}"),
        bob.call("POST", f"{of(code)}:generate-short-code"),
    ):
        assert no.status_code in (403, 422)


def test_what_is_no_code_is_no_session_in_every_path(game: HttpGame) -> None:
    """Ten a minute: the eleventh is too many, even of a good one."""
    ann, bob = game.players(2)
    code = made(ann, ann.create("game"))
    for _ in range(10):
        assert refusal(bob.get(NONE)) == (404, "session_not_found")
    assert bob.get(code).status_code == 429
    assert "Retry-After" in bob.join(code).headers
    assert ann.get(code).status_code == 200


def test_a_request_that_is_repeated_has_its_answer_when_its_code_is_dead(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    code = made(ann, id)
    said = {**bob.game, "team_id": 0}
    key = {"Idempotency-Key": "one"}
    path = f"{of(code)}/player/me"
    first = bob.call("POST", path, said, headers=key)
    assert first.status_code == 200, first.text
    ann.revise(id, joinability={"open": True})
    game.change(id, code=None)
    again = bob.call("POST", path, said, headers=key)
    assert (again.status_code, again.json()) == (200, first.json())
    assert refusal(bob.get(code)) == (404, "session_not_found")


def test_types_without_codes_say_so(tmp_path: Path) -> None:
    with http_game(catalogue=str(written(tmp_path, GAME.read_text() + MUTE))) as game:
        (ann,) = game.players(1)
        no = ann.call("POST", f"{of(ann.create('mute'))}:generate-short-code")
        assert refusal(no) == (409, "template_forbids")
        assert json.loads(no.headers["Lobby-About"]) == {"word": "code"}
