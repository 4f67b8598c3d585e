"""Notifications: of players by either id, and of whoever hosts an instance."""

from __future__ import annotations

from lobby.actions.notifications import notifications
from lobby.actions.notifications.notifications import Post, Stream
from lobby.domain.accounts import Account
from lobby.domain.permissions import Actor
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.seats import SPAN, Seats
from lobby.domain.sessions.session import Session
from protocol import topics
from tests.api.player_services.rows import Good, Line, Making
from tests.support.player_services import Caller, Callers, numbers

AT_ONCE = {"deadline": 0}
SAID = {"notifications": [{"message": "hello", "rh_url": "/session/v1/session/1"}]}


def whose(subject: Account) -> dict[str, object]:
    """What any of the paths may ask for."""
    return {"player_uuid": subject.uuid, "player_id": subject.number}


def polling(callers: Callers, caller: Caller) -> Good:
    return Good(whose(caller.subject), AT_ONCE)


def paging(callers: Callers, caller: Caller) -> Good:
    return Good(whose(caller.subject))


def sending(callers: Callers, caller: Caller) -> Good:
    return Good(whose(caller.subject), json=SAID)


def reading(callers: Callers, caller: Caller) -> Good:
    return Good({**whose(caller.subject), "notification_id": put(callers, caller.subject)})


def reading_mine(callers: Callers, caller: Caller) -> Good:
    return Good({"notification_id": put(callers, caller.account or caller.subject)})


def put(callers: Callers, account: Account) -> str:
    return post(callers, topics.inbox(account.uuid))


def post(callers: Callers, topic: str) -> str:
    """The id of a new one."""
    lobby, stream = callers.served.lobby, Stream(topic, Actor(""))
    return callers.served.do(notifications.create(lobby, stream, posts=[Post("hello")]))


def played_at(host: Account) -> Session:
    """A session that this player hosts themselves."""
    number = next(numbers)
    session = Session(
        number * SPAN, "game", host.uuid, None, 1.0, "", seats=Seats(), sequence=number
    )
    session.instance = Instance(f"played-at-{number}", HostType.PLAYER, JoinStatus.PENDING, 1.0)
    session.instance.host = host.uuid
    return session


def instance_of(callers: Callers, host: Account) -> str:
    session = callers.served.do(callers.served.lobby.sessions.add(played_at(host)))
    assert session.instance is not None
    return session.instance.id


def at_instance(more: Making) -> Making:
    def good(callers: Callers, caller: Caller) -> Good:
        made = more(callers, caller)
        made.path["instance_id"] = id = instance_of(callers, caller.subject)
        if "notification_id" in made.path:
            made.path["notification_id"] = post(callers, topics.instance(id))
        return made

    return good


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted. What support may read, it may read by uuid alone.
NO_TOKEN = "renew renew renew renew renew"
MINE = f"renew 200 200 200 200 200 {NO_TOKEN}"
MINE_BY_NUMBER = f"renew 200 200 200 200 403 {NO_TOKEN}"
READ = f"renew 200 200 403 200 200 {NO_TOKEN}"
READ_BY_NUMBER = f"renew 200 200 403 200 403 {NO_TOKEN}"
SEND = f"renew 403 403 403 200 403 {NO_TOKEN}"

N, LP = "/notification/v1", "/stream/notification/lp"
BY_NUMBER, BY_UUID = f"{N}/playerid/{{player_id}}", f"{N}/player/{{player_uuid}}"
INSTANCE, ONE = f"{N}/instance/{{instance_id}}", "/notification/{notification_id}"

LINES = {
    f"GET {N}/playerid/me{LP}": Line(polling, MINE_BY_NUMBER),
    f"GET {BY_NUMBER}{LP}": Line(polling, READ_BY_NUMBER),
    f"GET {N}/playerid/me/notification": Line(paging, MINE_BY_NUMBER),
    f"GET {BY_NUMBER}/notification": Line(paging, READ_BY_NUMBER),
    f"POST {BY_NUMBER}/notification": Line(sending, SEND),
    f"GET {N}/playerid/me{ONE}": Line(reading_mine, MINE_BY_NUMBER),
    f"GET {BY_NUMBER}{ONE}": Line(reading, READ_BY_NUMBER),
    f"GET {N}/player/me{LP}": Line(polling, MINE),
    f"GET {BY_UUID}{LP}": Line(polling, READ),
    f"GET {N}/player/me/notification": Line(paging, MINE),
    f"GET {BY_UUID}/notification": Line(paging, READ),
    f"POST {BY_UUID}/notification": Line(sending, SEND),
    f"GET {N}/player/me{ONE}": Line(reading_mine, MINE),
    f"GET {BY_UUID}{ONE}": Line(reading, READ),
    f"GET {INSTANCE}{LP}": Line(at_instance(polling), READ_BY_NUMBER),
    f"GET {INSTANCE}/notification": Line(at_instance(paging), READ_BY_NUMBER),
    f"POST {INSTANCE}/notification": Line(at_instance(sending), SEND),
    f"GET {INSTANCE}{ONE}": Line(at_instance(reading), READ_BY_NUMBER),
}
