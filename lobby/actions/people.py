"""People: who of them is online, as one account may see it. Over HTTP it reads what the topics
`presence:count`, `presence:<uuid>` and `friends` show.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

from lobby.actions.changes import visibility
from lobby.context import Lobby
from lobby.domain.accounts import Account
from lobby.domain.errors import AccountNotFound, TopicNotFound, Unauthenticated
from lobby.domain.permissions import Permit
from lobby.domain.presence_errors import FriendsOnly, RosterTooLarge, TooManyToAsk
from lobby.hub import Known
from lobby.hub.people_source import Entries, Face, Ties, face_of
from lobby.hub.roster_count import together
from lobby.hub.source import State
from lobby.hub.watched_people import WatchedPerson
from lobby.storage.repository import Repository
from persistence.ports import Presence
from protocol import topics
from protocol.roster import ShardCounts, parse_person

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
SLICE = 500
"""People who are asked of the roster at once."""
FRIENDS = "friends"
"""The setting by which people are shown to their friends alone."""


class StoredPeople:
    """The hub's source of people. `friends_alone`: who is online is shown to those alone who list
    each other."""

    def __init__(
        self, roster: Presence, accounts: Repository[Account], *, friends_alone: bool
    ) -> None:
        self._roster, self._accounts, self._friends_alone = roster, accounts, friends_alone
        self.shards = roster.shards

    def shard_of(self, who: str) -> int:
        return self._roster.shard_of(who)

    async def versions(self) -> list[Known]:
        return [Known(*version) for version in await self._roster.versions()]

    async def gathered(self, shard: int) -> None:
        await self._roster.gathered(shard)

    async def everybody(self, shard: int) -> tuple[Known, Entries]:
        roster = await self._roster.read(shard)
        entries = ((who, parse_person(shown)) for who, shown in roster.entries.items())
        return Known(roster.epoch, roster.version), entries

    async def shown(self, who: Collection[str]) -> dict[str, dict[str, Any]]:
        shown: dict[str, dict[str, Any]] = {}
        names = list(who)
        for start in range(0, len(names), SLICE):
            values = await self._roster.shown(names[start : start + SLICE])
            shown |= {one: parse_person(value) for one, value in values.items()}
        return shown

    async def counts(self) -> State:
        counts = await self._roster.counts()
        return together([ShardCounts(**asdict(counts))])

    async def faces(self, who: Iterable[str]) -> dict[str, Face]:
        found = await self._accounts.many(who)
        return {uuid: face_of(_Called(account)) for uuid, account in found.items()}

    async def ties(self, viewer: str) -> Ties:
        try:
            mine = await self._accounts.get(viewer)
            friends, version = frozenset(mine.host.friends), mine.version
        except AccountNotFound:
            friends, version = frozenset(), 0
        banned_by = await visibility.banned_by(self._accounts, viewer)
        listed_by = await self._listed_by(viewer, friends) if self._friends_alone else None
        return Ties(friends, banned_by, listed_by, version)

    async def stale(self, known: Mapping[str, Ties]) -> list[str]:
        """Where only friends are shown, what their lists say may have changed of each."""
        if self._friends_alone:
            return list(known)
        versions = await self._accounts.versions(known)
        bans = await self._accounts.labelled("bans", known)
        now = {one: (versions.get(one, 0), bans.get(one, frozenset())) for one in known}
        return [one for one, ties in known.items() if now[one] != (ties.version, ties.banned_by)]

    async def _listed_by(self, viewer: str, friends: Iterable[str]) -> frozenset[str]:
        found = await self._accounts.many(friends)
        return frozenset(one for one, friend in found.items() if viewer in friend.host.friends)


class _Called:
    """What others call an account."""

    def __init__(self, account: Account) -> None:
        self.version, self.name = account.version, account.shown_name
        self.nickname, self.icon = account.nickname, account.icon


async def counts(lobby: Lobby) -> State:
    """How many are online, from the hub's own copy: neither database nor Redis is read."""
    await lobby.hub.open(topics.PRESENCE_COUNT)
    return lobby.hub.current(topics.PRESENCE_COUNT)


async def person(lobby: Lobby, permit: Permit, *, uuid: str) -> State:
    """The presence of this person, as the caller may see it. The same reads whoever they are."""
    viewer, source = _viewer(permit), lobby.hub.roster.source
    ties = await source.ties(viewer)
    shown = await source.shown([uuid])
    hidden = ties.hides(uuid) and uuid != viewer
    return _watched(shown.get(uuid), None).alone(hidden=hidden)


async def friends(lobby: Lobby, permit: Permit) -> State:
    """Everybody on the caller's list of friends, and who of them is online."""
    source = lobby.hub.roster.source
    ties = await source.ties(_viewer(permit))
    shown, faces = await source.shown(ties.friends), await source.faces(ties.friends)
    return {
        "people": {
            one: _watched(shown.get(one), faces.get(one)).listed(hidden=ties.hides(one))
            for one in sorted(ties.friends)
        }
    }


def _viewer(permit: Permit) -> str:
    if not permit.actor.uuid:
        raise Unauthenticated
    return permit.actor.uuid


def _watched(presence: State | None, face: Face | None) -> WatchedPerson:
    person = WatchedPerson()
    person.show(presence)
    person.face = face
    return person


async def is_shown(lobby: Lobby, permit: Permit, *, uuid: str) -> bool:
    """Whether this person is online, as the caller may see it; nobody in particular sees those who
    are shown to everybody."""
    if permit.actor.uuid:
        return bool(await person(lobby, permit, uuid=uuid))
    shown = await lobby.hub.roster.source.shown([uuid])
    return bool(shown) and lobby.settings.seen_by != FRIENDS


async def roster_is_open(lobby: Lobby) -> bool:
    """Whether the list of all who are online may be watched."""
    few = (await counts(lobby))["online"] <= lobby.hub.roster.limit
    return few and lobby.settings.seen_by != FRIENDS


async def require_roster(lobby: Lobby) -> None:
    """Raise unless the list of all who are online may be watched: FriendsOnly, RosterTooLarge."""
    if lobby.settings.seen_by == FRIENDS:
        raise FriendsOnly
    if not await roster_is_open(lobby):
        raise RosterTooLarge(lobby.hub.roster.limit)


async def require_window(lobby: Lobby) -> None:
    """Raise unless questions to who is online are answered: FriendsOnly, TooManyToAsk."""
    most = lobby.settings.people_limit
    if lobby.settings.seen_by == FRIENDS:
        raise FriendsOnly
    if (await counts(lobby))["online"] > most:
        raise TooManyToAsk(most)


def topic_of(permit: Permit, uuid: str) -> str:
    """The topic by which the caller watches this person, whether there is such an account or not.
    Raises TopicNotFound where this is no uuid."""
    if not UUID.fullmatch(uuid):
        raise TopicNotFound
    return topics.person(uuid, _viewer(permit))
