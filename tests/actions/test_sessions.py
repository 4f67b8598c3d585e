"""Sessions and seats through their verbs: who may, what is kept, who is told."""

from __future__ import annotations

import pytest

from lobby.actions import hosts, seating, seats, sessions, talk
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
from lobby.domain.seats import SeatStatus, seat_id
from persistence.ports import Unreachable
from persistence.urls import open_live
from tests.actions.houses import House, house, leading
from tests.actions.houses import seats as taken
from tests.services import RedisServer


async def test_a_host_has_one_session_with_the_host_in_its_first_seat(home: House) -> None:
    host = await home.person()
    session, key = await sessions.launch(home.lobby, Permit(host), host=host.uuid)
    assert taken(session) == {"0": host.uuid}
    assert len(key) == 64
    assert key not in repr(await home.now(session))
    with pytest.raises(AlreadyHosting):
        await sessions.launch(home.lobby, Permit(host), host=host.uuid)
    await sessions.close(home.lobby, leading(host), id=session.id)
    again, _ = await sessions.launch(home.lobby, Permit(host), host=host.uuid)
    assert again.id != session.id


async def test_nobody_launches_for_another(home: House) -> None:
    host, other = await home.person(), await home.person()
    with pytest.raises(NotYours):
        await sessions.launch(home.lobby, Permit(other), host=host.uuid)


async def test_guests_join_until_it_is_full(home: House) -> None:
    host = await home.person()
    session = await home.open_session(host)
    for _ in range(7):
        session = await home.join(session, await home.person())
    with pytest.raises(SessionFull):
        await home.join(session, await home.person())
    with pytest.raises(AlreadySeated):
        await home.join(session, host)
    assert await home.now(session) == session


async def test_a_refused_guest_changes_nothing(home: House) -> None:
    host, guest, nameless = await home.person(), await home.person(), await home.nameless()
    session, _ = await sessions.launch(home.lobby, Permit(host), host=host.uuid)
    for actor in (guest, nameless):
        with pytest.raises(GuestNotWelcome):
            await home.join(session, actor)
        with pytest.raises(GuestNotWelcome):
            await seats.reserve(home.lobby, Permit(actor), seat=seat_id(session.id, "3"))
    assert await home.now(session) == session


