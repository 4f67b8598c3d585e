"""Sessions and seats through their verbs: who may, what is kept, who is told."""

from __future__ import annotations

import pytest

from lobby.actions.accounts import hosts
from lobby.actions.sessions import chat, exclusions, invitations, lifecycle, members, seats
from lobby.domain.errors import (
    AlreadyHosting,
    AlreadySeated,
    Forbidden,
    GuestNotWelcome,
    NotOneself,
    NotSeated,
    NotYours,
    SeatNotFound,
    SessionFull,
    SessionNotFound,
    WrongKey,
)
from lobby.domain.permissions import Permit, Role
from lobby.domain.reasons import Reason
from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.seats import SeatStatus, seat_id
from persistence.ports import Unreachable
from persistence.urls import open_live
from tests.support.lobby import LocalLobby, leading, local_lobby
from tests.support.lobby import seats_with as taken
from tests.support.services import RedisServer


async def test_a_host_has_one_session_with_the_host_in_its_first_seat(local: LocalLobby) -> None:
    host = await local.person()
    session, key = await lifecycle.launch(local.lobby, Permit(host), host=host.uuid)
    assert taken(session) == {"0": host.uuid}
    assert len(key) == 64
    assert key not in repr(await local.now(session))
    with pytest.raises(AlreadyHosting):
        await lifecycle.launch(local.lobby, Permit(host), host=host.uuid)
    await lifecycle.close(local.lobby, leading(host), id=session.id, reason=Reason.CLOSED)
    again, _ = await lifecycle.launch(local.lobby, Permit(host), host=host.uuid)
    assert again.id != session.id


async def test_nobody_launches_for_another(local: LocalLobby) -> None:
    host, other = await local.person(), await local.person()
    with pytest.raises(NotYours):
        await lifecycle.launch(local.lobby, Permit(other), host=host.uuid)


async def test_guests_join_until_it_is_full(local: LocalLobby) -> None:
    host = await local.person()
    session = await local.open_session(host)
    for _ in range(7):
        session = await local.join(session, await local.person())
    with pytest.raises(SessionFull):
        await local.join(session, await local.person())
    with pytest.raises(AlreadySeated):
        await local.join(session, host)
    assert await local.now(session) == session


async def test_a_refused_guest_changes_nothing(local: LocalLobby) -> None:
    host, guest, nameless = await local.person(), await local.person(), await local.nameless()
    session, _ = await lifecycle.launch(local.lobby, Permit(host), host=host.uuid)
    for actor in (guest, nameless):
        with pytest.raises(GuestNotWelcome):
            await local.join(session, actor)
        with pytest.raises(GuestNotWelcome):
            await seats.reserve(local.lobby, Permit(actor), seat=seat_id(session.id, "3"))
    assert await local.now(session) == session


