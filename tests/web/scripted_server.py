"""The channel's other end, played by hand: what no well-behaved server would say at will."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from typing import Any

from playwright.async_api import Page, WebSocketRoute

from lobby.live_queries import Query, QueryRow, Viewer, matches, query_of
from protocol.channel import COMMAND
from protocol.codec import decode
from protocol.frames import FRAME
from protocol.merge_patch import merge_patch
from protocol.queries import QUERIES, read_query
from tests.support.channel_client import merged
from tests.support.waiting import TIMEOUT

State = dict[str, Any]


COUNT = "presence:count"
JOURNALS = ("inbox", "chat:")


class ScriptedServer:
    """Welcomes everybody, shows `states`; then says what the test wants, in the agreed words.

    `people` and `sessions` are the whole lists, of which each question is answered a window; the
    state of `presence:count` follows from the people."""

    def __init__(self, **states: State) -> None:
        self.states: dict[str, State] = {"people": {}, "sessions": {}, **states}
        self.states[COUNT] = count(self.states["people"])
        self.states.setdefault("friends", {"people": {}})
        self.queries: dict[str, Query] = {}
        """By the topic of their frames."""
        self.versions = dict.fromkeys(self.states, 1)
        self.cursors: dict[str, int] = {}
        self.heard: list[dict[str, Any]] = []
        """Commands; a watch of several topics as one of each."""
        self.arrivals = 0
        self.mute = False
        self.more: dict[str, Any] = {}
        """What hello answers beside what everybody is told."""
        self.answers: dict[str, dict[str, Any]] = {}
        """By command: the result, or with a `code` the refusal."""
        self.refused: dict[str, str] = {}
        """By the topic that is asked for, a code."""
        self._here: WebSocketRoute | None = None
        self._news = asyncio.Event()

    async def stand_in(self, page: Page) -> None:
        await page.route_web_socket("**/ws", self._arrive)

    def say(self, *frames: dict[str, Any]) -> None:
        """In one message."""
        for frame in frames:
            FRAME.validate_python(frame)
        assert self._here is not None
        self._here.send(json.dumps(list(frames)))

    def patch(self, topic: str, patch: State) -> None:
        """Of a list: every window that it changes is patched, and the count of people."""
        if topic not in QUERIES:
            return self._say_patch(topic, patch)
        before = {name: self.window(name) for name in self.asked(topic)}
        self.states[topic] = merged(patch, self.states[topic])
        for name, old in before.items():
            if difference := merge_patch(old, self.window(name)):
                self._say_patch(name, difference)
        if topic == "people":
            counted, self.states[COUNT] = self.states[COUNT], count(self.states[topic])
            if difference := merge_patch(counted, self.states[COUNT]):
                self._say_patch(COUNT, difference)

    def _say_patch(self, topic: str, patch: State) -> None:
        since = self.versions[topic]
        self.versions[topic] += 1
        self.say(
            {
                "type": "patch",
                "topic": topic,
                "since": since,
                "version": since + 1,
                "patch": patch,
            }
        )

    def asked(self, topic: str) -> list[str]:
        """The questions to this list, as frames name them; the newest last."""
        return [name for name in self.queries if name.startswith(f"{topic}:")]

    def window(self, name: str) -> State:
        """What a question is answered by now."""
        query = self.queries[name]
        schema, topic = query.schema, query.schema.name
        rows = [QueryRow(id, state) for id, state in self.states[topic].items()]
        viewer = Viewer(uuid=self.more.get("uuid", ""), named="name" in self.more)
        found = [row for row in rows if matches(query, row, viewer)]
        found.sort(key=lambda row: schema.sort_key(query.sort, row))
        return {"total": len(found), topic: {row.id: row.state for row in found[: query.limit]}}

    def entry(self, topic: str, entry: State) -> None:
        """One more in a journal."""
        self.cursors[topic] = cursor = self.cursors.get(topic, 0) + 1
        self.say({"type": "entry", "topic": topic, "cursor": cursor, "entry": entry})

    def watches(self, topic: str) -> list[dict[str, Any]]:
        """What was asked of this topic, each time."""
        return [one for one in self.heard if one["type"] == "watch" and one["topic"] == topic]

    async def close(self, code: int, reason: str = "") -> None:
        assert self._here is not None
        await self._here.close(code=code, reason=reason)

    async def until_heard(
        self, type: str, *, times: int = 1, timeout: float = TIMEOUT
    ) -> dict[str, Any]:
        """The last of so many commands of this type."""
        async with asyncio.timeout(timeout):
            while len(found := [c for c in self.heard if c["type"] == type]) < times:
                self._news.clear()
                await self._news.wait()
        return found[times - 1]

    def _arrive(self, route: WebSocketRoute) -> None:
        self.arrivals += 1
        self._here = route
        route.on_message(self._answer)

    def _answer(self, text: str | bytes) -> None:
        command = json.loads(text)
        decode(str(text).encode(), COMMAND)
        topics = command.get("topics")
        self.heard += [{**command, **one} for one in topics] if topics else [command]
        self._news.set()
        if not self.mute:
            self._reply(command)

    def _reply(self, command: dict[str, Any]) -> None:
        if command["type"] == "watch":
            return self._watch(command)
        result = self.answers.get(command["type"], {})
        if "code" in result and command["type"] != "session.code":
            self.say({"type": "refusal", "re": command["id"], "message": "No.", **result})
            return
        if command["type"] == "hello":
            result = {"kind": "spectator", "heartbeat_ms": 20_000}
            result |= self.more
        if command["type"] == "unwatch":
            self.queries.pop(command["topic"], None)
        self.say({"type": "reply", "re": command["id"], "result": result})

    def _watch(self, command: dict[str, Any]) -> None:
        asked = command.get("topics") or [command]
        said = [self._begun(one) for one in asked]
        if "topics" in command:
            self.say({"type": "reply", "re": command["id"], "result": {"topics": said}})
        elif "code" in said[0]:
            self.say({"type": "refusal", "re": command["id"], **said[0]})
        else:
            self.say({"type": "reply", "re": command["id"], "result": said[0]})
        for one in said:
            if "code" not in one and not one["topic"].startswith(JOURNALS):
                self.show(one["topic"])

    def _begun(self, asked: dict[str, Any]) -> dict[str, Any]:
        topic = asked["topic"]
        if code := self.refused.get(topic):
            return {"code": code, "message": "No."}
        if topic.startswith(JOURNALS):
            return {"topic": topic, "cursor": self.cursors.get(topic, 0), "epoch": "by-hand"}
        name = self._name(asked)
        if name not in self.queries and name not in self.states:
            return {"code": "topic_not_found", "message": "No."}
        return {"topic": name}

    def _name(self, command: dict[str, Any]) -> str:
        topic: Any = command["topic"]
        question = {key: command[key] for key in ("filter", "sort", "limit") if key in command}
        if not question:
            return str(topic)
        query = query_of(read_query(topic, **question))
        name = query.topic_for("")
        self.queries.pop(name, None)
        self.queries[name] = query
        self.versions.setdefault(name, 1)
        return name

    def show(self, topic: str) -> None:
        self.say(
            {
                "type": "state",
                "topic": topic,
                "epoch": "by-hand",
                "version": self.versions[topic],
                "state": self.window(topic) if topic in self.queries else self.states[topic],
            }
        )


def count(people: State) -> State:
    """As `presence:count`."""
    statuses = Counter(person["status"] for person in people.values())
    return {"online": len(people), "statuses": dict(statuses), "regions": {}}


def person(name: str | None = None, *, status: str = "online", since: float = 1.8e9) -> State:
    shown = {"status": status, "since": since}
    return shown if name is None else {**shown, "name": name}


def session(id: int, *, name: str | None = None, host: str = "ada", **more: Any) -> State:
    """Eight seats in two teams; the host takes the first."""
    seats: State = {str(n): {"id": id + 1 + n, "team": n // 4, "status": "free"} for n in range(8)}
    seats["0"] |= {"status": "taken", "player": uuid_of(id), "name": host}
    listed = {
        "id": str(id),
        "template": "hosted",
        "host": uuid_of(id),
        "host_name": host,
        "created": 1.8e9 + id,
        "joinable": True,
        "entry": "open",
        "nonames": True,
        "password": False,
        "free": 7,
        "full": False,
        "seats": seats,
        "attributes": {},
        "version": 1,
    }
    return {**listed, **({"name": name} if name else {}), **more}


def uuid_of(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"
