"""One good request for each operation, by the name of its row, and everybody who may ask it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

import httpx2

from lobby.actions.accounts import accounts
from lobby.actions.login import token_families
from lobby.api.server_status import routes
from lobby.domain.accounts import Account
from lobby.domain.permissions import SYSTEM, Kind
from lobby.domain.token_families import Family
from tests.support.callers import ApiCallers
from tests.support.checked_clients import recorded
from tests.support.pictures import data_url, png
from tests.support.server_status import API, PASSWORD, access_header, basic
from tests.support.server_thread import Served, serving

ROWS = {row.name: row for row in routes.door(API)[1]}
numbers = count(1)


@dataclass
class Caller:
    """`subject` is the user that their requests are about: themselves, or another."""

    token: str | None
    subject: Account
    account: Account | None = None

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.token is None else access_header(self.token)


class Callers:
    """One of each kind, new each time; passwords are hashed once."""

    def __init__(self, served: Served) -> None:
        self.served, self.people = served, ApiCallers(served)
        self._hash = served.do(served.lobby.passwords.hash(PASSWORD))

    def user(self, *, admin: bool = False) -> Account:
        lobby, number = self.served.lobby, next(numbers)
        account = Account(
            uuid=f"00000000-0000-4000-8000-{number:012}",
            number=self.served.do(lobby.store.next_number("account")),
            kind=Kind.USER,
            registered=lobby.clock(),
            login=f"user-{number}",
            nicknames=[f"Nick {number}"],
            password_hash=self._hash,
        )
        account = self.served.do(lobby.accounts.add(account))
        if admin:
            made = accounts.set_admin(lobby, SYSTEM, account=account.uuid, admin=True)
            self.served.do(made)
        return account

    def pair(self, account: Account) -> token_families.TokenPair:
        return self.served.do(token_families.begin(self.served.lobby, account))

    def get(self, actor: str) -> Caller:
        match actor:
            case "nobody":
                return Caller(None, self.user())
            case "anonymous":
                return Caller(self.people.token(self.people.nameless()), self.user())
            case "self host":
                return Caller(self.people.token(self.people.host()), self.user())
            case "other" | "admin":
                account = self.user(admin=actor == "admin")
                return Caller(self.pair(account).access, self.user(), account)
        account = self.user()
        caller = Caller(self.pair(account).access, account, account)
        return replace(caller, token=f"{'0' * 32}a{'0' * 63}") if actor == "forged" else caller

    def invalidate(self, actor: str, caller: Caller) -> None:
        """Make the token worthless now, where that is what they are."""
        lobby, account = self.served.lobby, caller.account
        if account is None:
            return
        if actor == "revoked":
            self.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=account.uuid))
        if actor == "deleted":
            self.served.do(accounts.delete(lobby, SYSTEM, account=account.uuid))
        if actor == "expired":
            assert caller.token
            self.served.do(lobby.families.change(caller.token[:32], self._expire))

    @staticmethod
    def _expire(family: Family) -> None:
        family.access_until = 0


@dataclass
class Good:
    """What goes into the path's gaps, and what else; `headers` in place of the caller's."""

    path: dict[str, str] = field(default_factory=dict)
    json: Any = None
    headers: dict[str, str] | None = None

    def send(self, http: httpx2.Client, name: str, caller: Caller) -> httpx2.Response:
        method, _, path = name.partition(" ")
        headers = caller.headers if self.headers is None else self.headers
        return http.request(method, path.format(**self.path), json=self.json, headers=headers)


Making = Callable[[Callers, Caller], Good]


def subject(callers: Callers, caller: Caller) -> Good:
    """About them, and about the nickname that they have."""
    assert caller.subject.login
    return Good({"user": caller.subject.login, "nickname": caller.subject.nicknames[0]})


@contextmanager
def asked() -> Iterator[tuple[httpx2.Client, Callers]]:
    """A server of their own for the tests of a module, and who asks it."""
    with serving() as served, recorded(served.url) as http:
        yield http, Callers(served)


def saying(json: Any) -> Making:
    return lambda callers, caller: replace(subject(callers, caller), json=json)


def adding(callers: Callers, caller: Caller) -> Good:
    return Good({"user": f"added-{next(numbers)}"}, {"password": PASSWORD, "name": "Bo"})


def another_nickname(callers: Callers, caller: Caller) -> Good:
    good = subject(callers, caller)
    return replace(good, path=good.path | {"nickname": f"Another {next(numbers)}"})


def other_nicknames(callers: Callers, caller: Caller) -> Good:
    return replace(subject(callers, caller), json=[f"One {next(numbers)}", f"Two {next(numbers)}"])


def logging_in(callers: Callers, caller: Caller) -> Good:
    return Good(headers=basic(callers.user().login or "", PASSWORD))


def renewing(callers: Callers, caller: Caller) -> Good:
    return Good(headers=access_header(callers.pair(callers.user()).refresh))


USER = f"{API}/users/{{user}}"
WRITING: dict[str, Making] = {
    f"POST {API}/auth": logging_in,
    f"POST {API}/reauth": renewing,
    f"POST {USER}": adding,
    f"PUT {USER}": saying({"name": "Bo", "nicknames": [], "icon": None}),
    f"PUT {USER}/name": saying({"name": "Bo"}),
    f"PUT {USER}/icon": saying({"icon": data_url(png())}),
    f"PUT {USER}/password": saying({"password": "another horse 8"}),
    f"PUT {USER}/is-admin": saying({"isAdmin": True}),
    f"PUT {USER}/nicknames": other_nicknames,
    f"POST {USER}/nicknames/{{nickname}}": another_nickname,
    f"POST {API}/deauth": subject,
    f"DELETE {API}/users": subject,
    f"DELETE {USER}": subject,
    f"DELETE {USER}/nicknames": subject,
    f"DELETE {USER}/nicknames/{{nickname}}": subject,
}
GOOD = {name: subject for name in ROWS if name.startswith("GET ")} | WRITING
