"""Who asks the player services: one of each kind, new each time, and tokens that are good for
nothing any more, or never were.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any

import httpx2

from lobby.actions.accounts import accounts
from lobby.actions.login import tokens
from lobby.actions.login.credentials import Credential
from lobby.actions.platform_login import login
from lobby.catalogue.players import CustomEndpoint
from lobby.domain.accounts import Account, Portal
from lobby.domain.permissions import SYSTEM, Kind
from lobby.identity.tokens import KeyRing
from tests.support.callers import FORGED, ApiCallers
from tests.support.checked_clients import recorded
from tests.support.server_thread import SECRET, Served, serving
from tests.support.upstream import upstream

GAME = Path(__file__).with_name("game.toml")
CLIENT = ("game", "the game's own secret")
MACHINES = {
    "server": "ds-eu:a game server's password",
    "support": "help-desk:the help desk's password",
    "boss": "boss:the boss's password",
}
ACTORS = (
    "nobody",
    "guest",
    "player",
    "other",
    "server",
    "support",
    "elsewhere",
    "expired",
    "forged",
    "revoked",
    "deleted",
)
"""`player` requests their own resources, all from `other` to `elsewhere` another player's;
`elsewhere` is an account of another door."""
NEWS = "news"
"""Id of a custom endpoint."""
numbers = count(1)


@dataclass
class Caller:
    """A caller. `subject`: the player that the requests are about, themselves or another."""

    token: str | None
    subject: Account
    account: Account | None = None

    @property
    def headers(self) -> dict[str, str]:
        return bearer(self.token)


class Callers:
    def __init__(self, served: Served) -> None:
        self.served = served

    @cached_property
    def people(self) -> ApiCallers:
        """Callers of the other doors."""
        return ApiCallers(self.served)

    def player(self, *, guest: bool = False) -> Account:
        """A new player."""
        shown = Credential(
            "anon", f"of device {next(numbers)}", basic_auth=None if guest else CLIENT
        )
        return self.log_in(shown).account

    def of_platform(self, account: Account, platform: str = "Steam") -> Account:
        """The account, as if it had logged in through this platform."""
        lobby, portal = self.served.lobby, Portal(platform, account.uuid)

        def decide(account: Account) -> None:
            account.portal = portal

        changed = self.served.do(lobby.accounts.change(account.uuid, decide))
        self.served.do(lobby.account_cache.reload(account.uuid))
        return changed

    def log_in(self, shown: Credential) -> login.LoggedIn:
        return self.served.do(login.log_in(self.served.lobby, shown, address="test"))

    def machine(self, name: str) -> Account:
        return self.log_in(Credential("basic", MACHINES[name])).account

    def token(self, account: Account) -> str:
        return tokens.issue(self.served.lobby, account)

    def get(self, actor: str) -> Caller:
        match actor:
            case "nobody":
                return Caller(None, self.player())
            case "guest":
                return self._about_self(self.player(guest=True))
            case "other":
                return self._about_another(self.player())
            case "server" | "support" | "boss":
                return self._about_another(self.machine(actor))
            case "elsewhere":
                return self._about_another(self.people.host())
            case "expired":
                return self._signed_elsewhere(KeyRing([SECRET], clock=lambda: 1_000_000.0))
            case "forged":
                return self._signed_elsewhere(KeyRing([FORGED]))
        return self._about_self(self.player())

    def invalidate(self, actor: str, caller: Caller) -> None:
        """Invalidate the token of a caller who is to have a bad one."""
        lobby, account = self.served.lobby, caller.account
        if actor == "revoked" and account:
            self.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=account.uuid))
        if actor == "deleted" and account:
            self.served.do(accounts.delete(lobby, SYSTEM, account=account.uuid))

    def _about_self(self, account: Account) -> Caller:
        return Caller(self.token(account), account, account)

    def _about_another(self, account: Account) -> Caller:
        return Caller(self.token(account), self.player(), account)

    def _signed_elsewhere(self, ring: KeyRing) -> Caller:
        account = self.player()
        version = account.token_version
        token = ring.issue(account.uuid, Kind.PLAYER, token_version=version, seconds=3_600)
        return Caller(token, account, account)


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


ServerAndCallers = tuple[httpx2.Client, Callers]


@contextmanager
def player_services_server(**settings: Any) -> Iterator[ServerAndCallers]:
    """A server for the tests of one module, and its callers."""
    near = {"catalogue": str(GAME), "outbound_hosts": ["127.0.0.1"]}
    with (
        upstream() as service,
        serving(**{**near, **settings}) as served,
        recorded(served.url) as http,
    ):
        offer(served, CustomEndpoint(id=NEWS, url=f"{service.url}/news"))
        yield http, Callers(served)


def offer(served: Served, *endpoints: CustomEndpoint) -> None:
    """Add custom endpoints whose addresses are known only at run time."""
    lobby = served.lobby
    changed = lobby.catalogue.model_copy(update={"custom_endpoints": endpoints})
    vars(changed).pop("by_endpoint", None)
    vars(lobby)["catalogue"] = changed