async def test_an_invitation_opens_the_door_and_holds_the_seat(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session, _ = await sessions.launch(home.lobby, Permit(host), host=host.uuid, joinable=False)
    invited = await seating.invite(home.lobby, leading(host), id=session.id, guest=guest.uuid)
    assert taken(invited, SeatStatus.INVITED) == {"1": guest.uuid}
    assert await home.inbox(guest) == [("session_invited", str(session.id))]
    assert taken(await home.join(session, guest)) == {"0": host.uuid, "1": guest.uuid}


async def test_only_the_leader_leads(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.open_session(host)
    session = await home.join(session, guest)
    permit = leading(guest)
    with pytest.raises(Forbidden):
        await sessions.update(home.lobby, permit, id=session.id, name="mine")
    with pytest.raises(Forbidden):
        await seating.kick(home.lobby, permit, id=session.id, guest=host.uuid, message="")
    with pytest.raises(Forbidden):
        await seating.invite(home.lobby, permit, id=session.id, guest=guest.uuid)
    with pytest.raises(Forbidden):
        await sessions.close(home.lobby, permit, id=session.id)
    assert await home.now(session) == session


async def test_a_kicked_guest_is_told_why_and_may_come_back(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.join(await home.open_session(host), guest)
    await seating.kick(home.lobby, leading(host), id=session.id, guest=guest.uuid, message="afk")
    assert taken(await home.now(session)) == {"0": host.uuid}
    assert await home.inbox(guest) == [("session_kicked", str(session.id))]
    with pytest.raises(NotSeated):
        await seating.kick(home.lobby, leading(host), id=session.id, guest=host.uuid, message="")
    await home.join(session, guest)


async def test_a_ban_takes_the_seat_and_closes_every_way_back(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.join(await home.open_session(host), guest)
    await hosts.ban(home.lobby, Permit(host), host=host.uuid, guest=guest.uuid)
    assert taken(await home.now(session)) == {"0": host.uuid}
    assert await home.inbox(guest) == [("session_banned", str(session.id))]
    with pytest.raises(GuestNotWelcome):
        await home.join(session, guest)
    with pytest.raises(GuestNotWelcome):
        await seating.invite(home.lobby, leading(host), id=session.id, guest=guest.uuid)
    with pytest.raises(SeatNotFound):
        await seats.reserve(home.lobby, Permit(guest), seat=seat_id(session.id, "3"))
    with pytest.raises(SessionNotFound):
        await seats.of_session(home.lobby, Permit(guest), session=session.id)
    await hosts.unban(home.lobby, Permit(host), host=host.uuid, guest=guest.uuid)
    await home.join(session, guest)


async def test_unfriending_takes_no_seat(home: House) -> None:
    host, guest = await home.person(), await home.person()
    permit = Permit(host)
    await hosts.befriend(home.lobby, permit, host=host.uuid, friend=guest.uuid)
    session, _ = await sessions.launch(home.lobby, permit, host=host.uuid)
    await home.join(session, guest)
    await hosts.unfriend(home.lobby, permit, host=host.uuid, friend=guest.uuid)
    assert (await home.now(session)).sits(guest.uuid)


async def test_nobody_befriends_or_bans_themselves(home: House) -> None:
    host = await home.person()
    with pytest.raises(NotOneself):
        await hosts.ban(home.lobby, Permit(host), host=host.uuid, guest=host.uuid)
    with pytest.raises(NotOneself):
        await hosts.befriend(home.lobby, Permit(host), host=host.uuid, friend=host.uuid)


async def test_a_reserved_seat_is_given_back_by_its_holder_alone(home: House) -> None:
    host, guest, other = [await home.person() for _ in range(3)]
    session = await home.open_session(host)
    seat = seat_id(session.id, "5")
    held = await seats.reserve(home.lobby, Permit(guest), seat=seat)
    assert taken(held, SeatStatus.RESERVED) == {"5": guest.uuid}
    with pytest.raises(NotYours):
        await seats.release(home.lobby, Permit(other), seat=seat)
    freed = await seats.release(home.lobby, Permit(guest), seat=seat)
    assert freed is not None
    assert taken(freed, SeatStatus.RESERVED) == {}


async def test_the_leaders_seat_is_the_session(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.join(await home.open_session(host), guest)
    assert await seats.release(home.lobby, Permit(host), seat=seat_id(session.id, "0")) is None
    with pytest.raises(SessionNotFound):
        await home.now(session)
    assert await home.inbox(guest) == [("session_closed", str(session.id))]


async def test_whoever_holds_the_key_says_what_the_state_is(home: House) -> None:
    host = await home.person()
    session, key = await sessions.launch(home.lobby, Permit(host), host=host.uuid)
    for wrong in ("", key[:-1], key.upper() + "0"):
        with pytest.raises(WrongKey):
            await sessions.push(home.lobby, Permit(host), id=session.id, key=wrong, state={})
    pushed = await sessions.push(
        home.lobby, Permit(await home.person()), id=session.id, key=key, state={"round": 1}
    )
    assert pushed.state == {"round": 1}
    assert pushed.version == session.version + 1


async def test_what_is_pushed_unchanged_is_no_new_version(home: House) -> None:
    host = await home.person()
    session, key = await sessions.launch(home.lobby, Permit(host), host=host.uuid)
    versions = [
        (
            await sessions.push(
                home.lobby, Permit(host), id=session.id, key=key, state={"round": n}
            )
        ).version
        for n in (1, 1, 2)
    ]
    assert versions == [session.version + 1, session.version + 1, session.version + 2]


async def test_every_change_of_a_session_is_told_with_its_version(home: House) -> None:
    host, guest = await home.person(), await home.person()
    session = await home.open_session(host)
    await home.join(session, guest)
    await seating.leave(home.lobby, Permit(guest), id=session.id)
    await sessions.close(home.lobby, leading(host), id=session.id)
    told = [event for topic, event in home.told if topic == f"session:{session.id}"]
    versions = [event["version"] for event in told if event["told"] == "document"]
    assert versions == [1, 2, 3]
    assert told[-1]["told"] == "ended"
    listed = [event["versions"] for topic, event in home.told if topic == "sessions"]
    assert [v[str(session.id)] for v in listed] == [1, 2, 3, 4]


async def test_a_chat_is_for_those_who_sit_and_ends_with_the_session(home: House) -> None:
    host, guest, other = [await home.person() for _ in range(3)]
    session = await home.join(await home.open_session(host), guest)
    permit = Permit(guest, role=Role.ACTIVE)
    assert await talk.say(home.lobby, permit, id=session.id, text="hello") == 1
    with pytest.raises(Forbidden):
        await talk.say(home.lobby, Permit(other, role=Role.ACTIVE), id=session.id, text="hello")
    with pytest.raises(NotSeated):
        await talk.signal(home.lobby, permit, id=session.id, to=other.uuid, body={})
    await seating.leave(home.lobby, Permit(host), id=session.id)
    assert await home.lobby.store.head(f"chat:{session.id}") == 0
    with pytest.raises(SessionNotFound):
        await talk.say(home.lobby, permit, id=session.id, text="hello?")


async def test_without_the_leases_a_refused_launch_or_join_has_changed_nothing(
    own_redis: RedisServer, redis_prefix: str
) -> None:
    live = await open_live(own_redis.url, prefix=redis_prefix)
    async with house(live=live, redis_url=own_redis.url, redis_prefix=redis_prefix) as home:
        host, guest, late = [await home.person() for _ in range(3)]
        session = await home.open_session(host)
        own_redis.kill()
        with pytest.raises(Unreachable):
            await sessions.launch(home.lobby, Permit(late), host=late.uuid)
        with pytest.raises(Unreachable):
            await home.join(session, guest)
        assert await home.now(session) == session
        assert await home.lobby.sessions.all("player", late.uuid) == []
    await live.bus.close()
    await live.leases.close()
