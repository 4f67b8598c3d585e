"""Fields that are not a client's to set, said with everything that a client may say: nothing of
them is kept, whichever door they are said at.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from lobby.api.dialect import Row
from lobby.domain.accounts import Account
from tests.api import good_requests as hosts_and_users
from tests.api.player_services import good_requests as player_services
from tests.api.server_status import good_requests as server_status
from tests.channel.good_commands import NAMES, SAYING, set_up
from tests.support.callers import ApiCallers
from tests.support.channel_client import Client, Refused
from tests.support.player_services import ACTORS, ServerAndCallers, player_services_server
from tests.support.server_thread import Served
from tests.support.store_contents import kept

FORBIDDEN: dict[str, Any] = {
    "uuid": "0badcafe-0bad-4bad-8bad-0badcafecafe",
    "id": 777_000_101,
    "number": 777_000_102,
    "kind": "system-0badcafe",
    "isAdmin": True,
    "admin": True,
    "role_id": 777_000_103,
    "token_version": 777_000_104,
    "password_hash": "$argon2id$0badcafe",
    "key_hash": "0badcafe0badcafe",
    "reg": "1987-07-07T07:07:07",
    "mu": 777_000.125,
}
TRACES = ("0badcafe", "777000", "777_000", "1987-07-07", "777000.125")
DOORS = {
    **{f"hosts {name}": row for name, row in hosts_and_users.ROWS.items()},
    **{f"status {name}": row for name, row in server_status.ROWS.items()},
    **{f"player {name}": row for name, row in player_services.ROWS.items()},
}
WRITABLE = {name: row for name, row in DOORS.items() if row.takes or row.form}
BY_ADMINISTRATORS = [name for name in WRITABLE if name.startswith("status POST /api/users/")]
"""Whoever sends these has just become one."""
CLOSED = {
    "status PUT /api/users/{user}/is-admin",
    "player POST /users/v1/portaltoken/details",
    "player POST /rank/v1/player/me/rank/{rank_id}",
}
"""Refused to who sends it here, whatever is in it; all others are good requests without more."""
Sent = tuple[httpx2.Response, Account | None]


@pytest.fixture(scope="module")
def door() -> Iterator[ServerAndCallers]:
    with player_services_server(connections_per_account=1_000) as door:
        yield door


@pytest.fixture(scope="module")
def callers(door: ServerAndCallers) -> server_status.Callers:
    return server_status.Callers(door[1].served)


def declared(row: Row) -> set[str]:
    model = row.takes or row.form
    fields = getattr(model, "model_fields", {})
    return {field.alias or name for name, field in fields.items()} | set(fields)


def fields(row: Row) -> dict[str, Any]:
    """What is no field of this operation; and `isAdmin`, which the document has ignored where users
    say it of themselves."""
    own = declared(row) - (set() if row.name.startswith("POST /api/users/") else {"isAdmin"})
    return {name: value for name, value in FORBIDDEN.items() if name not in own}


def send(
    name: str, more: dict[str, Any], door: ServerAndCallers, callers: server_status.Callers
) -> Sent:
    """A good request with more in it than it may say; and who sent it."""
    http, players = door
    api, _, operation = name.partition(" ")
    if api == "hosts":
        person = callers.people.get("self user")
        made = hosts_and_users.GOOD[operation](callers.people, person)
        if made.form is not None:
            made.form |= {key: str(value) for key, value in more.items()}
        elif isinstance(made.json, dict):
            made.json = {**more, **made.json}
        return made.send(http, operation, person.headers), person.account
    if api == "status":
        user = callers.get("admin" if name in BY_ADMINISTRATORS else "self")
        good = server_status.GOOD[operation](callers, user)
        if isinstance(good.json, dict):
            good.json = {**more, **good.json}
        return good.send(http, operation, user), user.account
    line = player_services.LINES[operation]
    works = [actor for actor in ("player", "server") if outcome(line, actor) == "2"]
    player = players.get(works[0] if works else "player")
    said = line.good(players, player)
    if isinstance(said.json, dict):
        said.json = {**more, **said.json}
    return said.send(http, operation, player), player.account


def outcome(line: Any, actor: str) -> str:
    return str(line.outcomes.split()[ACTORS.index(actor)])[0]


def account_of(served: Served, before: Account) -> tuple[Any, ...]:
    now = served.do(served.lobby.accounts.get(before.uuid))
    return now.uuid, now.number, now.kind, now.role


def administrators(served: Served) -> set[str]:
    return {account.uuid for account in served.do(served.lobby.accounts.all("admin", "yes"))}


def test_e2_there_are_twelve_fields_and_every_writable_operation_is_here() -> None:
    assert len(FORBIDDEN) == 12
    assert len(WRITABLE) > 40
    assert all(len(fields(row)) >= 8 for row in WRITABLE.values())


@pytest.mark.parametrize("name", WRITABLE)
def test_e2_what_is_not_a_clients_to_set_is_set_by_no_operation(
    name: str, door: ServerAndCallers, callers: server_status.Callers
) -> None:
    served = callers.served
    row = WRITABLE[name]
    for more in ({key: value} for key, value in fields(row).items()):
        admins = administrators(served)
        answer, sender = send(name, more, door, callers)
        assert answer.status_code < 500, (more, answer.text)
        said = repr(served.do(kept(served.lobby)))
        assert [trace for trace in TRACES if trace in said] == [], more
        if sender is not None:
            assert account_of(served, sender)[:3] == (sender.uuid, sender.number, sender.kind)
            made = administrators(served) - admins
            assert made <= ({sender.uuid} if name in BY_ADMINISTRATORS else set()), more
    answer, _ = send(name, {}, door, callers)
    assert answer.is_success or (name in CLOSED and answer.status_code == 403), answer.text


@pytest.mark.parametrize("name", NAMES)
async def test_e2_nor_by_any_command(name: str, callers: server_status.Callers) -> None:
    people: ApiCallers = callers.people
    served = people.served
    person = people.get("self host")
    scene = set_up(people, person)
    async with await Client.connect(served.url, person.token) as client:
        before = served.do(kept(served.lobby))
        for field, value in FORBIDDEN.items():
            if field == "id":  # the command's own
                continue
            with pytest.raises(Refused):
                await client.command(name, **SAYING[name](scene), **{field: value})
        assert served.do(kept(served.lobby)) == before
