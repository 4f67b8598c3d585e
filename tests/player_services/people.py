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

from lobby.actions import accounts, logins, portals
from lobby.actions.proofs import Credential
from lobby.catalogue.players import CustomEndpoint
from lobby.domain.accounts import Account
from lobby.domain.permissions import SYSTEM, Kind
from lobby.tokens import Ring
from tests.api.people import FORGED, People
from tests.api.serving import SECRET, Served, serving
from tests.recorder import recorded
from tests.upstreams import upstream

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
"""`player` asks about what is theirs, everybody from `other` to `elsewhere` about another's;
`elsewhere` is somebody of another door."""
NEWS = "news"
"""A service of the game's own."""
numbers = count(1)


@dataclass
class Caller:
    """`subject` is the player that their requests are about: themselves, or another."""

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
    def people(self) -> People:
        """Those of the other doors."""
        return People(self.served)

    def player(self, *, guest: bool = False) -> Account:
        """Somebody new."""
        shown = Credential("anon", f"secret {next(numbers)}", beside=None if guest else CLIENT)
        return self.log_in(shown).account

    def log_in(self, shown: Credential) -> portals.Arrival:
        return self.served.do(portals.log_in(self.served.lobby, shown, address="test"))

    def machine(self, name: str) -> Account:
        return self.log_in(Credential("basic", MACHINES[name])).account

    def token(self, account: Account) -> str:
        return logins.issue(self.served.lobby, account)

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
                return self._signed_elsewhere(Ring([SECRET], clock=lambda: 1_000_000.0))
            case "forged":
                return self._signed_elsewhere(Ring([FORGED]))
        return self._about_self(self.player())

    def undo(self, actor: str, caller: Caller) -> None:
        """Make the token worthless now, where that is what they are."""
        lobby, account = self.served.lobby, caller.account
        if actor == "revoked" and account:
            self.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=account.uuid))
        if actor == "deleted" and account:
            self.served.do(accounts.delete(lobby, SYSTEM, account=account.uuid))

    def _about_self(self, account: Account) -> Caller:
        return Caller(self.token(account), account, account)

    def _about_another(self, account: Account) -> Caller:
        return Caller(self.token(account), self.player(), account)

    def _signed_elsewhere(self, ring: Ring) -> Caller:
        account = self.player()
        version = account.token_version
        token = ring.issue(account.uuid, Kind.PLAYER, token_version=version, seconds=3_600)
        return Caller(token, account, account)


def bearer(token: str | None) -> dict[str, str]:
    return {} if token is None else {"Authorization": f"Bearer {token}"}


Asked = tuple[httpx2.Client, Callers]


@contextmanager
def asked(**settings: Any) -> Iterator[Asked]:
    """A server of their own for the tests of a module, and who asks it."""
    near = {"catalogue": str(GAME), "outbound_hosts": ["127.0.0.1"]}
    with (
        upstream() as service,
        serving(**{**near, **settings}) as served,
        recorded(served.url) as http,
    ):
        offer(served, CustomEndpoint(id=NEWS, url=f"{service.url}/news"))
        yield http, Callers(served)


def offer(served: Served, *endpoints: CustomEndpoint) -> None:
    """What no file could name: where they are is known only now."""
    lobby = served.lobby
    changed = lobby.catalogue.model_copy(update={"custom_endpoints": endpoints})
    vars(changed).pop("by_endpoint", None)
    vars(lobby)["catalogue"] = changed
