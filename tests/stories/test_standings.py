"""Who may do what in a session: every operation on it, asked from every standing towards it, over
the channel and over HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from lobby.domain.accounts import Account
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.matches import Match
from lobby.domain.sessions.powers import GIVEN, IN_NAME, Power
from lobby.domain.sessions.session import Session
from tests.api.player_services.rows.made import guest, led
from tests.support.channel_client import Refused
from tests.support.checked_clients import RecordedChannel
from tests.support.player_services import Caller, ServerAndCallers, bearer, player_services_server

STANDINGS = ("leader", "made", *GIVEN, "member", "host", "stranger", "any")
"""The leader of a party, and of a made match; members who were given one permit each, and one who
was given none; the player who hosts the instance of a made match; a stranger; a service that stands
above every session, of which the channel knows nothing."""
NO = "forbidden"


def only(*able: str, others: str = NO, good: str = "ok") -> str:
    return " ".join(good if standing in able else others for standing in STANDINGS)


BY_CHANNEL = {
    "invite": only("leader", "invite", "host"),
    "kick": only("leader", "kick", "host"),
    "move another": only("leader", "move", "host"),
    "move oneself": "ok teams_locked ok ok ok ok ok not_seated not_seated",
    "swap": only("leader", "move", "host"),
    "permit": only("leader", "host"),
    "rename": only("leader", "made", "host"),
    "open": only("leader", "host"),
    "lock teams": only("leader", "host"),
    "close": only("leader", "host"),
    "queue": only("leader", "host", good="queue_not_found"),
    "leave queue": only("leader", "host", good="not_in_queue"),
}
BY_HTTP = {
    "invite": only("leader", "invite", "host", "any", others="403", good="200"),
    "invite anew": only("leader", "invite", "host", "any", others="403", good="200"),
    "kick": only("leader", "kick", "host", "any", others="403", good="204"),
    "move another": only("leader", "move", "host", "any", others="403", good="200"),
    "move another anew": only("leader", "move", "host", "any", others="403", good="200"),
    "join or move oneself": "200 403 200 200 200 200 200 200 200",
    "move oneself anew": "200 403 200 200 200 200 200 404 404",
    "promote": only("leader", "host", "any", others="403", good="200"),
    "describe another": only("leader", "made", "host", "any", others="403", good="200"),
    "swap": only("leader", "move", "host", "any", others="403", good="200"),
    "give a permit": only("leader", "host", "any", others="403", good="200"),
    "take a permit": only("leader", "host", "any", others="403", good="200"),
    "describe": only("leader", "made", "host", "any", others="403", good="200"),
    "open": only("leader", "host", "any", others="403", good="200"),
    "size teams": only("leader", "host", "any", others="403", good="200"),
    "size a team": only("leader", "host", "any", others="403", good="200"),
    "list": only("leader", "host", "any", others="403", good="200"),
    "describe the listing": only("leader", "host", "any", others="403", good="200"),
    "hide": only("leader", "host", "any", others="403", good="204"),
    "request an instance": only("leader", "host", "any", others="403", good="409"),
    "end the instance": only("host", "any", others="403", good="204"),
    "start a match": only("leader", "host", "any", others="403", good="409"),
    "describe the match": only("leader", "host", "any", others="403", good="200"),
    "end the match": only("leader", "host", "any", others="403", good="200"),
}


@dataclass
class Scene:
    """`one` sits in the caller's team, `other` in the other one, `fresh` nowhere."""

    caller: Account
    session: Session
    one: Account
    other: Account
    fresh: Account

    @property
    def path(self) -> str:
        return f"/session/v1/session/{self.session.id}"

    def seat(self, player: Account, *, version: int = 1) -> str:
        return f"/session/v{version}/session/{self.session.id}/player/{player.uuid}"


Said = dict[str, Any]
COMMANDS: dict[str, tuple[str, Callable[[Scene], Said]]] = {
    "invite": ("session.invite", lambda s: {"guest": s.fresh.uuid}),
    "kick": ("session.kick", lambda s: {"guest": s.one.uuid}),
    "move another": ("session.move", lambda s: {"team": 1, "player": s.one.uuid}),
    "move oneself": ("session.move", lambda s: {"team": 1}),
    "swap": ("session.swap", lambda s: {"players": [s.one.uuid, s.other.uuid]}),
    "permit": ("session.permit", lambda s: {"player": s.one.uuid, "permits": ["kick"]}),
    "rename": ("session.update", lambda s: {"name": "a new name"}),
    "open": ("session.update", lambda s: {"joinable": True}),
    "lock teams": ("session.update", lambda s: {"teams_locked": False}),
    "close": ("session.close", lambda s: {}),
    "queue": ("queue.join", lambda s: {"queue": "nowhere"}),
    "leave queue": ("queue.leave", lambda s: {}),
}
MEMBER = {"status": "member", "team_id": 0}
CLIENT = {"client_version": "1.0.0", "client_settings": {"platform": "Steam", "input": "gamepad"}}
DATA = {"custom_data": {"colour": "red"}}
MATCH = {"match_id": "", **DATA}
REQUESTS: dict[str, Callable[[Scene], tuple[str, str, Said | None]]] = {
    "invite": lambda s: ("POST", s.seat(s.fresh), {"status": "invited", "team_id": 1}),
    "invite anew": lambda s: ("POST", s.seat(s.fresh, version=2) + ":invite", {"team_id": 1}),
    "kick": lambda s: ("DELETE", s.seat(s.one), None),
    "move another": lambda s: ("POST", s.seat(s.one), {"team_id": 1}),
    "move another anew": lambda s: ("POST", s.seat(s.one, version=2) + ":move", {"team_id": 1}),
    "join or move oneself": lambda s: ("POST", s.path + "/player/me", {**CLIENT, "team_id": 1}),
    "move oneself anew": lambda s: (
        "POST",
        s.seat(s.caller, version=2) + ":move",
        {"team_id": 1},
    ),
    "promote": lambda s: ("POST", s.seat(s.one), {"status": "leader", "team_id": 0}),
    "describe another": lambda s: ("POST", s.seat(s.one), {**MEMBER, **DATA}),
    "swap": lambda s: ("POST", s.path + "/player:swap", {"players": [s.one.uuid, s.other.uuid]}),
    "give a permit": lambda s: ("PATCH", s.seat(s.one) + "/permission/kick", None),
    "take a permit": lambda s: ("DELETE", s.seat(s.other) + "/permission/invite", None),
    "describe": lambda s: ("PATCH", s.path, DATA),
    "open": lambda s: ("PATCH", s.path, {"joinable": True}),
    "size teams": lambda s: ("PATCH", s.path, {"teams": [{"max_size": 4}]}),
    "size a team": lambda s: ("PATCH", s.path + "/team/1", {"max_size": 2, **DATA}),
    "list": lambda s: ("POST", s.path + "/browser", DATA),
    "describe the listing": lambda s: ("PATCH", s.path + "/browser", DATA),
    "hide": lambda s: ("DELETE", s.path + "/browser", None),
    "request an instance": lambda s: ("POST", s.path + "/instance", {"host_type": "player"}),
    "end the instance": lambda s: ("DELETE", s.path + "/instance", None),
    "start a match": lambda s: ("POST", s.path + "/match", MATCH),
    "describe the match": lambda s: ("PATCH", s.path + "/match", MATCH),
    "end the match": lambda s: ("DELETE", s.path + "/match", None),
}


