"""Table of document kinds: for each its name, key, index (labels and unique claims), and the errors
for a missing document and a claim that is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from lobby.domain.accounts import Account
from lobby.domain.entitlements import (
    EntitlementStatus,
    Order,
    OrderNotFound,
    Submission,
    SubmissionNotFound,
)
from lobby.domain.errors import (
    AccountNotFound,
    AdminsNotFound,
    AlreadyHosting,
    Conflict,
    FamilyNotFound,
    IconNotFound,
    LoginTaken,
    NicknameTaken,
    NotFound,
    SessionNotFound,
)
from lobby.domain.game_hosts import GameHost
from lobby.domain.matchmaking.errors import PlayerQueued, ProposalNotFound, TicketNotFound
from lobby.domain.matchmaking.proposals import Proposal
from lobby.domain.matchmaking.states import TicketState
from lobby.domain.matchmaking.tickets import Ticket
from lobby.domain.profiles import Admins, Icon
from lobby.domain.ranks import Ranks, RankUpdate, RankUpdateNotFound, UnrankedPlayer
from lobby.domain.sessions.errors import (
    AllocationMismatch,
    CodeTaken,
    GameHostNotFound,
    InQueue,
    InstanceExists,
    OpeningTaken,
    PlaceTaken,
    PlatformSessionExists,
)
from lobby.domain.sessions.session import Session
from lobby.domain.settings import PlayerSettings, SettingNotFound
from lobby.domain.token_families import Family
from lobby.storage import session_rows
from lobby.storage.account_index import account_index, by_time
from lobby.storage.repository import Repository, Versioned
from persistence.ports import Documents, Index

T = TypeVar("T", bound=Versioned)

ADMINS = "admins"
"""The key of the only document with the list of administrators."""


@dataclass(frozen=True)
class DocumentKind(Generic[T]):
    """`name` is stored, so it outlives the class's name. `taken`: the errors of claims that have
    one of their own; any other claim that is taken is a Conflict, and so is a key. `migrate`: what
    an earlier version stored, as it is stored now."""

    name: str
    model: type[T]
    key: Callable[[T], str]
    missing: type[NotFound]
    index: Callable[[T], Index] = lambda thing: Index()
    taken: Mapping[str, type[Conflict]] = field(default_factory=dict)
    migrate: Callable[[str], str] = lambda body: body

    def repository(self, documents: Documents) -> Repository[T]:
        return Repository(
            documents,
            self.model,
            name=self.name,
            key=self.key,
            index=self.index,
            missing=self.missing,
            taken=self.taken,
            migrate=self.migrate,
        )


def _ticket_index(ticket: Ticket) -> Index:
    """`waiting` sorts the tickets that a match may take by age, `taken` those that are matched. A
    session and a player have one ticket each."""
    state = "waiting" if ticket.state is TicketState.WAITING else "taken"
    claims = {"session": str(ticket.session), "player": [one.uuid for one in ticket.players]}
    return Index({state: [queue_key(ticket)]}, claims)


def queue_key(ticket: Ticket) -> str:
    """Sort key of a ticket in the queue: oldest first, unique."""
    return by_time(ticket.created, ticket.id)


def _submission_index(submission: Submission) -> Index:
    """`open` finds submissions to be fulfilled, `unsettled` those of a player."""
    labels = {"player": [submission.player]}
    if submission.ended:
        return Index(labels | {"settled": ["yes"]})
    return Index(labels | {"open": ["yes"], "unsettled": [submission.player]})


def _order_index(order: Order) -> Index:
    """`owns` finds the orders that granted an item to a player."""
    owns = [f"{order.player}:{order.item}"] if order.status is EntitlementStatus.FULFILLED else []
    return Index({"player": [order.player], "owns": owns})


ACCOUNTS = DocumentKind(
    "account",
    Account,
    lambda account: account.uuid,
    AccountNotFound,
    account_index,
    {"login": LoginTaken, "nickname": NicknameTaken},
)
SESSIONS = DocumentKind(
    "session",
    Session,
    lambda session: str(session.id),
    SessionNotFound,
    session_rows.index,
    {
        "leader": AlreadyHosting,
        "instance": InstanceExists,
        "allocation": AllocationMismatch,
        "platform": PlatformSessionExists,
        "code": CodeTaken,
        "place": PlaceTaken,
        "opening": OpeningTaken,
    },
    session_rows.migrate,
)
FAMILIES = DocumentKind(
    "family",
    Family,
    lambda family: family.id,
    FamilyNotFound,
    lambda family: Index({"account": [family.account], "ends": [by_time(family.ends, family.id)]}),
)
ICONS = DocumentKind("icon", Icon, lambda icon: icon.account, IconNotFound)
ADMINISTRATORS = DocumentKind("admins", Admins, lambda admins: ADMINS, AdminsNotFound)
GAME_HOSTS = DocumentKind(
    "gamehost",
    GameHost,
    lambda host: host.key,
    GameHostNotFound,
    lambda host: Index({"registered": ["yes"], "account": [host.account]}),
)
SUBMISSIONS = DocumentKind(
    "submission",
    Submission,
    lambda submission: submission.id,
    SubmissionNotFound,
    _submission_index,
)
ORDERS = DocumentKind("order", Order, lambda order: order.key, OrderNotFound, _order_index)
TICKETS = DocumentKind(
    "ticket",
    Ticket,
    lambda ticket: ticket.id,
    TicketNotFound,
    _ticket_index,
    {"session": InQueue, "player": PlayerQueued},
)
PROPOSALS = DocumentKind(
    "proposal",
    Proposal,
    lambda proposal: proposal.id,
    ProposalNotFound,
    lambda proposal: Index({"open": ["yes"]}),
)
RANKS = DocumentKind("ranks", Ranks, lambda ranks: ranks.player, UnrankedPlayer)
RANK_UPDATES = DocumentKind(
    "rankupdate",
    RankUpdate,
    lambda update: str(update.number),
    RankUpdateNotFound,
    lambda update: Index({"open": ["yes"]}),
)
PLAYER_SETTINGS = DocumentKind(
    "playersettings",
    PlayerSettings,
    lambda settings: settings.key,
    SettingNotFound,
    lambda settings: Index({"player": [settings.player]}),
)


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
        accounts=ACCOUNTS.repository(documents),
        sessions=SESSIONS.repository(documents),
        families=FAMILIES.repository(documents),
        icons=ICONS.repository(documents),
        admins=ADMINISTRATORS.repository(documents),
        game_hosts=GAME_HOSTS.repository(documents),
        submissions=SUBMISSIONS.repository(documents),
        orders=ORDERS.repository(documents),
        tickets=TICKETS.repository(documents),
        proposals=PROPOSALS.repository(documents),
        ranks=RANKS.repository(documents),
        rank_updates=RANK_UPDATES.repository(documents),
        player_settings=PLAYER_SETTINGS.repository(documents),
    )
