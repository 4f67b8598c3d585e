"""One good command of each type, by its name; a command without is an error."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, get_args

from lobby.channel.commands import COMMANDS
from lobby.domain.accounts import Account
from lobby.domain.sessions import Session
from protocol.channel import Command
from tests.api.people import People, Person

Said = dict[str, Any]


def name_of(command: type[Command]) -> str:
    return str(get_args(command.model_fields["type"].annotation)[0])


NAMES = [name_of(command) for command in COMMANDS]


@dataclass
class Scene:
    """Before the command: `own` is led by whom the command is about, `open` by a stranger.
    `other` sits in `own`, and in the caller's lists."""

    own: Session
    key: str
    open: Session
    other: Account
    fresh: Account


def set_up(people: People, person: Person) -> Scene:
    leader = people.host() if person.actor == "anonymous" else person.subject
    other = people.host()
    own, key = people.session_of(leader)
    people.seat(other, own)
    people.knows(person.account, people.host())
    return Scene(own, key, people.session_of(people.host())[0], other, people.host())


SAYING: dict[str, Callable[[Scene], Said]] = {
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
    "session.leave": lambda scene: {"session": str(scene.own.id)},
    "session.kick": lambda scene: {"session": str(scene.own.id), "guest": scene.other.uuid},
    "session.invite": lambda scene: {"session": str(scene.own.id), "guest": scene.fresh.uuid},
    "session.update": lambda scene: {"session": str(scene.own.id), "joinable": False},
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
    },
    "queue.leave": lambda scene: {"session": str(scene.own.id)},
    "queue.accept": lambda scene: {"ticket": scene.fresh.uuid},
    "queue.decline": lambda scene: {"ticket": scene.fresh.uuid},
    "presence.set": lambda scene: {"status": "away"},
}


def say(name: str, people: People, person: Person, scene: Scene) -> Said:
    """The command's fields, once it can be done."""
    if name in ("host.unfriend", "host.unban"):
        people.knows(person.account, scene.fresh)
    if name == "session.launch":
        people.close_session_of(person.account)
    return SAYING[name](scene)
