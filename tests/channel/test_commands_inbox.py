"""An inbox tells facts: the channel names sessions and topics, player services adds its addresses
and tags, and neither shows the other's words."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any, get_args

import httpx2
import pytest

from lobby.actions.changes import change, notify
from lobby.actions.changes.removals import EXPIRED
from lobby.actions.economy import ranks
from lobby.domain.permissions import SYSTEM
from lobby.domain.ranks import Score
from protocol import topics
from protocol.events import InboxEntry, InboxKind
from tests.api.player_services.rows.notifications import played_at
from tests.support.callers import ApiCallers
from tests.support.checked_clients import RecordedChannel
from tests.support.player_services import Callers, ServerAndCallers, bearer, player_services_server

Json = dict[str, Any]

FOREIGN = re.compile(r"^/[a-z]+/v\d+/")
"""How every address of player services begins."""
LETTERS = {"inside": "f", "outside": "l"}
"""How the tags of player services name the views of a session."""
KINDS: tuple[InboxKind, ...] = get_args(InboxKind)
SESSION = "/session/v1/session/77"


@pytest.fixture(scope="module")
def door() -> Iterator[ServerAndCallers]:
    with player_services_server() as door:
        yield door


class Reader:
    """A player who reads their inbox on the channel, and by player services."""

    def __init__(self, http: httpx2.Client, callers: Callers) -> None:
        self.http, self.callers, self.served = http, callers, callers.served
        self.account = callers.player()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[RecordedChannel]:
        token = self.callers.token(self.account)
        async with await RecordedChannel.connect(self.served.url, token) as channel:
            await channel.watch("inbox", after=0)
            self.channel = channel
            yield channel

    async def told(self, kind: str) -> tuple[Json, Json]:
        """The newest entry of the kind on the channel, and what player services says of it."""

        def found() -> list[tuple[int, Json]]:
            entries = self.channel.entries["inbox"].items()
            return [(cursor, entry) for cursor, entry in entries if entry["kind"] == kind]

        cursor, entry = (await self.channel.until(found))[-1]
        return entry, self.get(f"/notification/v1/player/me/notification/{cursor}").json()

    def get(self, path: str) -> httpx2.Response:
        answer = self.http.get(path, headers=bearer(self.callers.token(self.account)))
        assert answer.status_code == 200, answer.text
        return answer

    async def is_told_of(self, id: str, kind: str, *, about: str | None, view: str | None) -> None:
        """On the channel in neutral words; by player services with an address, and with the very
        tag that a read gives."""
        entry, notification = await self.told(kind)
        require_neutral(entry)
        assert (entry["session"], entry.get("about"), entry.get("view")) == (id, about, view)
        assert (notification["message"], notification["rh_url"]) == (
            kind,
            f"/session/v1/session/{id}",
        )
        if view is None:
            assert "version" not in entry
            assert "etag" not in notification
        else:
            assert notification["etag"] == f'"{entry["version"]}-{LETTERS[view]}"'
            assert notification["etag"] == self.get(notification["rh_url"]).headers["ETag"]


@pytest.fixture
def reader(door: ServerAndCallers) -> Reader:
    return Reader(*door)


async def host_of(people: ApiCallers) -> RecordedChannel:
    return await RecordedChannel.connect(people.served.url, people.token(people.host()))


def words(value: object) -> Iterator[str]:
    """Every name and every text within."""
    match value:
        case dict():
            for key, inner in value.items():
                yield from (key, *words(inner))
        case list():
            for inner in value:
                yield from words(inner)
        case str():
            yield value


def require_neutral(entry: Json) -> None:
    said = set(words(entry))
    assert not said & {"rh_url", "etag"}, entry
    assert not [word for word in said if FOREIGN.match(word)], entry


async def test_who_is_invited_moved_and_kicked_is_told_in_the_words_of_each_door(
    reader: Reader,
) -> None:
    me = reader.account.uuid
    async with reader.connected(), await host_of(reader.callers.people) as leader:
        id = (await leader.command("session.launch"))["session"]["id"]
        topic = f"session:{id}"
        await leader.command("session.invite", session=id, guest=me)
        await reader.is_told_of(id, "session_invited", about=topic, view="outside")
        await reader.channel.command("session.join", session=id)
        await reader.is_told_of(id, "session_updated", about=topic, view="inside")
        await leader.command("session.kick", session=id, guest=me)
        await reader.is_told_of(id, "session_kicked", about=topic, view=None)
        await leader.command("session.invite", session=id, guest=me)
        reader.served.do(
            change.alter(
                reader.served.lobby,
                int(id),
                lambda s: s.free_expired_seats(9e12),
                notice=EXPIRED,
            )
        )
        await reader.is_told_of(id, "seat_lapsed", about=topic, view=None)
        assert (await reader.channel.watch(topic))["id"] == id


async def test_of_a_session_that_ends_or_is_closed_to_a_player_no_topic_is_named(
    reader: Reader,
) -> None:
    me = reader.account.uuid
    async with reader.connected(), await host_of(reader.callers.people) as leader:
        for kind in ("session_closed", "session_banned"):
            id = (await leader.command("session.launch"))["session"]["id"]
            await reader.channel.command("session.join", session=id)
            if kind == "session_closed":
                await leader.command("session.close", session=id)
            else:
                await leader.command("host.ban", guest=me)
            await reader.is_told_of(id, kind, about=None, view=None)


async def test_a_new_rating_is_named_by_its_rank(reader: Reader) -> None:
    me, lobby = reader.account.uuid, reader.served.lobby
    async with reader.connected():
        rated = ranks.put(lobby, SYSTEM, player=me, rank=1, score=Score(30, 5))
        reader.served.do(rated)
        entry, notification = await reader.told("rank_updated")
        require_neutral(entry)
        assert entry["rank"] == 1
        assert notification["rh_url"] == f"/rank/v1/player/{me}/rank/1"
        assert reader.get(notification["rh_url"])


async def test_whoever_serves_a_session_is_told_where_it_is_by_player_services(
    door: ServerAndCallers,
) -> None:
    http, callers = door
    lobby, player = callers.served.lobby, callers.player()
    session = callers.served.do(lobby.sessions.add(played_at(player)))
    assert session.instance is not None
    callers.served.do(notify.notify_instance(lobby, session, kind="player_joined"))
    stream = f"/notification/v1/instance/{session.instance.id}"
    for path in (f"{stream}/notification", f"{stream}/stream/notification/lp"):
        query = {} if path.endswith("/notification") else {"offset_reset_strategy": "earliest"}
        answer = http.get(path, params=query, headers=bearer(callers.token(player)))
        (told,) = answer.json()["notifications"]
        assert (told["message"], told["rh_url"], "etag" in told) == (
            "session_updated",
            f"/session/v1/session/{session.id}",
            False,
        )
        assert told["custom_data"]["reason"] == "player_joined"


OF_SESSION = {"session": "77", "about": "session:77"}
PRESENT = {**OF_SESSION, "version": 5, "view": "inside"}
FACTS: dict[InboxKind, tuple[Json, str | None, str | None]] = {
    "session_invited": ({**PRESENT, "view": "outside"}, SESSION, '"5-l"'),
    "session_kicked": (OF_SESSION, SESSION, None),
    "session_banned": ({"session": "77"}, SESSION, None),
    "session_closed": ({"session": "77"}, SESSION, None),
    "session_uninvited": (OF_SESSION, SESSION, None),
    "seat_lapsed": (OF_SESSION, SESSION, None),
    "session_updated": (PRESENT, SESSION, '"5-f"'),
    "session_match_found": ({"session": "77", "about": "queue:9"}, SESSION, None),
    "session_instance_joinable": (PRESENT, SESSION, '"5-f"'),
    "entitlement_fulfilled": (
        {"request": "r-1"},
        "/inventory/v2/player/{me}/entitlement/request/r-1",
        None,
    ),
    "rank_updated": ({"rank": 3}, "/rank/v1/player/{me}/rank/3", None),
    "login_refresh": ({}, None, None),
    "login_revoked": ({}, None, None),
    "message": ({"link": "https://example.org/news", "link_tag": '"1"'}, "{link}", '"1"'),
}
"""What each kind tells, and where player services says to look: the address, and its tag."""


def shown_by_player_services(reader: Reader, kind: InboxKind, notification: Json) -> None:
    facts, address, tag = FACTS[kind]
    if address is not None:
        address = address.format(me=reader.account.uuid, link=facts.get("link"))
    assert (notification.get("rh_url"), notification.get("etag")) == (address, tag)
    assert notification["message"] == ("For people." if kind == "message" else kind)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_entry_of_any_kind_is_shown_by_each_door_in_its_own_words(
    reader: Reader, kind: InboxKind
) -> None:
    lobby = reader.served.lobby
    entry = InboxEntry(kind=kind, message="For people.", at=lobby.now(), **FACTS[kind][0])
    async with reader.connected():
        reader.served.do(lobby.inbox.put(topics.inbox(reader.account.uuid), entry))
        told, notification = await reader.told(kind)
        require_neutral(told)
        assert FACTS[kind][0].items() <= told.items()
        shown_by_player_services(reader, kind, notification)


@pytest.mark.parametrize("kind", KINDS)
async def test_an_entry_with_the_addresses_of_earlier_versions_is_shown_as_any_other(
    reader: Reader, kind: InboxKind
) -> None:
    lobby, stream = reader.served.lobby, topics.inbox(reader.account.uuid)
    facts, address, tag = FACTS[kind]
    written = {
        "kind": kind,
        "session": facts.get("session"),
        "message": "For people.",
        "rh_url": address and address.format(me=reader.account.uuid, link=facts.get("link")),
        "etag": tag,
        "custom_data": {"etag": "the game's own"} if kind == "message" else None,
        "at": lobby.now(),
    }
    body = json.dumps({k: v for k, v in written.items() if v is not None}, separators=(",", ":"))
    reader.served.do(lobby.store.append(stream, body))
    async with reader.connected():
        told, notification = await reader.told(kind)
        shown_by_player_services(reader, kind, notification)
        kept = {key: value for key, value in facts.items() if key != "about"}
        assert kept.items() <= told.items()
        if kind == "message":
            assert told.pop("custom_data") == notification["custom_data"]
        require_neutral(told)
