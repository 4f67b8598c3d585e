"""Who is in a session, and which sessions somebody is in."""

from __future__ import annotations

from typing import Any

from lobby.domain.accounts import Account
from lobby.domain.sessions.seats import Guest
from lobby.domain.sessions.session import Session
from tests.api.player_services.rows import READERS, Good, Line, Making
from tests.api.player_services.rows.made import guest, led
from tests.api.player_services.rows.sessions import GAME
from tests.support.player_services import Caller, Callers

SEAT = "/session/v1/session/{session_id}/player"
OWN = "/session/v1/player"
NEWER = "/session/v2/session/{session_id}/player/{player_uuid}"
TEAM = "/session/v1/session/{session_id}/team/{team_id}"
INVITED: dict[str, Any] = {"status": "invited", "team_id": 0, "custom_data": {"from": "a friend"}}


def joining(callers: Callers, caller: Caller) -> Good:
    session = led(callers, caller, by=guest(callers.player()))
    said = {**GAME, "status": "member", "team_id": 1, "custom_data": {"hat": "red"}}
    return Good({"session_id": session.id}, json=said)


def leaving(callers: Callers, caller: Caller) -> Good:
    return Good({"session_id": led(callers, caller).id})


def inviting(callers: Callers, caller: Caller) -> Good:
    path = named(led(callers, caller), callers.player())
    return Good(path, json=INVITED)


def kicking(callers: Callers, caller: Caller) -> Good:
    member = callers.player()
    session = led(callers, caller)
    sit(callers, session, guest(member))
    return Good(named(session, member))


def pardoning(callers: Callers, caller: Caller) -> Good:
    player = callers.player()
    return Good({"session_id": led(callers, caller).id}, json={"player_uuid": player.uuid})


def asking(callers: Callers, caller: Caller) -> Good:
    led(callers, caller)
    return Good({"player_uuid": caller.subject.uuid})


def named(session: Session, player: Account) -> dict[str, Any]:
    return {"session_id": session.id, "player_uuid": player.uuid}


def sit(callers: Callers, session: Session, *guests: Guest, team: int = 0) -> Session:
    """By nobody's verb: nothing is told of it."""

    def decide(session: Session) -> None:
        for one in guests:
            session.seat(one, now=1.0, team=team, placed=True)

    lobby = callers.served.lobby
    return callers.served.do(lobby.sessions.change(str(session.id), decide))


def by_number(making: Making) -> Making:
    """The same by the older name of the player."""

    def good(callers: Callers, caller: Caller) -> Good:
        made = making(callers, caller)
        player = callers.served.do(callers.served.lobby.accounts.get(made.path.pop("player_uuid")))
        made.path["player_id"] = player.number
        return made

    return good


def reading_members(callers: Callers, caller: Caller) -> Good:
    session = led(callers, caller)
    sit(callers, session, guest(callers.player()))
    return Good({"session_id": session.id}, {"cursor": 0, "page_size": 50})


def reading_member(callers: Callers, caller: Caller) -> Good:
    return Good(kicking(callers, caller).path)


def permitting(callers: Callers, caller: Caller) -> Good:
    return Good({**kicking(callers, caller).path, "permission": "kick"})


def opposed(callers: Callers, caller: Caller) -> tuple[Session, list[str]]:
    """A session of the caller's with two members on different teams, and these two."""
    session = led(callers, caller)
    two = [guest(callers.player()) for _ in range(2)]
    sit(callers, session, two[0])
    sit(callers, session, two[1], team=1)
    return session, [one.uuid for one in two]


def swapping(callers: Callers, caller: Caller) -> Good:
    session, players = opposed(callers, caller)
    return Good({"session_id": session.id}, json={"players": players})


def moving(callers: Callers, caller: Caller) -> Good:
    session, players = opposed(callers, caller)
    return Good({"session_id": session.id, "player_uuid": players[0]}, json={"team_id": 1})


def inviting_newly(callers: Callers, caller: Caller) -> Good:
    said = {"team_id": 0, "custom_data": {"from": "a friend"}}
    return Good(inviting(callers, caller).path, json=said)


def sizing(callers: Callers, caller: Caller) -> Good:
    path = {"session_id": led(callers, caller).id, "team_id": 1}
    return Good(path, json={"max_size": 5, "custom_data": {"colour": "red"}})


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
LEADING = "renew 200 200 403 200 403 renew renew renew renew renew"
REMOVING = "renew 204 204 403 204 403 renew renew renew renew renew"
ABOUT_SELF = "renew 200 200 403 200 200 renew renew renew renew renew"
LED_OR_READ = "renew 200 200 403 200 200 renew renew renew renew renew"
LINES = {
    f"POST {SEAT}/me": Line(joining, "renew 200 200 200 200 403 renew renew renew renew renew"),
    f"DELETE {SEAT}/me": Line(leaving, "renew 204 204 404 404 403 renew renew renew renew renew"),
    f"POST {SEAT}/{{player_uuid}}": Line(inviting, LEADING),
    f"DELETE {SEAT}/{{player_uuid}}": Line(kicking, REMOVING),
    f"POST {SEAT}/uuid/{{player_uuid}}": Line(inviting, LEADING),
    f"DELETE {SEAT}/uuid/{{player_uuid}}": Line(kicking, REMOVING),
    f"POST {SEAT}/id/{{player_id}}": Line(by_number(inviting), LEADING),
    f"DELETE {SEAT}/id/{{player_id}}": Line(by_number(kicking), REMOVING),
    "POST /session/v1/session/{session_id}:pardon": Line(pardoning, REMOVING),
    f"GET {SEAT}": Line(reading_members, READERS),
    f"GET {SEAT}/{{player_uuid}}": Line(reading_member, READERS),
    f"POST {SEAT}:swap": Line(swapping, LEADING),
    f"POST {NEWER}:invite": Line(inviting_newly, LEADING),
    f"POST {NEWER}:move": Line(moving, LEADING),
    f"POST {NEWER}": Line(inviting, LEADING),
    f"GET {SEAT}/{{player_uuid}}/permission": Line(reading_member, LED_OR_READ),
    f"PATCH {SEAT}/{{player_uuid}}/permission/{{permission}}": Line(permitting, LEADING),
    f"DELETE {SEAT}/{{player_uuid}}/permission/{{permission}}": Line(permitting, LEADING),
    f"PATCH {TEAM}": Line(sizing, LEADING),
    f"GET {OWN}/me/session": Line(leaving, READERS),
    f"GET {OWN}/{{player_uuid}}/session": Line(asking, ABOUT_SELF),
    f"GET {OWN}/uuid/{{player_uuid}}/session": Line(asking, ABOUT_SELF),
    f"GET {OWN}/id/{{player_id}}/session": Line(by_number(asking), ABOUT_SELF),
}
