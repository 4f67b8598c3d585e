"""Every kind of document that the lobby keeps: its key, and how it is found."""

from __future__ import annotations

from dataclasses import dataclass

from lobby import indexes
from lobby.domain.accounts import Account
from lobby.domain.allocations import GameHost
from lobby.domain.entitlements import Order, OrderNotFound, Submission, SubmissionNotFound
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
from lobby.domain.proposals import Proposal
from lobby.domain.queue_errors import PlayerQueued, ProposalNotFound, TicketNotFound
from lobby.domain.ranks import Ranks, RankUpdate, RankUpdateNotFound, UnrankedPlayer
from lobby.domain.session_errors import (
    AllocationMismatch,
    GameHostNotFound,
    InQueue,
    InstanceExists,
    PlatformSessionExists,
)
from lobby.domain.sessions import Session
from lobby.domain.settings import PlayerSettings, SettingNotFound
from lobby.domain.tickets import Ticket
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
    submissions: Repository[Submission]
    orders: Repository[Order]
    tickets: Repository[Ticket]
    proposals: Repository[Proposal]
    ranks: Repository[Ranks]
    rank_updates: Repository[RankUpdate]
    player_settings: Repository[PlayerSettings]


def repositories(documents: Documents) -> Repositories:
    return Repositories(
        accounts_in(documents),
        sessions_in(documents),
        families_in(documents),
        icons_in(documents),
        admins_in(documents),
        game_hosts_in(documents),
        submissions_in(documents),
        orders_in(documents),
        tickets_in(documents),
        proposals_in(documents),
        ranks_in(documents),
        rank_updates_in(documents),
        player_settings_in(documents),
    )


def accounts_in(documents: Documents) -> Repository[Account]:
    return Repository(
        documents,
        Account,
        key=lambda account: account.uuid,
        index=indexes.of_account,
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
        index=indexes.of_session,
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


def tickets_in(documents: Documents) -> Repository[Ticket]:
    return Repository(
        documents,
        Ticket,
        key=lambda ticket: ticket.id,
        index=indexes.of_ticket,
        missing=TicketNotFound,
        taken={"": Conflict, "session": InQueue, "player": PlayerQueued},
    )


def proposals_in(documents: Documents) -> Repository[Proposal]:
    return Repository(
        documents,
        Proposal,
        key=lambda proposal: proposal.id,
        index=lambda proposal: Index({"open": ["yes"]}),
        missing=ProposalNotFound,
        taken={"": Conflict},
    )


def ranks_in(documents: Documents) -> Repository[Ranks]:
    return Repository(
        documents,
        Ranks,
        key=lambda ranks: ranks.player,
        index=lambda ranks: Index(),
        missing=UnrankedPlayer,
        taken={"": Conflict},
    )


def rank_updates_in(documents: Documents) -> Repository[RankUpdate]:
    return Repository(
        documents,
        RankUpdate,
        key=lambda update: str(update.number),
        index=lambda update: Index({"open": ["yes"]}),
        missing=RankUpdateNotFound,
        taken={"": Conflict},
    )


def player_settings_in(documents: Documents) -> Repository[PlayerSettings]:
    return Repository(
        documents,
        PlayerSettings,
        key=lambda settings: settings.key,
        index=lambda settings: Index({"player": [settings.player]}),
        missing=SettingNotFound,
        taken={"": Conflict},
    )


def submissions_in(documents: Documents) -> Repository[Submission]:
    return Repository(
        documents,
        Submission,
        key=lambda submission: submission.id,
        index=indexes.of_submission,
        missing=SubmissionNotFound,
        taken={"": Conflict},
    )


def orders_in(documents: Documents) -> Repository[Order]:
    return Repository(
        documents,
        Order,
        key=lambda order: order.key,
        index=indexes.of_order,
        missing=OrderNotFound,
        taken={"": Conflict},
    )
