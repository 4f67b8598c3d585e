"""What can be read, in exactly the shapes that the document names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.support.checked_clients import openapi_of, recorded
from tests.support.pictures import data_url, png
from tests.support.processes import LobbyProcess
from tests.support.server_status import API, User, add, error, new_admin, new_login

TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}")


@pytest.fixture(scope="module")
def anna(admin: User) -> User:
    """With everything that a user can have."""
    anna = add(admin, new_login("Anna"), name="Änna", nicknames=[new_login("n"), new_login("m")])
    anna.own("PUT", "/icon", json={"icon": data_url(png())})
    return anna


def test_a_user_is_shown_whole_and_larger_parts_only_when_named(admin: User, anna: User) -> None:
    whole = anna.own("GET", "?nicknames&icon")
    assert whole.keys() == {"login", "name", "icon", "nicknames", "isAdmin", "isOnline", "reg"}
    assert whole["reg"].keys() == {"time", "login"}
    assert (whole["login"], whole["name"]) == (anna.login, "Änna")
    assert (whole["isAdmin"], whole["isOnline"]) == (False, False)
    assert whole["reg"]["login"] == admin.login
    for query, more in {
        "": set(),
        "?icon": {"icon"},
        "?nicknames=": {"nicknames"},
        "?nicknames=false&icon=0": {"icon", "nicknames"},
        "?other": set(),
    }.items():
        shown = anna.own("GET", query)
        assert shown.keys() == {"login", "name", "isAdmin", "isOnline", "reg"} | more
    assert whole in anna.get("/users?nicknames&icon")
    plain = next(each for each in anna.get("/users") if each["login"] == anna.login)
    assert plain == anna.own("GET")


def test_each_part_of_a_user_alone_is_what_the_whole_says(admin: User, anna: User) -> None:
    whole = admin.get(f"/users/{anna.login.upper()}?nicknames&icon")
    time = whole["reg"]["time"]
    assert TIME.fullmatch(time)
    age = datetime.now(UTC) - datetime.fromisoformat(f"{time}+00:00")
    assert -2 < age.total_seconds() < 60
    parts: dict[str, Any] = {
        "/login": {"login": anna.login},
        "/is-admin": {"isAdmin": False},
        "/online": {"isOnline": False},
        "/is-online": {"isOnline": False},
        "/reg": {"time": time, "login": admin.login},
        "/reg/time": {"time": time},
        "/reg/user": {"login": admin.login},
        "/name": {"name": "Änna"},
        "/icon": {"icon": whole["icon"]},
        "/nicknames": whole["nicknames"],
        "/nicknames/": whole["nicknames"],
    }
    assert {tail: anna.own("GET", tail) for tail in parts} == parts
    assert whole["icon"].startswith("data:image/png;base64,")
    assert len(whole["nicknames"]) == 2


def test_who_has_nothing_and_was_registered_by_the_system_has_nulls(admin: User) -> None:
    whole = admin.own("GET", "?nicknames&icon")
    assert (whole["name"], whole["icon"], whole["nicknames"]) == (None, None, [])
    assert whole["reg"]["login"] is None
    assert whole["isAdmin"] is True
    assert admin.own("GET", "/reg/user") == {"login": None}
    assert admin.own("GET", "/icon") == {"icon": None}
    assert admin.own("GET", "/name") == {"name": None}


def test_limits_and_switches_are_told(admin: User, user: User, http: httpx2.Client) -> None:
    for path in ("/anonym-access-allowed", "/anonymous-access-allowed"):
        assert http.get(API + path).json() == {"allowed": False}
    assert user.get("/max-nicknames") == {"max": 5}
    assert user.get("/max-tokens") == {"max": 5}
    assert admin.get("/console-available") == {"available": False}
    assert user.call("GET", "/console-available").status_code == 403


def test_the_server_is_shown_whole_and_part_by_part(user: User) -> None:
    whole = user.get("/server")
    assert whole == {
        "version": {"name": f"lobby {metadata.version('lobby')}", "protocol": 1},
        "players": {"online": 0, "max": 5000, "sample": []},
        "motd": {
            "raw": "Welcome to the lobby",
            "clean": "Welcome to the lobby",
            "html": "<p>Welcome to the lobby</p>",
        },
        "address": None,
        "favicon": None,
    }
    parts = {
        "/version": whole["version"],
        "/version/name": {"name": whole["version"]["name"]},
        "/version/protocol": {"protocol": 1},
        "/players": whole["players"],
        "/players/count": {"online": 0, "max": 5000},
        "/players/online": {"online": 0},
        "/players/max": {"max": 5000},
        "/players/sample": [],
        "/motd": whole["motd"],
        "/motd/raw": {"raw": "Welcome to the lobby"},
        "/motd/clean": {"clean": "Welcome to the lobby"},
        "/motd/html": {"html": "<p>Welcome to the lobby</p>"},
        "/address": {"address": None},
        "/favicon": {"favicon": None},
    }
    assert {path: user.get(f"/server{path}") for path in parts} == parts


def test_who_is_not_there_is_an_error_in_every_part(user: User) -> None:
    for tail in ("", "/login", "/is-admin", "/online", "/reg", "/name", "/icon", "/nicknames/"):
        assert error(user.call("GET", f"/users/nobody.here{tail}"))


@pytest.fixture(scope="module")
def open_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    """Reads need no token there; it lives under another prefix and shows what it is told to."""
    home: Path = tmp_path_factory.mktemp("lobby")
    (home / "face.png").write_bytes(png(64, 64))
    server = LobbyProcess(
        home,
        anonymous_access=True,
        api_prefix="/my/api",
        console=True,
        motd="§aHello §l& <b>§r",
        address="play.example:1",
        favicon="face.png",
        max_players=12,
        version_name="game 3",
    ).start()
    yield server
    server.remove()


def test_where_anybody_may_read_nobody_may_write(open_house: LobbyProcess) -> None:
    with recorded(open_house.url, document=openapi_of(open_house.url)) as http:
        api = "/my/api"
        assert http.get(f"{api}/anonym-access-allowed").json() == {"allowed": True}
        assert http.get(f"{api}/users?nicknames").json() == []
        whole = http.get(f"{api}/server").json()
        assert whole["version"] == {"name": "game 3", "protocol": 1}
        assert whole["motd"]["raw"] == "§aHello §l& <b>§r"
        assert whole["motd"]["clean"] == "Hello & <b>"
        assert "&amp; &lt;b&gt;" in whole["motd"]["html"]
        assert (whole["address"], whole["players"]["max"]) == ("play.example:1", 12)
        assert whole["favicon"] == data_url(png(64, 64))
        assert http.put(f"{api}/users/a/name", json={"name": "x"}).status_code == 401
        assert http.delete(f"{api}/users").status_code == 401
        assert http.get(f"{api}/console-available").status_code == 401
        assert http.get(f"{api}/users", headers={"Authorization": "Bearer ab"}).json()[
            "needRefresh"
        ]
        assert http.get("/api/users").status_code == 404


def test_the_console_is_available_where_the_deployment_says_so(open_house: LobbyProcess) -> None:
    with httpx2.Client(base_url=f"{open_house.url}/my") as http:
        assert new_admin(open_house, http).get("/console-available") == {"available": True}
