"""Callers of the hosts and users API: one of each kind, with valid, expired, forged and revoked
tokens.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass

from lobby.actions.accounts import accounts, hosts
from lobby.actions.login import tokens
from lobby.actions.sessions import lifecycle, members
from lobby.domain.accounts import Account
from lobby.domain.errors import SessionNotFound
from lobby.domain.permissions import SYSTEM, Kind, Permit
from lobby.domain.reasons import Reason
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.session import Session
from lobby.identity.tokens import KeyRing
from tests.support.server_thread import SECRET, Served

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
class ApiCaller:
    """A caller. `subject`: the account that the requests are about, their own or another's."""

    actor: str
    token: str | None
    account: Account
    subject: Account

    @property
    def headers(self) -> dict[str, str]:
        return {} if self.token is None else {"Authorization": f"Bearer {self.token}"}


class ApiCallers:
    """Makes callers: new ones where a request would change them; passwords are hashed once."""

    def __init__(self, served: Served) -> None:
        self.served = served
        self._user = self._registered("self.user")
        self._admin = self._registered("the.admin")
        served.do(accounts.set_admin(served.lobby, SYSTEM, account=self._admin.uuid, admin=True))

    def host(self, *, open: bool = True) -> Account:
        """A new host, who admits everybody, or friends only."""
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
        """A newly launched session of the host, and its key."""
        self.close_session_of(host)
        launched = lifecycle.launch(self.served.lobby, Permit(host.actor()), host=host.uuid)
        return self.served.do(launched)

    def close_session_of(self, host: Account) -> None:
        lobby = self.served.lobby
        with suppress(SessionNotFound):
            session = self.served.do(lobby.sessions.claimed("leader", host.uuid))
            self.served.do(lifecycle.close(lobby, SYSTEM, id=session.id, reason=Reason.CLOSED))

    def seat(self, guest: Account, session: Session, *, team: int = 0) -> None:
        permit, edit = Permit(guest.actor()), MemberEdit(team=team)
        joined = members.join(self.served.lobby, permit, id=session.id, edit=edit)
        self.served.do(joined)

    def knows(self, host: Account, other: Account) -> None:
        """Put the other on both lists of the host: friends and banned."""
        lobby = self.served.lobby
        self.served.do(hosts.befriend(lobby, SYSTEM, host=host.uuid, friend=other.uuid))
        self.served.do(hosts.ban(lobby, SYSTEM, host=host.uuid, guest=other.uuid))

    def token(self, account: Account) -> str:
        return tokens.issue(self.served.lobby, account)

    def get(self, actor: str) -> ApiCaller:
        """A caller of this kind; for `nobody`, `other` and `admin` the subject is another host."""
        match actor:
            case "nobody":
                return ApiCaller(actor, None, self.host(), self.host())
            case "anonymous":
                return self._about_self(actor, self.nameless())
            case "self user":
                return self._about_self(actor, self._user)
            case "other":
                account = self.host()
                return ApiCaller(actor, self.token(account), account, self.host())
            case "admin":
                return ApiCaller(actor, self.token(self._admin), self._admin, self.host())
            case "expired":
                return self._signed_elsewhere(actor, KeyRing([SECRET], clock=lambda: 1_000_000.0))
            case "forged":
                return self._signed_elsewhere(actor, KeyRing([FORGED]))
        return self._about_self(actor, self.host())

    def invalidate(self, person: ApiCaller) -> None:
        """Invalidate the token of a `revoked` or `deleted` caller."""
        lobby, uuid = self.served.lobby, person.account.uuid
        if person.actor == "revoked":
            self.served.do(accounts.sign_out_everywhere(lobby, SYSTEM, account=uuid))
        if person.actor == "deleted":
            self.served.do(accounts.delete(lobby, SYSTEM, account=uuid))

    def _about_self(self, actor: str, account: Account) -> ApiCaller:
        return ApiCaller(actor, self.token(account), account, account)

    def _signed_elsewhere(self, actor: str, ring: KeyRing) -> ApiCaller:
        account = self.host()
        token = ring.issue(
            account.uuid, Kind.HOST, token_version=account.token_version, seconds=3_600
        )
        return ApiCaller(actor, token, account, account)

    def _registered(self, login: str) -> Account:
        lobby = self.served.lobby
        account = self.served.do(accounts.register_user(lobby, login=login, password=PASSWORD))
        self.welcome_all(account)
        return account
