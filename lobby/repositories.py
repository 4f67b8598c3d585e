"""Every kind of document that the lobby keeps: its key, and how it is found."""

from __future__ import annotations

from dataclasses import dataclass

from lobby import names
from lobby.domain.accounts import Account
from lobby.domain.errors import (
    AccountNotFound,
    AdminsNotFound,
    AlreadyHosting,
    Conflict,
    FamilyNotFound,
    IconNotFound,
    LoginTaken,
    NicknameTaken,
    SessionNotFound,
)
from lobby.domain.families import Family
from lobby.domain.profiles import Admins, Icon
from lobby.domain.sessions import Session
from lobby.repository import Repository
from persistence.ports import Documents, Index

ADMINS = "admins"
"""The key of the one document that says who administrates."""


@dataclass(frozen=True)
class Repositories:
    accounts: Repository[Account]
    sessions: Repository[Session]
    families: Repository[Family]
    icons: Repository[Icon]
    admins: Repository[Admins]


def repositories(documents: Documents) -> Repositories:
    return Repositories(
        accounts_in(documents),
        sessions_in(documents),
        families_in(documents),
        icons_in(documents),
        admins_in(documents),
    )


def accounts_in(documents: Documents) -> Repository[Account]:
    return Repository(
        documents,
        Account,
        key=lambda account: account.uuid,
        index=_account_index,
        missing=AccountNotFound,
        taken={"": Conflict, "login": LoginTaken, "nickname": NicknameTaken},
    )


def sessions_in(documents: Documents) -> Repository[Session]:
    return Repository(
        documents,
        Session,
        key=lambda session: str(session.id),
        index=_session_index,
        missing=SessionNotFound,
        taken={"": Conflict, "leader": AlreadyHosting},
    )


def families_in(documents: Documents) -> Repository[Family]:
    return Repository(
        documents,
        Family,
        key=lambda family: family.id,
        index=lambda family: Index({"account": [family.account]}),
        missing=FamilyNotFound,
        taken={"": Conflict},
    )


def icons_in(documents: Documents) -> Repository[Icon]:
    return Repository(
        documents,
        Icon,
        key=lambda icon: icon.account,
        index=lambda icon: Index(),
        missing=IconNotFound,
        taken={"": Conflict},
    )


def admins_in(documents: Documents) -> Repository[Admins]:
    return Repository(
        documents,
        Admins,
        key=lambda admins: ADMINS,
        index=lambda admins: Index(),
        missing=AdminsNotFound,
        taken={"": Conflict},
    )


def _account_index(account: Account) -> Index:
    """`user` orders those with a login by number; `knows` finds whose lists name somebody."""
    labels = {"knows": sorted({*account.host.friends, *account.host.banlist})}
    claims: dict[str, str | list[str]] = {}
    if account.login is not None:
        labels["user"] = [f"{account.number:012}"]
        claims["login"] = account.login.lower()
    if account.admin:
        labels["admin"] = ["yes"]
    if account.nicknames:
        claims["nickname"] = sorted({names.key(nickname) for nickname in account.nicknames})
    return Index(labels, claims)


def _session_index(session: Session) -> Index:
    """`held` finds sessions with seats that may lapse; one live session per leader."""
    labels = {"live": ["yes"], "player": session.insiders()}
    if any(seat.until is not None for seat in session.seats.values()):
        labels["held"] = ["yes"]
    return Index(labels, {"leader": session.leader})
