"""The web client of the field: it sends ids without the word Bearer, takes only ids of 128 digits,
reads dates as JavaScript does, and escapes paths as `encodeURI` does.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.support.checked_clients import PLAIN, recorded
from tests.support.pictures import data_url, png
from tests.support.processes import LobbyProcess
from tests.support.server_status import PASSWORD, new_admin, new_login

ID = re.compile("[0-9a-f]{128}", re.IGNORECASE)
TOKYO = timezone(timedelta(hours=9))
URI = "A;,/?:@&=+$-_.!~*'()#"
"""What `encodeURI` leaves as it is, beside letters and digits."""


class LogicError(Exception):
    """An `error` of the answer: shown to whoever sits there."""


class WebClient:
    """One tab of a browser, east of UTC. It asks nothing while it knows that it may not."""

    def __init__(self, url: str) -> None:
        self._address = urlsplit(url).netloc
        self._pair: dict[str, dict[str, str]] | None = None
        self._anonymous = False
        self.renewals = 0

    def open(self) -> None:
        """What it asks before anybody signs in."""
        self._anonymous = self._fetch("GET", "anonym-access-allowed", {})["allowed"]

    def sign_in(self, login: str, password: str) -> None:
        parts = (base64.b64encode(text.encode()).decode() for text in (login, password))
        self._take(self._fetch("POST", "auth", {"Authorization": ":".join(parts)}))

    def sign_out(self) -> None:
        assert self._pair
        self._fetch("POST", "deauth", {"Authorization": self._pair["access"]["id"]})
        self._pair = None

    def call(self, method: str, path: str, body: Any = None) -> Any:
        headers = {"Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        if self._pair is None:
            assert self._anonymous, "Anonymous access is forbidden"
            return self._fetch(method, path, headers, body)
        if self._expired("access"):
            self._renew()
        answer = self._ask(method, path, self._shown(headers), body)
        if isinstance(answer, dict) and answer.get("needRefresh"):
            self._renew()
            return self._fetch(method, path, self._shown(headers), body)
        return self._right(answer)

    def _renew(self) -> None:
        assert self._pair
        assert not self._expired("refresh")
        self._take(self._fetch("POST", "reauth", {"Authorization": self._pair["refresh"]["id"]}))
        self.renewals += 1

    def _take(self, pair: dict[str, dict[str, str]]) -> None:
        assert all(ID.fullmatch(pair[half]["id"]) for half in ("access", "refresh")), pair
        self._pair = pair

    def _expired(self, half: str) -> bool:
        """A date without a zone is local time."""
        assert self._pair
        until = datetime.fromisoformat(self._pair[half]["exp"])
        local = until if until.tzinfo else until.replace(tzinfo=TOKYO)
        return local <= datetime.now(TOKYO)

    def _shown(self, headers: dict[str, str]) -> dict[str, str]:
        assert self._pair
        return headers | {"Authorization": self._pair["access"]["id"]}

    def _fetch(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
        return self._right(self._ask(method, path, headers, body))

    @staticmethod
    def _right(answer: Any) -> Any:
        if isinstance(answer, dict) and "error" in answer:
            raise LogicError(answer["error"])
        return answer

    def _ask(self, method: str, path: str, headers: dict[str, str], body: Any = None) -> Any:
        path, _, query = path.partition("?")
        url = f"{quote(f'/api/{path}', safe=URI)}?{query}"
        text = None if body is None else json.dumps(body).encode()
        with closing(http.client.HTTPConnection(self._address, timeout=PLAIN["timeout"])) as server:
            server.request(method, url, text, headers)
            answer = server.getresponse()
            content = answer.read()
            assert answer.status == 200, (method, url, answer.status, content)
            return json.loads(content)


@pytest.fixture(scope="module", params=["plain", "utc"])
def dates(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, LobbyProcess]]:
    lobby = LobbyProcess(tmp_path_factory.mktemp("lobby"), dates=request.param).start()
    yield request.param, lobby
    lobby.remove()


def change_somebody(tab: WebClient, style: str) -> None:
    """Somebody is added, changed by each form, looked up in the list, and taken away again."""
    login, nick = new_login("Web"), f"R/B & Jo {new_login('n')}"
    user = f"users/{login}"
    new = {"password": PASSWORD, "isAdmin": False, "nicknames": None}
    assert tab.call("POST", user, new) == {}
    assert tab.call("PUT", f"{user}/name", {"name": "Zoë from the Web"}) == {}
    assert tab.call("PUT", f"{user}/icon", {"icon": data_url(png(512, 512))}) == {}
    assert tab.call("PUT", f"{user}/is-admin", {"isAdmin": True}) == {}
    assert tab.call("PUT", f"{user}/password", {"password": "another horse 8"}) == {}
    assert tab.call("POST", f"{user}/nicknames/{nick}") == {}
    assert tab.call("GET", f"{user}/nicknames") == [nick]
    shown = next(one for one in tab.call("GET", "users?icon&nicknames") if one["login"] == login)
    assert (shown["name"], shown["isAdmin"], shown["nicknames"]) == (
        "Zoë from the Web",
        True,
        [nick],
    )
    assert shown["icon"].startswith("data:image/png;base64,")
    assert shown["reg"]["time"].endswith("Z") == (style == "utc")
    with pytest.raises(LogicError, match="8 to 128"):
        tab.call("PUT", f"{user}/password", {"password": "short"})
    assert tab.call("DELETE", f"{user}/nicknames/{nick}") == {}
    assert tab.call("DELETE", user) == {}


def test_it_works_from_sign_in_to_sign_out(dates: tuple[str, LobbyProcess]) -> None:
    style, lobby = dates
    with recorded(lobby.url) as http:
        admin = new_admin(lobby, http)
    tab = WebClient(lobby.url)
    # 1. It opens, and nobody is let in with a wrong password.
    tab.open()
    with pytest.raises(LogicError, match="password is wrong"):
        tab.sign_in(admin.login, "wrong password")
    tab.sign_in(admin.login, PASSWORD)
    # 2. The page of the server, and the limits that its forms know.
    assert tab.call("GET", "server")["motd"]["clean"] == "Welcome to the lobby"
    assert tab.call("GET", "max-nicknames") == {"max": 5}
    assert tab.call("GET", "max-tokens") == {"max": 5}
    assert tab.call("GET", "console-available") == {"available": False}
    change_somebody(tab, style)
    # 3. East of UTC it renews all the time where dates have no zone, and never where they have.
    assert (tab.renewals == 0) == (style == "utc")
    tab.sign_out()
    with pytest.raises(AssertionError, match="Anonymous access"):
        tab.call("GET", "server")
