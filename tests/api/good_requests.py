"""One good request for each operation, by the name of its row; an operation without is an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx2

from lobby.api import health, presence
from lobby.api.hosts import routes as hosts
from lobby.api.users import routes as users
from lobby.domain.sessions.seats import seat_id
from tests.support.callers import PASSWORD, ApiCaller, ApiCallers

OF_HOSTS = (*hosts.rows, *hosts.own_rows)
ROWS = {row.name: row for row in (*OF_HOSTS, *users.rows, *presence.rows, *health.rows)}
NAMES = [*ROWS, "GET /openapi.json", "GET /asyncapi.json"]
numbers = count(1)


@dataclass
class Good:
    """What to put into the path's gaps, and what else goes with it."""

    path: dict[str, object] = field(default_factory=dict)
    query: dict[str, Any] = field(default_factory=dict)
    json: dict[str, Any] | None = None
    form: dict[str, str] | None = None

    def url(self, name: str) -> str:
        return name.partition(" ")[2].format(**self.path)

    def send(self, http: httpx2.Client, name: str, headers: dict[str, str]) -> httpx2.Response:
        method = name.partition(" ")[0]
        return http.request(
            method,
            self.url(name),
            params=self.query,
            json=self.json,
            data=self.form,
            headers=headers,
        )


Making = Callable[[ApiCallers, ApiCaller], Good]


def nothing(people: ApiCallers, person: ApiCaller) -> Good:
    return Good()


def subject(people: ApiCallers, person: ApiCaller) -> Good:
    return Good({"host": person.subject.uuid})


def somebody(people: ApiCallers, person: ApiCaller) -> Good:
    return Good({"uuid": person.subject.uuid})


def friend(people: ApiCallers, person: ApiCaller) -> Good:
    return Good({"host": person.subject.uuid}, {"friend": people.host().uuid})


def banned(people: ApiCallers, person: ApiCaller) -> Good:
    return Good({"host": person.subject.uuid}, {"banned": people.host().uuid})


def known(people: ApiCallers, person: ApiCaller) -> Good:
    other = people.host()
    people.knows(person.subject, other)
    return Good(
        {"host": person.subject.uuid, "former_friend": other.uuid, "banned": other.uuid},
    )


def setting(name: str) -> Making:
    """Stricter than it was, so that their live session shows it, too."""

    def make(people: ApiCallers, person: ApiCaller) -> Good:
        people.session_of(person.subject)
        return Good({"host": person.subject.uuid}, json={name: name == "only_friends"})

    return make


def launching(people: ApiCallers, person: ApiCaller) -> Good:
    people.close_session_of(person.subject)
    return Good(json={"host": person.subject.uuid})


def joining(people: ApiCallers, person: ApiCaller) -> Good:
    host = people.host()
    people.session_of(host)
    return Good(json={"host": host.uuid, "guest": person.subject.uuid})


def registering(people: ApiCallers, person: ApiCaller) -> Good:
    return Good(form={"username": f"user.{next(numbers)}", "password": PASSWORD})


def logging_in(people: ApiCallers, person: ApiCaller) -> Good:
    return Good(form={"username": "self.user", "password": PASSWORD})


def slots(people: ApiCallers, person: ApiCaller) -> Good:
    session, _ = people.session_of(people.host())
    return Good(query={"session": session.id})


def free_slot(people: ApiCallers, person: ApiCaller) -> Good:
    session, _ = people.session_of(people.host())
    return Good({"slot": seat_id(session.id, "2")})


def taken_slot(people: ApiCallers, person: ApiCaller) -> Good:
    session, _ = people.session_of(person.subject)
    return Good({"slot": seat_id(session.id, "0")})


def searching(people: ApiCallers, person: ApiCaller) -> Good:
    return Good(json={"filter": {"free": {"min": 1}}, "sort": "-free", "limit": 10})


GOOD: dict[str, Making] = {
    "POST /hosts": nothing,
    "GET /hosts/access_token/renew": nothing,
    "DELETE /hosts/access_token": nothing,
    "GET /hosts/{host}/access_token": subject,
    "GET /hosts/{host}": subject,
    "PUT /hosts/{host}/only_friends": setting("only_friends"),
    "PUT /hosts/{host}/allow_nonames": setting("allow_nonames"),
    "POST /hosts/{host}/friends": friend,
    "DELETE /hosts/{host}/friends/{former_friend}": known,
    "POST /hosts/{host}/banlist": banned,
    "DELETE /hosts/{host}/banlist/{banned}": known,
    "POST /sessions": launching,
    "POST /sessions/players": joining,
    "GET /users": nothing,
    "POST /users": registering,
    "POST /users/login": logging_in,
    "GET /slots": slots,
    "GET /slots/{slot}": free_slot,
    "POST /slots/{slot}/reserve": free_slot,
    "POST /slots/{slot}/release": taken_slot,
    "GET /presence": nothing,
    "GET /presence/{uuid}": somebody,
    "GET /friends/presence": nothing,
    "POST /sessions/search": searching,
    "GET /health/live": nothing,
    "GET /health/ready": nothing,
    "GET /openapi.json": nothing,
    "GET /asyncapi.json": nothing,
}
