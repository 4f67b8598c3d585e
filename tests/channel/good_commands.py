"""One good command of each type, by its name; a command without is an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from lobby.channel.commands import COMMANDS
from lobby.domain.accounts import Account
from lobby.domain.sessions.session import Session
from protocol.channel import Command
from tests.support.callers import ApiCaller, ApiCallers

Said = dict[str, Any]


def name_of(command: type[Command]) -> str:
    return str(get_args(command.model_fields["type"].annotation)[0])


NAMES = [name_of(command) for command in COMMANDS]


@dataclass
class Scene:
    """Before the command: `own` is led by whom the command is about, `open` by a stranger.
    `other` sits in `own`, on the leader's team, `third` on the second."""

    own: Session
    key: str
    open: Session
    other: Account
    third: Account
    fresh: Account
    token: str


def set_up(people: ApiCallers, person: ApiCaller) -> Scene:
    leader = people.host() if person.actor == "anonymous" else person.subject
    other, third = people.host(), people.host()
    own, key = people.session_of(leader)
    people.seat(other, own)
    people.seat(third, own, team=1)
    people.knows(person.account, people.host())
    open = people.session_of(people.host())[0]
    return Scene(own, key, open, other, third, people.host(), person.token or "")


SAYING: dict[str, Callable[[Scene], Said]] = {
    "refresh": lambda scene: {"token": scene.token},
    "watch": lambda scene: {"topic": "sessions"},
    "unwatch": lambda scene: {"topic": "sessions"},
    "ping": lambda scene: {},
    "host.set": lambda scene: {"only_friends": False, "attributes": {"mode": "duel"}},
    "host.befriend": lambda scene: {"friend": scene.fresh.uuid},
    "host.unfriend": lambda scene: {"friend": scene.fresh.uuid},
    "host.ban": lambda scene: {"guest": scene.fresh.uuid},
    "host.unban": lambda scene: {"guest": scene.fresh.uuid},
    "session.launch": lambda scene: {"name": "a new one"},
    "session.join": lambda scene: {"session": str(scene.open.id)},
    "session.ask": lambda scene: {"sessions": [str(scene.open.id)]},
    "session.leave": lambda scene: {"session": str(scene.own.id)},
    "session.kick": lambda scene: {"session": str(scene.own.id), "guest": scene.other.uuid},
    "session.pardon": lambda scene: {"session": str(scene.own.id), "guest": scene.other.uuid},
    "session.excluded": lambda scene: {"session": str(scene.own.id)},
    "session.invite": lambda scene: {"session": str(scene.own.id), "guest": scene.fresh.uuid},
    "session.update": lambda scene: {"session": str(scene.own.id), "joinable": False},
    "session.code": lambda scene: {"session": str(scene.own.id)},
    "session.move": lambda scene: {
        "session": str(scene.own.id),
        "team": 1,
        "player": scene.other.uuid,
    },
    "session.swap": lambda scene: {
        "session": str(scene.own.id),
        "players": [scene.other.uuid, scene.third.uuid],
    },
    "session.permit": lambda scene: {
        "session": str(scene.own.id),
        "player": scene.other.uuid,
        "permits": ["kick"],
    },
    "session.push": lambda scene: {
        "session": str(scene.own.id),
        "source_of_truth_key": scene.key,
        "state": {"round": 1},
    },
    "session.say": lambda scene: {"session": str(scene.own.id), "text": "hello"},
    "session.signal": lambda scene: {"session": str(scene.own.id), "body": {"ping": 1}},
    "session.close": lambda scene: {"session": str(scene.own.id)},
    "queue.join": lambda scene: {
        "session": str(scene.own.id),
        "queue": "nowhere",
        "map_preferences": ["canyon"],
        "backfill": False,
    },
    "queue.leave": lambda scene: {"session": str(scene.own.id)},
    "queue.accept": lambda scene: {"ticket": scene.fresh.uuid},
    "queue.decline": lambda scene: {"ticket": scene.fresh.uuid},
    "presence.set": lambda scene: {"status": "away"},
}


def say(name: str, people: ApiCallers, person: ApiCaller, scene: Scene) -> Said:
    """The command's fields, once it can be done."""
    if name in ("host.unfriend", "host.unban"):
        people.knows(person.account, scene.fresh)
    if name == "session.launch":
        people.close_session_of(person.account)
    return SAYING[name](scene)
