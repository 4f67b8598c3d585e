"""The sessions that platforms keep behind ours."""

from __future__ import annotations

from base64 import urlsafe_b64encode

from lobby.domain.sessions.entry import Entry
from lobby.domain.sessions.platform_sessions import PlatformSession
from lobby.domain.sessions.seats import Guest
from tests.api.player_services.rows import Good, Line
from tests.api.player_services.rows.made import guest, led
from tests.support.player_services import Caller, Callers, numbers

PATH = "/session/v1/platform/{platform}/platform-session/{platform_session_id_base64}"
LINK = PATH + "/session/{session_id}"


def linking(callers: Callers, caller: Caller) -> Good:
    session = led(callers, caller, "party", by=guest(caller.subject, "Steam"))
    path = {"session_id": session.id, **there(new_id())}
    return Good(path, {"refresh_ttl": "true"})


def linked(callers: Callers, caller: Caller) -> Good:
    id = new_id()
    behind = PlatformSession("Steam", id, "lobby")
    by = guest(caller.subject, "Steam")
    session = led(callers, caller, "party", by=by, platform_sessions=[behind])
    return Good({"session_id": session.id, **there(id)}, {"refresh_ttl": "false"})


def reading(callers: Callers, caller: Caller) -> Good:
    path = linked(callers, caller).path
    del path["session_id"]
    return Good(path)


def joining(callers: Callers, caller: Caller) -> Good:
    """Somebody else's, which is not open; players come by Steam."""
    if caller.account and not caller.account.machine and caller.account.portal:
        callers.of_platform(caller.account)
    path = _behind(callers, caller, guest(callers.player(), "Steam"))
    said = {
        "status": "member",
        "client_version": "1.0.0",
        "client_settings": {"platform": "Steam", "input": "gamepad"},
        "team_id": 0,
        "custom_data": {"colour": "red"},
    }
    return Good({**path, "player_uuid": caller.subject.uuid}, json=said)


def leaving(callers: Callers, caller: Caller) -> Good:
    """Who asks; for whom others ask, see below."""
    leader = guest(caller.account or caller.subject, "Steam")
    return Good(_behind(callers, caller, leader))


def removing(callers: Callers, caller: Caller) -> Good:
    path = _behind(callers, caller, guest(caller.subject, "Steam"))
    return Good({**path, "player_uuid": caller.subject.uuid})


def _behind(callers: Callers, caller: Caller, by: Guest) -> dict[str, str]:
    id = new_id()
    behind = PlatformSession("Steam", id, "lobby")
    led(callers, caller, "party", by=by, platform_sessions=[behind], entry=Entry.INVITED)
    return there(id)


def new_id() -> str:
    return urlsafe_b64encode(f"LOBBY:{next(numbers)}".encode()).decode()


def there(id: str) -> dict[str, str]:
    return {"platform": "Steam", "platform_session_id_base64": id}


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted.
LINES = {
    f"POST {LINK}": Line(linking, "renew 200 200 403 200 403 renew renew renew renew renew"),
    f"DELETE {LINK}": Line(linked, "renew 204 204 403 204 403 renew renew renew renew renew"),
    f"POST {PATH}/player/me": Line(
        joining, "renew 200 200 200 200 403 renew renew renew renew renew"
    ),
    f"DELETE {PATH}/player/me": Line(
        leaving, "renew 204 204 204 204 403 renew renew renew renew renew"
    ),
    f"POST {PATH}/player/{{player_uuid}}": Line(
        joining, "renew 200 200 403 200 403 renew renew renew renew renew"
    ),
    f"DELETE {PATH}/player/{{player_uuid}}": Line(
        removing, "renew 204 204 403 204 403 renew renew renew renew renew"
    ),
    f"GET {PATH}": Line(reading, "renew 200 200 403 200 200 renew renew renew renew renew"),
}
