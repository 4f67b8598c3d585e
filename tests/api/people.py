"""Who asks: one of each kind, and tokens that are good for nothing any more or never were."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lobby.actions import accounts, hosts, logins, seating, sessions
from lobby.domain.accounts import Account
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import SYSTEM, Kind, Permit
from lobby.domain.sessions import Session
from lobby.tokens import Ring
from tests.api.serving import SECRET, Served

PASSWORD = "correct horse battery"
FORGED = "another key that signs what nobody believes"

ACTORS = (
    "nobody",
    "anonymous",
    "self user",
    "self host",
    "other",
    "admin",
    "expired",
    "forged",
    "revoked",
    "deleted",
)


@dataclass
class Person:
    """`subject` is the account that their requests are about: their own, or another's."""

    actor: str
    token: str | None
    account: Account
    subject: Account

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


class People:
    """Everybody, fresh where being asked once changes them; passwords are hashed once."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self._user = self._registered("self.user")
        self._admin = self._registered("the.admin")
        served.do(accounts.set_admin(served.lobby, SYSTEM, account=self._admin.uuid, admin=True))

    def host(self, *, open: bool = True) -> Account:
        """A new host, who welcomes everybody or nobody."""
        lobby = self.served.lobby
        account, _ = self.served.do(accounts.register_host(lobby, address="test"))
        if open:
            self.welcome_all(account)
        return account

    def welcome_all(self, account: Account) -> None:
        opened = hosts.update(
            self.served.lobby, SYSTEM, host=account.uuid, only_friends=False, allow_nonames=True
        )
        self.served.do(opened)

    def nameless(self) -> Account:
        lobby = self.served.lobby
        return self.served.do(accounts.register_anonymous(lobby, address="test"))

    def session_of(self, host: Account) -> tuple[Session, str]:
        """Their session, launched anew, and its key."""
        self.close_session_of(host)
        launched = sessions.launch(self.served.lobby, Permit(host.actor()), host=host.uuid)
        return self.served.do(launched)

    def close_session_of(self, host: Account) -> None:
        lobby = self.served.lobby
        with suppress(SessionNotFound):
            session = self.served.do(lobby.sessions.claimed("leader", host.uuid))
            self.served.do(sessions.close(lobby, SYSTEM, id=session.id))

    def seat(self, guest: Account, session: Session) -> None:
        joined = seating.join(self.served.lobby, Permit(guest.actor()), id=session.id)
        self.served.do(joined)

    def knows(self, host: Account, other: Account) -> None:
        """As a friend, and as banned."""
        lobby = self.served.lobby
        self.served.do(hosts.befriend(lobby, SYSTEM, host=host.uuid, friend=other.uuid))
        self.served.do(hosts.ban(lobby, SYSTEM, host=host.uuid, guest=other.uuid))

    def token(self, account: Account) -> str:
        return logins.issue(self.served.lobby, account)

    def get(self, actor: str) -> Person:
        """`nobody`, `other` and `admin` ask about a host who is not them."""
        match actor:
            case "nobody":
                return Person(actor, None, self.host(), self.host())
            case "anonymous":
                return self._about_self(actor, self.nameless())
            case "self user":
                return self._about_self(actor, self._user)
            case "other":
                account = self.host()
                return Person(actor, self.token(account), account, self.host())
            case "admin":
                return Person(actor, self.token(self._admin), self._admin, self.host())
            case "expired":
                return self._signed_elsewhere(actor, Ring([SECRET], clock=lambda: 1_000_000.0))
            case "forged":
                return self._signed_elsewhere(actor, Ring([FORGED]))
        return self._about_self(actor, self.host())

    def undo(self, person: Person) -> None:
        """Make the token worthless now, where that is what they are."""
        lobby, uuid = self.served.lobby, person.account.uuid
        if person.actor == "revoked":
            self.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=uuid))
        if person.actor == "deleted":
            self.served.do(accounts.delete(lobby, SYSTEM, account=uuid))

    def _about_self(self, actor: str, account: Account) -> Person:
        return Person(actor, self.token(account), account, account)

    def _signed_elsewhere(self, actor: str, ring: Ring) -> Person:
        account = self.host()
        token = ring.issue(
            account.uuid, Kind.HOST, token_version=account.token_version, seconds=3_600
        )
        return Person(actor, token, account, account)

    def _registered(self, login: str) -> Account:
        lobby = self.served.lobby
        account = self.served.do(accounts.register_user(lobby, login=login, password=PASSWORD))
        self.welcome_all(account)
        return account
