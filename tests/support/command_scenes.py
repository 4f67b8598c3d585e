"""For each command whose effect is kept, somebody who can say it, and what it changes."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, cast

from lobby.actions.accounts import hosts
from lobby.actions.sessions import exclusions, lifecycle, members
from lobby.channel import dispatch
from lobby.channel.commands import COMMANDS
from lobby.channel.socket import Socket
from lobby.context import Lobby
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions.edits import MemberEdit
from lobby.domain.sessions.session import Session
from persistence.ports import Store
from persistence.store.plan import Plan
from persistence.store.sql_store import SqlStore
from protocol import channel as words
from protocol.framing import payload
from tests.channel.good_commands import name_of
from tests.support.lobby import ADDRESS
from tests.support.matchmaking import MatchmakingWorld

Said = dict[str, Any]
ONCE = [
    name_of(command)
    for command in COMMANDS
    if not command.repeatable and command is not words.SessionSignal
]
"""The commands whose ids are kept with their effect."""


@dataclass
class Stage:
    """`other` sits in the session that `host` leads and is a friend, `third` in its other team;
    `foe` is banned, and kept out of it."""

    world: MatchmakingWorld
    host: Actor
    other: Actor
    third: Actor
    fresh: Actor
    foe: Actor
    own: Session
    key: str

    def session(self, **more: str) -> Said:
        return {"session": str(self.own.id), **more}


Line = Callable[[Stage], Awaitable[tuple[Actor, Said]]]


async def staged(world: MatchmakingWorld) -> Stage:
    host, other, third, fresh, foe = [await world.player() for _ in range(5)]
    lobby, permit = world.lobby, Permit(host)
    await hosts.update(lobby, permit, host=host.uuid, only_friends=False, allow_nonames=True)
    await hosts.befriend(lobby, permit, host=host.uuid, friend=other.uuid)
    await hosts.ban(lobby, permit, host=host.uuid, guest=foe.uuid)
    own, key = await lifecycle.launch(lobby, permit, host=host.uuid)
    await members.join(lobby, Permit(other), id=own.id)
    await members.join(lobby, Permit(third), id=own.id, edit=MemberEdit(team=1))
    leading = Permit(host, role=Role.ADMIN)
    own = await exclusions.kick(lobby, leading, id=own.id, player=foe.uuid, seconds=600)
    return Stage(world, host, other, third, fresh, foe, own, key)


def by(who: str, say: Callable[[Stage], Said]) -> Line:
    async def line(stage: Stage) -> tuple[Actor, Said]:
        return getattr(stage, who), say(stage)

    return line


async def _enter_queue(stage: Stage) -> tuple[Actor, Said]:
    party = await stage.world.party()
    return party.leader, {"session": str(party.session), "queue": "duel"}


async def _leave_queue(stage: Stage) -> tuple[Actor, Said]:
    party = (await stage.world.waiting())[0]
    return party.leader, {"session": str(party.session)}


async def _answer(stage: Stage) -> tuple[Actor, Said]:
    party = (await stage.world.matched("asked"))[0]
    ticket = (await stage.world.session(party.session)).ticket
    return party.leader, {"ticket": ticket}


LINES: dict[str, Line] = {
    "host.set": by("host", lambda s: {"allow_nonames": False, "attributes": {"mode": "duel"}}),
    "host.befriend": by("host", lambda s: {"friend": s.fresh.uuid}),
    "host.unfriend": by("host", lambda s: {"friend": s.other.uuid}),
    "host.ban": by("host", lambda s: {"guest": s.other.uuid}),
    "host.unban": by("host", lambda s: {"guest": s.foe.uuid}),
    "session.launch": by("fresh", lambda s: {"name": "a new one"}),
    "session.join": by("fresh", Stage.session),
    "session.leave": by("other", Stage.session),
    "session.kick": by("host", lambda s: s.session(guest=s.other.uuid)),
    "session.pardon": by("host", lambda s: s.session(guest=s.foe.uuid)),
    "session.invite": by("host", lambda s: s.session(guest=s.fresh.uuid)),
    "session.update": by("host", lambda s: s.session(name="renamed")),
    "session.code": by("other", Stage.session),
    "session.move": by("other", lambda s: {**s.session(), "team": 1}),
    "session.swap": by("host", lambda s: {**s.session(), "players": [s.other.uuid, s.third.uuid]}),
    "session.permit": by(
        "host", lambda s: {**s.session(player=s.other.uuid), "permits": ["kick", "move"]}
    ),
    "session.push": by(
        "host", lambda s: {**s.session(source_of_truth_key=s.key), "state": {"round": 1}}
    ),
    "session.say": by("other", lambda s: s.session(text="hello")),
    "session.close": by("host", Stage.session),
    "queue.join": _enter_queue,
    "queue.leave": _leave_queue,
    "queue.accept": _answer,
    "queue.decline": _answer,
}


def text_of(name: str, said: Said, id: str = "one") -> bytes:
    return json.dumps({"type": name, "id": id, **said}).encode()


@dataclass
class Written:
    """What a socket was sent."""

    frames: list[Said] = field(default_factory=list)
    last_received: float = 0.0

    def write(self, frame: bytes) -> None:
        self.frames.append(json.loads(payload(frame)))

    def close(self, code: int, reason: str) -> None:
        raise AssertionError(f"closed with {code}")


def connected(lobby: Lobby, actor: Actor) -> tuple[Socket, Written]:
    """A socket of the actor's, without a network."""
    written = Written()
    socket = Socket(
        lobby, ADDRESS, dispatch.answer, lambda socket, code: None, overtake=dispatch.overtake
    )
    socket.out = cast(Any, written)
    socket.greet(actor)
    return socket, written


async def answered(lobby: Lobby, actor: Actor, text: bytes) -> Said:
    """The reply or the refusal."""
    socket, written = connected(lobby, actor)
    await dispatch.answer(socket, text)
    lobby.hub.leave(socket)
    return next(frame for frame in written.frames if frame.get("re") == json.loads(text)["id"])


def _rows() -> Plan[list[tuple[str, int]]]:
    documents = yield (
        "SELECT kind, version FROM documents WHERE kind IN"
        " ('account', 'session', 'ticket', 'proposal')",
        (),
    )
    chats = yield "SELECT stream, head FROM streams WHERE stream LIKE 'chat:%'", ()
    return sorted([(row[0], row[1]) for row in documents] + [("chat", row[1]) for row in chats])


async def effects(store: Store) -> list[tuple[str, int]]:
    """How often each thing was changed, whichever it is."""
    assert isinstance(store, SqlStore)
    return await store._read(_rows())


def shape(value: Any) -> Any:
    """What a client relies on in an answer, whatever ids are in it."""
    if isinstance(value, dict):
        return {name: shape(one) for name, one in value.items()}
    return [shape(one) for one in value] if isinstance(value, list) else type(value).__name__
