"""A session with a generated Python client, through every door: `client_session.py FOLDER URL`,
with the package `lobby_client` in that folder. Runs with the generators' Python, not with ours.
"""

from __future__ import annotations

import base64
import importlib
import json
import pkgutil
import sys
import urllib.request
import warnings
from typing import Any

PASSWORD = "correct horse battery"


class Session:
    """A generated client of the lobby at this address."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.models = importlib.import_module("lobby_client.models")
        self.client = importlib.import_module("lobby_client.client")
        with urllib.request.urlopen(f"{url}/openapi.json") as answer:  # noqa: S310  # the test's own server
            self._paths: dict[str, Any] = json.load(answer)["paths"]

    def anybody(self) -> Any:
        return self.client.Client(base_url=self.url, raise_on_unexpected_status=True)

    def holding(self, token: str, prefix: str = "Bearer") -> Any:
        return self.client.AuthenticatedClient(
            base_url=self.url, token=token, prefix=prefix, raise_on_unexpected_status=True
        )

    def ask(self, name: str, client: Any, *parts: str, **given: Any) -> Any:
        """The parsed answer of the operation, `POST /users` for example."""
        with client:
            return self._operation(name).sync(*parts, client=client, **given)

    def _operation(self, name: str) -> Any:
        """The module of an operation: its name is the operation's id, with underscores its own."""
        method, path = name.split(" ")
        said = self._paths[path][method.lower()]
        folder = importlib.import_module(f"lobby_client.api.{said['tags'][0]}")
        wanted = said["operationId"].replace("_", "").lower()
        (found,) = [
            module.name
            for module in pkgutil.iter_modules(folder.__path__)
            if module.name.replace("_", "") == wanted
        ]
        return importlib.import_module(f"{folder.__name__}.{found}")


def import_everything() -> int:
    package = importlib.import_module("lobby_client")
    modules = list(pkgutil.walk_packages(package.__path__, "lobby_client."))
    for module in modules:
        importlib.import_module(module.name)
    return len(modules)


def host(session: Session) -> None:
    anybody = session.anybody
    registered = session.ask("POST /hosts", anybody())
    token = session.ask("GET /hosts/{host}/access_token", anybody(), registered.uuid)
    shown = session.ask("GET /hosts/{host}", session.holding(token.token), registered.uuid)
    assert shown == registered, shown
    launch = session.models.HostLaunchRequest(host=registered.uuid)
    launched = session.ask("POST /sessions", session.holding(token.token), body=launch)
    assert launched.session_id > 0, launched
    lookers(session, str(registered.uuid), token.token)


def lookers(session: Session, host: str, token: str) -> None:
    """Who looks for sessions, and for people, without a channel."""
    asked = {"filter": {"host": [host], "free": {"min": 1}}, "sort": "-created", "limit": 5}
    search = session.models.SessionSearch.from_dict(asked)
    assert search.to_dict() == asked
    found = session.ask("POST /sessions/search", session.anybody(), body=search)
    assert (found.total, found.sessions[0].to_dict()["host"]) == (1, host), found
    counted = session.ask("GET /presence", session.anybody())
    assert counted.online == 0, counted
    one = session.ask("GET /presence/{uuid}", session.holding(token), host)
    assert one.to_dict() == {}, one
    friends = session.ask("GET /friends/presence", session.holding(token))
    assert friends.to_dict() == {"people": {}}, friends


def user(session: Session, name: str) -> None:
    credentials = session.models.Credentials(username=name, password=PASSWORD)
    assert session.ask("POST /users", session.anybody(), body=credentials) == "OK"
    token = session.ask("POST /users/login", session.anybody(), body=credentials)
    everybody = session.ask("GET /users", session.holding(token))
    assert [each.username for each in everybody] == [name], everybody


def user_of_the_server(session: Session, name: str) -> None:
    basic = base64.b64encode(f"{name}:{PASSWORD}".encode()).decode()
    pair = session.ask("POST /api/auth", session.holding(basic, "Basic"))
    shown = session.ask("GET /api/users/{user}", session.holding(pair.access.id), name)
    assert shown.login == name, shown


def player(session: Session) -> None:
    request = session.models.LoginRequest.from_dict(
        {"grant_type": "anon", "portal_access_token": "a secret of this device"}
    )
    arrived = session.ask("POST /users/v1/login", session.anybody(), body=request)
    holding = session.holding(arrived.access_token)
    assert session.ask("GET /session/v1/player/me/session", holding) is not None


def main(folder: str, url: str) -> None:
    warnings.simplefilter("error")
    sys.path.insert(0, folder)
    sys.stdout.write(f"{import_everything()} modules\n")
    session = Session(url)
    host(session)
    user(session, "ada")
    user_of_the_server(session, "ada")
    player(session)


if __name__ == "__main__":
    main(*sys.argv[1:])
