"""Every kind of document that the lobby keeps: its key, and how it is found."""

from __future__ import annotations

from dataclasses import dataclass

from lobby import names
from lobby.domain.accounts import Account
from lobby.domain.allocations import GameHost
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
from lobby.domain.instances import Instance
from lobby.domain.profiles import Admins, Icon
from lobby.domain.session_errors import (
    AllocationMismatch,
    GameHostNotFound,
    InstanceExists,
    PlatformSessionExists,
)
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
    game_hosts: Repository[GameHost]


def repositories(documents: Documents) -> Repositories:
    return Repositories(
        accounts_in(documents),
        sessions_in(documents),
        families_in(documents),
        icons_in(documents),
        admins_in(documents),
        game_hosts_in(documents),
    )


def accounts_in(documents: Documents) -> Repository[Account]:
    return Repository(
        documents,
        Account,
        key=lambda account: account.uuid,
        index=_account_index,
        missing=AccountNotFound,
        taken={
            "": Conflict,
            "number": Conflict,
            "login": LoginTaken,
            "nickname": NicknameTaken,
            "portal": Conflict,
        },
    )


def sessions_in(documents: Documents) -> Repository[Session]:
    return Repository(
        documents,
        Session,
        key=lambda session: str(session.id),
        index=_session_index,
        missing=SessionNotFound,
        taken={
            "": Conflict,
            "leader": AlreadyHosting,
            "instance": InstanceExists,
            "allocation": AllocationMismatch,
            "platform": PlatformSessionExists,
        },
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


def game_hosts_in(documents: Documents) -> Repository[GameHost]:
    return Repository(
        documents,
        GameHost,
        key=lambda host: host.key,
        index=lambda host: Index({"registered": ["yes"]}),
        missing=GameHostNotFound,
        taken={"": Conflict},
    )


def _account_index(account: Account) -> Index:
    """`user` orders those with a login by number; `knows` finds whose lists name somebody.

    `number` finds players by their older name, `portal` by who they are on their platform.
    """
    labels = {"knows": sorted({*account.host.friends, *account.host.banlist})}
    claims: dict[str, str | list[str]] = {"number": str(account.number)}
    if account.portal is not None:
        claims["portal"] = account.portal.claim
    if account.login is not None:
        labels["user"] = [f"{account.number:012}"]
        claims["login"] = account.login.lower()
    if account.admin:
        labels["admin"] = ["yes"]
    if account.nicknames:
        claims["nickname"] = sorted({names.key(nickname) for nickname in account.nicknames})
    return Index(labels, claims)


def _session_index(session: Session) -> Index:
    """`held` finds sessions with seats that may lapse, `seeking` those that wait for a game server,
    `listed:` and `open:` those of a type in the order they were made. One live session per host."""
    labels = {"live": ["yes"], "type": [session.template], "player": session.insiders()}
    if any(seat.until is not None for seat in session.seats.values()):
        labels["held"] = ["yes"]
    order = f"{session.sequence:012}"
    kinds = [session.template]
    if session.region is not None:
        kinds.append(f"{session.template}:{session.region}")
    if session.listing is not None:
        labels |= {"listed": ["yes"]} | {f"listed:{kind}": [order] for kind in kinds}
    if session.joinable and not session.full and not session.hosted:
        labels |= {f"open:{kind}": [order] for kind in kinds}
    claims: dict[str, str | list[str]] = {}
    if session.hosted and session.leader:
        claims["leader"] = session.leader
    if session.platform_sessions:
        claims["platform"] = [one.claim for one in session.platform_sessions]
    if session.instance is not None:
        _index_instance(session.instance, order, labels, claims)
    return Index(labels, claims)


def _index_instance(
    instance: Instance,
    order: str,
    labels: dict[str, list[str]],
    claims: dict[str, str | list[str]],
) -> None:
    claims["instance"] = instance.id
    if instance.allocation is not None:
        claims["allocation"] = instance.allocation
    if instance.live:
        labels["hosting"] = ["yes"]
    if instance.seeking:
        labels["seeking"] = [order]
