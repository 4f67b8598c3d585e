"""Who is shown online to whom: the same reads whoever it is, and what an operator may set."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from lobby.actions import people, server_status, topics
from lobby.actions.accounts import accounts, hosts
from lobby.domain.errors import Forbidden, TopicNotFound, Unauthenticated
from lobby.domain.permissions import SPECTATOR, SYSTEM, Actor, Permit
from lobby.domain.presence_errors import RosterTooLarge
from tests.support.lobby import LocalLobby, local_lobby

READS = ("get", "many", "find", "found_versions", "versions", "claimed", "ranked")


def online(local: LocalLobby, *who: Actor, status: str = "online", **more: str) -> Any:
    value = '{"name":"N","status":"%s","since":1.0%s}'
    shown = value % (status, "".join(f',"{key}":"{text}"' for key, text in more.items()))
    return local.lobby.roster.enter("k", dict.fromkeys((one.uuid for one in who), shown))


class Counted:
    """Every read of the store and of the roster, in their order."""

    def __init__(self, local: LocalLobby) -> None:
        self.reads: list[tuple[object, ...]] = []
        for part, names in ((local.lobby.store, READS), (local.lobby.roster, ("shown", "read"))):
            for name in names:
                self._count(part, name)

    def _count(self, part: Any, name: str) -> None:
        asked = getattr(part, name)

        async def counted(*args: Any, **named: Any) -> Any:
            many = [len(arg) for arg in args if isinstance(arg, list | frozenset | dict)]
            self.reads.append((name, *many))
            return await asked(*args, **named)

        setattr(part, name, counted)

    def taken(self) -> list[tuple[object, ...]]:
        reads, self.reads = self.reads, []
        return reads


async def befriended(local: LocalLobby, one: Actor, *others: Actor) -> None:
    for other in others:
        await hosts.befriend(local.lobby, Permit(one), host=one.uuid, friend=other.uuid)


async def banned(local: LocalLobby, one: Actor, other: Actor) -> None:
    await hosts.ban(local.lobby, Permit(one), host=one.uuid, guest=other.uuid)


@pytest.mark.parametrize("seen_by", ["everybody", "friends"])
async def test_the_same_is_read_whoever_is_asked_for(seen_by: str) -> None:
    async with local_lobby(seen_by=seen_by) as local:
        viewer, shown, offline, banning = [await local.person() for _ in range(4)]
        await banned(local, banning, viewer)
        await online(local, shown, banning)
        counted, permit = Counted(local), Permit(viewer)
        reads = []
        for who in (shown.uuid, offline.uuid, banning.uuid, str(uuid.uuid4())):
            await people.person(local.lobby, permit, uuid=who)
            asked = counted.taken()
            topic = await topics.permit_watch(local.lobby, permit, f"presence:{who}")
            await local.lobby.hub.open(topic)
            reads.append((asked, counted.taken()))
        assert all(reads[0])
        # The first topic of all also finds out where the roster stands.
        assert reads[0][0] == reads[1][0] == reads[2][0] == reads[3][0]
        assert reads[0][1] == reads[1][1] == reads[2][1] == reads[3][1]


async def test_friends_over_http_are_those_of_the_topic() -> None:
    async with local_lobby() as local:
        viewer, shown, offline, banning = [await local.person() for _ in range(4)]
        await befriended(local, viewer, shown, offline, banning)
        await banned(local, banning, viewer)
        await online(local, shown, banning, region="eu")
        said = await people.friends(local.lobby, Permit(viewer))
        assert said == {
            "people": {
                shown.uuid: {"status": "online", "since": 1.0},
                offline.uuid: {},
                banning.uuid: {},
            }
        }
        topic = await topics.permit_watch(local.lobby, Permit(viewer), "friends")
        await local.lobby.hub.open(topic)
        assert local.lobby.hub.current(topic) == said
        one = await people.person(local.lobby, Permit(viewer), uuid=shown.uuid)
        assert one == {"name": "N", "status": "online", "since": 1.0, "region": "eu"}


async def test_where_only_friends_see_each_other_nobody_else_is_shown() -> None:
    async with local_lobby(seen_by="friends") as local:
        viewer, both, mine, theirs, banning = [await local.person() for _ in range(5)]
        await befriended(local, viewer, both, mine, banning)
        for one in (both, theirs, banning):
            await befriended(local, one, viewer)
        await banned(local, banning, viewer)
        await online(local, viewer, both, mine, theirs, banning)
        lobby, permit = local.lobby, Permit(viewer)
        shown = {
            one.uuid: bool(await people.person(lobby, permit, uuid=one.uuid))
            for one in (viewer, both, mine, theirs, banning)
        }
        assert list(shown.values()) == [True, True, False, False, False]
        listed = (await people.friends(lobby, permit))["people"]
        assert {who for who, one in listed.items() if one} == {both.uuid}
        with pytest.raises(Forbidden, match="friends alone"):
            await topics.permit_watch(lobby, permit, "presence")
        assert (await people.counts(lobby))["online"] == 5


async def test_a_deleted_friend_leaves_the_list() -> None:
    async with local_lobby() as local:
        viewer, gone = await local.person(), await local.person()
        await befriended(local, viewer, gone)
        topic = await topics.permit_watch(local.lobby, Permit(viewer), "friends")
        await local.lobby.hub.open(topic)
        await accounts.delete(local.lobby, SYSTEM, account=gone.uuid)
        heard = [event for topic, event in local.told if event["told"] == "friends"]
        assert {"told": "friends", "accounts": [viewer.uuid]} in heard
        assert await people.friends(local.lobby, Permit(viewer)) == {"people": {}}


@pytest.mark.parametrize("many", [3, 4])
async def test_the_whole_roster_is_refused_above_its_limit(many: int) -> None:
    async with local_lobby(roster_limit=3) as local:
        everybody = [await local.person() for _ in range(many)]
        permit = Permit(everybody[0])
        await online(local, *everybody)
        if many == 3:
            assert await topics.permit_watch(local.lobby, permit, "presence") == "presence"
            return
        with pytest.raises(RosterTooLarge) as no:
            await topics.permit_watch(local.lobby, permit, "presence")
        assert str(no.value) == (
            "More than 3 are online. Watch presence:count, friends, or people with a limit."
        )
        assert (no.value.code, no.value.about) == ("roster_too_large", {"limit": 3})


async def test_the_status_of_the_server_names_nobody_where_there_is_no_list() -> None:
    for closed in ({"roster_limit": 1}, {"seen_by": "friends"}):
        async with local_lobby(**closed) as local:
            await online(local, *[await local.person() for _ in range(2)])
            said = await server_status.status(local.lobby, Permit(SPECTATOR))
            assert (said.online, said.sample) == (2, [])
            assert "presence" not in local.lobby.hub._topics, "nor keeps the list"


async def test_who_has_no_identity_is_told_so(local: LocalLobby) -> None:
    for permit in (Permit(SPECTATOR), Permit(Actor(""))):
        with pytest.raises(Unauthenticated):
            await people.person(local.lobby, permit, uuid=str(uuid.uuid4()))
        with pytest.raises(Unauthenticated):
            await people.friends(local.lobby, permit)
        with pytest.raises(Unauthenticated):
            await topics.permit_watch(local.lobby, permit, "friends")
        assert await topics.permit_watch(local.lobby, permit, "presence:count") == "presence:count"


@pytest.mark.parametrize("wrong", ["", "x", "count:x", "0" * 36, "count ", "\u0130" * 36])
async def test_what_is_no_uuid_is_nobodys_topic(local: LocalLobby, wrong: str) -> None:
    with pytest.raises(TopicNotFound):
        await topics.permit_watch(local.lobby, Permit(await local.person()), f"presence:{wrong}")


async def test_counts_are_of_those_who_are_shown_by_status_and_region(local: LocalLobby) -> None:
    ann, bob, cid = [await local.person() for _ in range(3)]
    await online(local, ann, region="eu")
    await online(local, bob, status="busy")
    await local.lobby.roster.enter("k", {cid.uuid: None})
    statuses = {"online": 1, "away": 0, "busy": 1, "playing": 0, "reconnecting": 0}
    assert await people.counts(local.lobby) == {
        "online": 2,
        "statuses": statuses,
        "regions": {"eu": 1},
    }


@pytest.mark.parametrize("seen_by", ["everybody", "friends"])
async def test_of_many_viewers_those_are_found_whose_ties_are_others(seen_by: str) -> None:
    async with local_lobby(seen_by=seen_by) as local:
        viewers, other = [await local.person() for _ in range(4)], await local.person()
        source = local.lobby.hub.roster.source
        known = {one.uuid: await source.ties(one.uuid) for one in viewers}
        known["nobody"] = await source.ties("nobody")
        counted = Counted(local)
        everybody = await source.stale(known)
        assert len(counted.taken()) <= 1
        assert everybody == ([] if seen_by == "everybody" else [*known])
        await banned(local, other, viewers[1])
        await befriended(local, viewers[2], other)
        found = await source.stale(known)
        assert {viewers[1].uuid, viewers[2].uuid} <= set(found)
        assert len(found) == (2 if seen_by == "everybody" else 5)