@pytest.fixture(scope="module")
def everybody() -> Iterator[ServerAndCallers]:
    with player_services_server(connections_per_account=1_000) as everybody:
        yield everybody


def staged(everybody: ServerAndCallers, standing: str) -> Scene:
    """A session with two members besides the leader, one on each team, and somebody so related."""
    _, callers = everybody
    leader, one, other, fresh = (callers.player() for _ in range(4))
    caller = leader if standing in ("leader", "made") else callers.player()
    caller = callers.machine("server") if standing == "any" else caller
    session = led(callers, Caller(None, leader), joinable=standing != "made", listing={})

    def decide(session: Session) -> None:
        session.seat(guest(one), now=2.0, team=0, placed=True)
        session.seat(guest(other), now=3.0, team=1, placed=True)
        session.seats.of(other.uuid).seat.permits = [Power.INVITE]
        if standing in (*GIVEN, "member", "host"):
            session.seat(guest(caller), now=4.0, team=0, placed=True)
            given = [Power(standing)] if standing in GIVEN else []
            session.seats.of(caller.uuid).seat.permits = given
        hosts = standing == "host"
        kind = HostType.PLAYER if hosts else HostType.DEDICATED
        host = caller.uuid if hosts else None
        id = f"instance-of-{session.id}"
        session.instance = Instance(id, kind, JoinStatus.JOINABLE, 1.0, host=host)
        session.match = Match(f"match-of-{session.id}", 1.0)
        if standing in ("made", "host"):
            session.created_by_matchmaking, session.teams_locked = True, True
            session.leader_may = [*IN_NAME]

    lobby = callers.served.lobby
    session = callers.served.do(lobby.sessions.change(str(session.id), decide))
    return Scene(caller, session, one, other, fresh)


async def heard(everybody: ServerAndCallers, name: str, standing: str) -> str:
    """`ok`, or the code of the refusal."""
    _, callers = everybody
    scene = staged(everybody, standing)
    command, fields = COMMANDS[name]
    token = callers.token(scene.caller)
    async with await RecordedChannel.connect(callers.served.url, token) as channel:
        try:
            await channel.command(command, session=str(scene.session.id), **fields(scene))
        except Refused as refused:
            return refused.code
    return "ok"


def status(everybody: ServerAndCallers, name: str, standing: str) -> str:
    http, callers = everybody
    scene = staged(everybody, standing)
    method, path, said = REQUESTS[name](scene)
    headers = bearer(callers.token(scene.caller))
    return str(http.request(method, path, json=said, headers=headers).status_code)


def table(line: str) -> dict[str, str]:
    return dict(zip(STANDINGS, line.split(), strict=True))


def test_every_line_can_be_said() -> None:
    assert (set(BY_CHANNEL), set(BY_HTTP)) == (set(COMMANDS), set(REQUESTS))


@pytest.mark.parametrize("name", BY_CHANNEL)
async def test_on_the_channel_each_is_answered_as_they_stand(
    name: str, everybody: ServerAndCallers
) -> None:
    got = {standing: await heard(everybody, name, standing) for standing in STANDINGS}
    assert got == table(BY_CHANNEL[name])


@pytest.mark.parametrize("name", BY_HTTP)
def test_in_player_services_each_is_answered_as_they_stand(
    name: str, everybody: ServerAndCallers
) -> None:
    got = {standing: status(everybody, name, standing) for standing in STANDINGS}
    assert got == table(BY_HTTP[name])


def test_the_leader_of_a_made_match_moves_nobody_and_opens_and_ends_nothing() -> None:
    """What the rows say, counted."""
    harmless = {"rename", "describe", "describe another"}
    able = {name for rows in (BY_CHANNEL, BY_HTTP) for name in rows if _able(rows[name])}
    assert able == harmless


def _able(line: str) -> bool:
    return table(line)["made"] in ("ok", "200", "204", "409", "queue_not_found", "not_in_queue")
