"""Twelve kinds of secrets at twelve doors: each opens what it is for, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count
from urllib.parse import parse_qsl, urlsplit

import pytest

from lobby.actions.accounts import accounts
from lobby.actions.sessions import lifecycle
from lobby.domain.accounts import Account
from lobby.domain.login_errors import BadToken
from lobby.domain.permissions import Permit
from tests.support.channel_client import Client, Refused
from tests.support.platform_login import PlatformLoginWorld, platform_login_world
from tests.support.player_services import bearer
from tests.support.server_status import API, PASSWORD, access_header, basic

numbers = count(1)
LOGIN, ME = "/users/v1/login", "/session/v1/player/me/session"


@dataclass
class Held:
    """A secret, and the account that it is of, if it is of one."""

    secret: str
    account: str = "00000000-0000-4000-8000-000000000000"


Here = PlatformLoginWorld


def user(here: Here) -> tuple[str, Account]:
    login, served = f"user-{next(numbers)}", here.callers.served
    made = accounts.register_user(served.lobby, login=login, password=PASSWORD)
    return login, served.do(made)


def token(here: Here, account: Account) -> Held:
    return Held(here.callers.token(account), account.uuid)


def pair(here: Here, half: str) -> Held:
    login, account = user(here)
    said = here.http.post(f"{API}/auth", headers=basic(login, PASSWORD)).json()
    return Held(said[half]["id"], account.uuid)


def host(here: Here) -> tuple[Account, str]:
    served = here.callers.served
    return served.do(accounts.register_host(served.lobby, address="test"))


def session_key(here: Here) -> Held:
    account, _ = host(here)
    served = here.callers.served
    launched = lifecycle.launch(served.lobby, Permit(account.actor()), host=account.uuid)
    return Held(served.do(launched)[1], account.uuid)


def renewal(here: Here) -> Held:
    said = here.come_in("epic")
    return Held(said["refresh_token"], said["active_player_uuid"])


KINDS: dict[str, Callable[[Here], Held]] = {
    "user": lambda here: token(here, user(here)[1]),
    "host": lambda here: token(here, host(here)[0]),
    "guest": lambda here: token(here, here.callers.people.nameless()),
    "player": lambda here: token(here, here.callers.player()),
    "player's renewal": renewal,
    "access id": lambda here: pair(here, "access"),
    "refresh id": lambda here: pair(here, "refresh"),
    "host key": lambda here: Held((made := host(here))[1], made[0].uuid),
    "session key": session_key,
    "code": lambda here: Held(here.code()),
    "platform's code": lambda here: Held(dict(parse_qsl(urlsplit(here.there()).query))["code"]),
    "ID token": lambda here: Held(here.google.token()),
}


def opens(here: Here, path: str, held: Held, *, scheme: str = "Bearer") -> bool:
    headers = {"Authorization": f"{scheme} {held.secret}"}
    return here.http.get(path.format(host=held.account), headers=headers).status_code == 200


def server_status(here: Here, method: str, path: str, held: Held) -> bool:
    answer = here.http.request(method, API + path, headers=access_header(held.secret))
    return answer.status_code == 200 and "error" not in answer.text


def granted(here: Here, grant: str, held: Held) -> bool:
    asks = {"grant_type": grant, "portal_access_token": held.secret}
    return here.http.post(LOGIN, json=asks).status_code == 200


def ended(here: Here, held: Held) -> bool:
    return here.http.post("/users/v1/logout", json={"refresh_token": held.secret}).is_success


def greeted(here: Here, held: Held) -> bool:
    return asyncio.run(_greeted(here.callers.served.url, held.secret))


async def _greeted(url: str, secret: str) -> bool:
    client = await Client.connect(url, hello=False)
    try:
        return "uuid" in await client.command("hello", token=secret)
    except (Refused, ConnectionError):
        return False
    finally:
        await client.close()


Door = Callable[[Here, Held], bool]
DOORS: dict[str, tuple[Door, set[str]]] = {
    "users": (lambda here, held: opens(here, "/users", held), {"user"}),
    "own host": (lambda here, held: opens(here, "/hosts/{host}", held), {"user", "host"}),
    "renew": (
        lambda here, held: opens(here, "/hosts/access_token/renew", held),
        {"user", "host"},
    ),
    "host's login": (
        lambda here, held: opens(here, "/hosts/{host}/access_token", held, scheme="Host"),
        {"host key"},
    ),
    "server": (lambda here, held: server_status(here, "GET", "/users", held), {"access id"}),
    "reauth": (lambda here, held: server_status(here, "POST", "/reauth", held), {"refresh id"}),
    "player": (
        lambda here, held: here.http.get(ME, headers=bearer(held.secret)).status_code == 200,
        {"player"},
    ),
    "player's login": (lambda here, held: granted(here, "refresh", held), {"player's renewal"}),
    "player's logout": (ended, {"player's renewal"}),
    "exchange": (
        lambda here, held: here.exchange(held.secret).status_code == 200,
        {"code"},
    ),
    "platform's login": (lambda here, held: granted(here, "google", held), {"ID token"}),
    "channel": (greeted, {"user", "host", "guest", "player"}),
}


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PlatformLoginWorld]:
    with platform_login_world(tmp_path_factory.mktemp("doors")) as world:
        yield world


def test_b2_there_are_twelve_kinds_and_twelve_doors_and_each_kind_is_for_one() -> None:
    assert (len(KINDS), len(DOORS)) == (12, 12)
    used = set().union(*(kinds for _, kinds in DOORS.values()))
    assert set(KINDS) - used == {"session key", "platform's code"}, "for the channel; for us alone"


@pytest.mark.parametrize("door", DOORS)
def test_b2_each_door_opens_to_its_own_kind_alone(door: str, here: Here) -> None:
    ask, kinds = DOORS[door]
    opened = {kind for kind, make in KINDS.items() if ask(here, make(here))}
    assert opened == kinds


@pytest.mark.parametrize("kind", ["user", "host", "guest", "player", "player's renewal"])
def test_b2_what_is_signed_says_of_which_kind_it_is_and_for_whom(kind: str, here: Here) -> None:
    """Without one of these it is nobody's: see the forged tokens."""
    ring = here.callers.served.lobby.key_ring
    held = KINDS[kind](here)
    read = ring.read_refresh if kind.endswith("renewal") else ring.read
    assert read(held.secret).account == held.account
    other = ring.read if kind.endswith("renewal") else ring.read_refresh
    with pytest.raises(BadToken):
        other(held.secret)