async def test_an_invitation_opens_the_door_and_holds_the_seat(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session, _ = await lifecycle.launch(
        local.lobby, Permit(host), host=host.uuid, entry=Entry.INVITED
    )
    invited = await invitations.invite(local.lobby, leading(host), id=session.id, player=guest.uuid)
    assert taken(invited, SeatStatus.INVITED) == {"1": guest.uuid}
    assert await local.inbox(guest) == [("session_invited", str(session.id))]
    assert taken(await local.join(session, guest)) == {"0": host.uuid, "1": guest.uuid}


async def test_only_the_leader_leads(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    session = await local.join(session, guest)
    permit = leading(guest)
    with pytest.raises(Forbidden):
        await lifecycle.update(local.lobby, permit, id=session.id, name="mine")
    with pytest.raises(Forbidden):
        await exclusions.kick(local.lobby, permit, id=session.id, player=host.uuid)
    with pytest.raises(Forbidden):
        await invitations.invite(local.lobby, permit, id=session.id, player=guest.uuid)
    with pytest.raises(Forbidden):
        await lifecycle.close(local.lobby, permit, id=session.id, reason=Reason.CLOSED)
    assert await local.now(session) == session


async def test_a_kicked_guest_is_told_why_and_may_come_back(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await exclusions.kick(
        local.lobby, leading(host), id=session.id, player=guest.uuid, said="afk", seconds=0
    )
    assert taken(await local.now(session)) == {"0": host.uuid}
    assert await local.inbox(guest) == [("session_kicked", str(session.id))]
    with pytest.raises(Forbidden):
        await exclusions.kick(local.lobby, leading(host), id=session.id, player=host.uuid)
    await local.join(session, guest)


async def test_a_ban_takes_the_seat_and_closes_every_way_back(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    await hosts.ban(local.lobby, Permit(host), host=host.uuid, guest=guest.uuid)
    assert taken(await local.now(session)) == {"0": host.uuid}
    assert await local.inbox(guest) == [("session_banned", str(session.id))]
    with pytest.raises(SessionNotFound):
        await local.join(session, guest)
    with pytest.raises(GuestNotWelcome):
        await invitations.invite(local.lobby, leading(host), id=session.id, player=guest.uuid)
    with pytest.raises(SeatNotFound):
        await seats.reserve(local.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    with pytest.raises(SessionNotFound):
        await seats.of_session(local.lobby, Permit(guest), session=session.id)
    await hosts.unban(local.lobby, Permit(host), host=host.uuid, guest=guest.uuid)
    await local.join(session, guest)


async def test_unfriending_takes_no_seat(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    permit = Permit(host)
    await hosts.befriend(local.lobby, permit, host=host.uuid, friend=guest.uuid)
    session, _ = await lifecycle.launch(local.lobby, permit, host=host.uuid)
    await local.join(session, guest)
    await hosts.unfriend(local.lobby, permit, host=host.uuid, friend=guest.uuid)
    assert (await local.now(session)).seats.sits(guest.uuid)


async def test_nobody_befriends_or_bans_themselves(local: LocalLobby) -> None:
    host = await local.person()
    with pytest.raises(NotOneself):
        await hosts.ban(local.lobby, Permit(host), host=host.uuid, guest=host.uuid)
    with pytest.raises(NotOneself):
        await hosts.befriend(local.lobby, Permit(host), host=host.uuid, friend=host.uuid)


async def test_a_reserved_seat_is_given_back_by_its_holder_alone(local: LocalLobby) -> None:
    host, guest, other = [await local.person() for _ in range(3)]
    session = await local.open_session(host)
    seat = seat_id(session.id, "5")
    held = await seats.reserve(local.lobby, Permit(guest), seat=seat)
    assert taken(held, SeatStatus.RESERVED) == {"5": guest.uuid}
    with pytest.raises(NotYours):
        await seats.release(local.lobby, Permit(other), seat=seat)
    freed = await seats.release(local.lobby, Permit(guest), seat=seat)
    assert freed is not None
    assert taken(freed, SeatStatus.RESERVED) == {}


async def test_the_leaders_seat_is_the_session(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.join(await local.open_session(host), guest)
    assert await seats.release(local.lobby, Permit(host), seat=seat_id(session.id, "0")) is None
    with pytest.raises(SessionNotFound):
        await local.now(session)
    assert await local.inbox(guest) == [("session_closed", str(session.id))]


async def test_whoever_holds_the_key_says_what_the_state_is(local: LocalLobby) -> None:
    host = await local.person()
    session, key = await lifecycle.launch(local.lobby, Permit(host), host=host.uuid)
    for wrong in ("", key[:-1], key.upper() + "0"):
        with pytest.raises(WrongKey):
            await lifecycle.push(local.lobby, Permit(host), id=session.id, key=wrong, state={})
    pushed = await lifecycle.push(
        local.lobby, Permit(await local.person()), id=session.id, key=key, state={"round": 1}
    )
    assert pushed.state == {"round": 1}
    assert pushed.version == session.version + 1


async def test_what_is_pushed_unchanged_is_no_new_version(local: LocalLobby) -> None:
    host = await local.person()
    session, key = await lifecycle.launch(local.lobby, Permit(host), host=host.uuid)
    versions = [
        (
            await lifecycle.push(
                local.lobby, Permit(host), id=session.id, key=key, state={"round": n}
            )
        ).version
        for n in (1, 1, 2)
    ]
    assert versions == [session.version + 1, session.version + 1, session.version + 2]


async def test_every_change_of_a_session_is_told_with_its_version(local: LocalLobby) -> None:
    host, guest = await local.person(), await local.person()
    session = await local.open_session(host)
    await local.join(session, guest)
    await members.leave(local.lobby, Permit(guest), id=session.id)
    await lifecycle.close(local.lobby, leading(host), id=session.id, reason=Reason.CLOSED)
    told = [event for topic, event in local.told if topic == f"session:{session.id}"]
    versions = [event["version"] for event in told if event["told"] == "document"]
    assert versions == [1, 2, 3]
    assert told[-1]["told"] == "ended"
    listed = [event["versions"] for topic, event in local.told if topic == "sessions"]
    assert [v[str(session.id)] for v in listed] == [1, 2, 3, 4]


async def test_a_chat_is_for_those_who_sit_and_ends_with_the_session(local: LocalLobby) -> None:
    host, guest, other = [await local.person() for _ in range(3)]
    session = await local.join(await local.open_session(host), guest)
    permit = Permit(guest, role=Role.ACTIVE)
    assert await chat.post(local.lobby, permit, id=session.id, text="hello") == 1
    with pytest.raises(Forbidden):
        await chat.post(local.lobby, Permit(other, role=Role.ACTIVE), id=session.id, text="hello")
    with pytest.raises(NotSeated):
        await chat.signal(local.lobby, permit, id=session.id, to=other.uuid, body={})
    await members.leave(local.lobby, Permit(host), id=session.id)
    assert await local.lobby.store.head(f"chat:{session.id}") == 0
    with pytest.raises(SessionNotFound):
        await chat.post(local.lobby, permit, id=session.id, text="hello?")


async def test_without_redis_a_refused_launch_or_join_has_changed_nothing(
    own_redis: RedisServer, redis_prefix: str
) -> None:
    live = await open_live(own_redis.url, prefix=redis_prefix)
    async with local_lobby(live=live, redis_url=own_redis.url, redis_prefix=redis_prefix) as local:
        host, guest, late = [await local.person() for _ in range(3)]
        session = await local.open_session(host)
        own_redis.kill()
        with pytest.raises(Unreachable):
            await lifecycle.launch(local.lobby, Permit(late), host=late.uuid)
        with pytest.raises(Unreachable):
            await local.join(session, guest)
        assert await local.now(session) == session
        assert await local.lobby.sessions.all("player", late.uuid) == []
    await live.close()
