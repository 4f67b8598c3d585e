"""Slashes in the parts of a path: escaped they belong to their part, in every operation; a name at
the end of a path may hold them as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest
from starlette.routing import Match

from lobby.api import middleware
from lobby.api.routing import PartsRoute
from lobby.config import Settings
from lobby.main import api_routes
from tests.api.server_status.good_requests import Callers, asked
from tests.support.checked_clients import PLAIN
from tests.support.player_services import ServerAndCallers, player_services_server
from tests.support.server_status import User, error
from tests.support.server_thread import serving

NAMES = [
    "a/b",
    "a//b",
    "/",
    "/a",
    "a/",
    "%2F",
    "a%2Fb",
    "50%/2",
    "ä/ö",
    "a / b",
    "../a",
    "a/nicknames",
]
ROUTES = [route for route in api_routes(Settings()) if route.param_convertors]


def escaped(name: str) -> str:
    """As `encodeURIComponent` has it."""
    return quote(name, safe="")


def mixed(name: str) -> str:
    return quote(name, safe="").replace("%2F", "%2f")


def bare(name: str) -> str:
    """As `encodeURI` has it, and proxies that unescape."""
    return quote(name, safe="/")


SPELLINGS = [escaped, mixed, bare]


def found(route: PartsRoute, path: str) -> dict[str, str] | None:
    scope = {"type": "http", "method": next(iter(route.methods or ())), "raw_path": path.encode()}
    match, child = route.matches(scope | {"path": httpx2.URL(f"http://x{path}").path})
    return child["path_params"] if match is Match.FULL else None


@pytest.mark.parametrize(
    ("path", "parts"),
    [
        ("/a%2Fb/c", {"one": "a/b", "two": "c"}),
        ("/a/b%2fc", {"one": "a", "two": "b/c"}),
        ("/%2F/%2F%2F", {"one": "/", "two": "//"}),
        ("/a%252Fb/c", {"one": "a%2Fb", "two": "c"}),
        ("/a%2Fb%ff/c%00", {"one": "a/b\ufffd", "two": "c\0"}),
        ("/%ED%B0%AF/c%2F", {"one": "\ufffd" * 3, "two": "c/"}),
        ("/a%2Fb", None),
        ("/a/b/c", None),
        ("/a/", None),
    ],
)
def test_a_part_ends_at_a_slash_that_is_not_escaped(
    path: str, parts: dict[str, str] | None
) -> None:
    route = PartsRoute("/{one}/{two}", lambda request: None, methods=["PUT"])  # type: ignore[arg-type, return-value]
    assert found(route, path) == parts


@pytest.fixture(scope="module")
def everywhere() -> Iterator[httpx2.Client]:
    with serving() as served, httpx2.Client(base_url=served.url, **PLAIN) as http:
        yield http


@pytest.mark.parametrize("route", ROUTES, ids=[route.name for route in ROUTES])
def test_every_door_answers_for_its_own_paths(route: PartsRoute, everywhere: httpx2.Client) -> None:
    """Whatever stands in a part, it is this operation that answers."""
    for part in route.param_convertors:
        path = route.path.replace(f"{{{part}}}", "a%2Fb")
        url = re.sub(r"\{\w+\}", "00000000-0000-0000-0000-000000000000", path)
        answer = everywhere.request(next(iter(route.methods or ())), url)
        assert middleware.UNKNOWN not in answer.text, url
        assert middleware.NOT_ALLOWED not in answer.text, url


@pytest.fixture(scope="module")
def users() -> Iterator[tuple[User, User]]:
    with asked() as (http, callers):
        yield of(http, callers), of(http, callers)


def of(http: httpx2.Client, callers: Callers) -> User:
    account = callers.user()
    return User(http, account.login or "", callers.pair(account).access)


@pytest.mark.parametrize("spelt", SPELLINGS)
@pytest.mark.parametrize("name", NAMES)
def test_a_nickname_that_was_taken_by_one_operation_is_named_by_every_other(
    name: str, spelt: object, users: tuple[User, User]
) -> None:
    assert callable(spelt)
    user, other = users
    if spelt is bare and name in ("%2F", "a%2Fb", "../a"):
        return  # not one that this spelling can say
    own = f"/nicknames/{spelt(name)}"
    # 1. It is added, and is whose it is.
    user.own("PUT", "/nicknames", json=["First"])
    assert user.own("POST", own) == {}
    assert user.own("POST", own) == {}
    assert user.own("GET", "/nicknames") == ["First", name]
    assert user.own("GET", "?nicknames")["nicknames"] == ["First", name]
    assert "nickname" in error(other.call("POST", f"/users/{other.login}{own}"))
    assert error(other.call("DELETE", f"/users/{other.login}{own}"))
    # 2. It is removed, also where the list put it there.
    assert user.own("DELETE", own) == {}
    assert error(user.call("DELETE", f"/users/{user.login}{own}"))
    user.own("PUT", "/nicknames", json=[name])
    assert user.own("DELETE", own) == {}
    assert user.own("GET", "/nicknames") == []


@pytest.fixture(scope="module")
def game() -> Iterator[ServerAndCallers]:
    with player_services_server() as game:
        yield game


@pytest.mark.parametrize("spelt", SPELLINGS)
@pytest.mark.parametrize("key", ["ui/scale", "/ui", "ui//scale", "ui/", "50%/2", "ui/scale/x"])
def test_a_setting_is_kept_under_a_key_with_slashes(
    key: str, spelt: object, game: ServerAndCallers
) -> None:
    assert callable(spelt)
    http, callers = game
    player = callers.get("player")
    assert player.account
    kept = {"v": 1, "value": "twice"}
    for whose in ("me", player.account.uuid):
        keys = f"/settings/v2/player/{whose}/setting_type/notes/key"
        one = f"{keys}/{spelt(key)}"
        assert http.put(one, json=kept, headers=player.headers).json() == {key: kept}
        assert http.get(one, headers=player.headers).json() == kept
        assert http.get(keys, headers=player.headers).json() == {key: kept}
        assert http.delete(one, headers=player.headers).status_code < 300
        assert http.get(one, headers=player.headers).json()["error_code"]


NOT_UTF8 = ["%ff", "a%C0%AFb", "%ED%A0%80", "%F4%90%80%80", "a%2F%80"]


@pytest.mark.parametrize("part", NOT_UTF8)
def test_a_path_that_is_not_utf_8_is_refused_and_never_replaced(
    part: str, users: tuple[User, User], game: ServerAndCallers
) -> None:
    user, _ = users
    for method in ("POST", "DELETE"):
        answer = user.call(method, f"/users/{user.login}/nicknames/{part}")
        assert (answer.status_code, answer.json()["needRefresh"]) == (400, False)
    http, callers = game
    player = callers.get("player")
    keys = "/settings/v2/player/me/setting_type/notes/key"
    said = {"v": 1, "value": "x"}
    answer = http.put(f"{keys}/{part}", json=said, headers=player.headers)
    assert 400 <= answer.status_code < 500
    assert http.get(keys, headers=player.headers).json() == {}
