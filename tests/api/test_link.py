"""The page behind a link: what it says and to whom, its headers, and texts that want to be HTML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import httpx2
import pytest

from lobby.actions.accounts import hosts
from lobby.domain.permissions import Permit
from tests.support.http_players import HttpGame, http_game, of
from tests.support.player_services import GAME

NONE = "ZZZZZ2"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{body}}{{name}}"
LINK = "mygame://join/{code}?by=link&amp=1&more='1'"


@pytest.fixture(scope="module")
def game(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HttpGame]:
    text = re.sub(r"(?m)^\[server\]$", f"[server]\ndeep_link = {LINK!r}", GAME.read_text())
    assert "deep_link" in text
    path = tmp_path_factory.mktemp("link") / "game.toml"
    path.write_text(text.replace(repr(LINK), "'''" + LINK + "'''"))
    with http_game(catalogue=str(path)) as game:
        yield game


class Tags(HTMLParser):
    """The tags and attributes of a page, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if (tag, name) == ("a", "href")]
        assert not [name for name, _ in attrs if name.startswith("on")]

    def handle_data(self, data: str) -> None:
        self.text += data


def opened(game: HttpGame, name: str, **headers: str) -> httpx2.Response:
    return httpx2.get(f"{game.callers.served.url}/j/{name}", headers=headers)


def test_the_card_of_a_session_leads_into_the_game(game: HttpGame) -> None:
    (ann,) = game.players(1)
    id = ann.create("game")
    code = ann.call("POST", f"{of(id)}:generate-short-code").json()["short_code"]
    page = opened(game, code.lower())
    seen = Tags(page.text)
    assert page.status_code == 200
    assert f"{code[:3]} {code[3:]}" in seen.text
    assert "join" in seen.text
    assert seen.links == [LINK.replace("{code}", code), f"/s/{id}?code={code}"]
    game.change(id, listing={})
    by_id = Tags(opened(game, id).text)
    assert "by invitation" in by_id.text
    assert code[:3] not in by_id.text
    assert by_id.links == [LINK.replace("{code}", id), f"/s/{id}"]
    assert ann.read(id)["teams"][0]["players"][0]["player_uuid"] == ann.uuid


def test_a_session_of_somebody_without_a_name_is_not_nobodys(game: HttpGame) -> None:
    url = game.callers.served.url
    host = httpx2.post(f"{url}/hosts").json()["uuid"]
    token = httpx2.get(f"{url}/hosts/{host}/access_token").json()["token"]
    headers = {"Authorization": f"Bearer {token}"}
    launched = httpx2.post(f"{url}/sessions", json={"host": host}, headers=headers).json()
    page = opened(game, str(launched["session_id"]))
    assert "Session of somebody without a name" in Tags(page.text).text


def test_nobody_keeps_indexes_or_passes_on_the_page(game: HttpGame) -> None:
    (ann,) = game.players(1)
    listed = ann.create("game")
    game.change(listed, listing={})
    for name in (listed, NONE):
        said = opened(game, name).headers
        assert said["Cache-Control"] == "no-store"
        assert said["X-Robots-Tag"] == "noindex"
        assert said["Referrer-Policy"] == "no-referrer"
        assert "script-src" not in said["Content-Security-Policy"]
        assert "default-src 'none'" in said["Content-Security-Policy"]


def test_texts_of_a_session_are_text(game: HttpGame) -> None:
    (ann,) = game.players(1)
    id = ann.create("game")
    game.change(id, name="Harbour", leader_name="Ann", listing={})
    plain = Tags(opened(game, id).text).tags
    game.change(id, name=HOSTILE, leader_name=HOSTILE)
    seen = Tags(opened(game, id).text)
    assert seen.tags == plain
    assert seen.text.count(HOSTILE) == 3


def test_what_leads_nowhere_is_one_page(game: HttpGame) -> None:
    (ann,) = game.players(1)
    id = ann.create("game")
    code = ann.call("POST", f"{of(id)}:generate-short-code").json()["short_code"]
    game.change(id, code=None)
    pages = [opened(game, name) for name in (code, "1", "no code", "%3Cscript%3E", "%00", "%FF")]
    assert {(page.status_code, page.text) for page in pages} == {(404, pages[0].text)}
    assert "<script" not in pages[0].text


def test_whom_the_leader_has_banned_it_leads_nowhere_in_their_browser(game: HttpGame) -> None:
    ann, bob = game.players(2)
    id = ann.create("game")
    served = game.callers.served
    by = Permit(ann.account.actor())
    game.change(id, listing={})
    served.do(hosts.ban(served.lobby, by, host=ann.uuid, guest=bob.uuid))
    shown = ("Cookie", f"access_token={bob.token}"), ("Authorization", f"Bearer {bob.token}")
    for header, value in shown:
        words: dict[str, Any] = {header: value}
        assert opened(game, id, **words).status_code == 404
    assert opened(game, id).status_code == 200
    assert opened(game, id, Authorization="Bearer of nothing").status_code == 200


def test_by_the_id_alone_an_unlisted_session_is_shown_to_those_who_have_a_part_in_it(
    game: HttpGame,
) -> None:
    ann, bob, cat = game.players(3)
    id = ann.create("game")
    code = ann.call("POST", f"{of(id)}:generate-short-code").json()["short_code"]
    ann.invite(id, bob)
    unknown = opened(game, "1")

    def by(token: str, name: str = id) -> httpx2.Response:
        return opened(game, name, Authorization=f"Bearer {token}")

    for page in (opened(game, id), by(cat.token), by("of nothing")):
        assert (page.status_code, page.text) == (404, unknown.text)
    for inside in (by(ann.token), by(bob.token), by(cat.token, code), opened(game, code)):
        assert inside.status_code == 200
    game.change(id, listing={})
    assert by(cat.token).status_code == opened(game, id).status_code == 200


def test_wrong_codes_of_an_address_are_counted_together() -> None:
    with http_game(codes_per_address=3) as game:
        (ann,) = game.players(1)
        assert [opened(game, NONE).status_code for _ in range(4)] == [404, 404, 404, 429]
        assert "Retry-After" in opened(game, NONE).headers
        id = ann.create("game")
        game.change(id, listing={})
        assert opened(game, id).status_code == 200
