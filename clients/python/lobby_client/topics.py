"""The topics that are watched, each once however many watch it. Documents heal by version, journals
by cursor; all of them are asked for at once after a loss.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from lobby_client.errors import Closed, Refused
from lobby_client.rate import number
from lobby_client.states import Closing, Frame, TopicStatus

if TYPE_CHECKING:
    from lobby_client.journals import JournalTopic
    from lobby_client.watchers import Watcher

MOST_AT_ONCE = 64
AGAIN_SECONDS = 1.0
WATCH_AGAIN = "watch_again"
NO_ANSWER = "malformed"
"""The code of an end that the lobby did not name."""


class Asking(Protocol):
    """What says commands on a connection that is live."""

    def own(
        self,
        type: str,
        fields: Mapping[str, Any],
        done: Callable[[Any], object],
        fail: Callable[[Exception], object],
    ) -> None: ...


class Topic:
    """`key`: what is asked, as text. `name`: as frames have it; of a question the lobby says it."""

    def __init__(self, key: str, question: Mapping[str, Any], topics: Topics) -> None:
        self.key, self.question, self.topics = key, question, topics
        self.name: str = question["topic"] if len(question) == 1 else ""
        self.watchers: list[Watcher[Any]] = []
        self.status: TopicStatus = "asking"
        self.wanted = True
        """To be asked for."""
        self.asked = 0
        """Asked for: what comes before the reply does not fit what we have."""
        self.open = False
        """Asked for on this connection."""

    def become(self, status: TopicStatus) -> None:
        if status != self.status:
            self.status = status
            self.tell("status", status)

    def tell(self, event: str, *details: Any) -> None:
        for watcher in list(self.watchers):
            watcher.tell(event, *details)

    def want(self) -> None:
        self.wanted = True
        self.topics.soon()

    def release(self, watcher: Watcher[Any]) -> None:
        """The last one that goes ends it, after a turn: who comes anew in that turn goes on."""
        self.watchers.remove(watcher)
        if not self.watchers:
            self.topics.later(lambda: None if self.watchers else self.topics.drop(self))

    def end(self, code: str) -> None:
        self.topics.forget(self)
        self.become("ended")
        for watcher in list(self.watchers):
            watcher.ended(code)

    def lost(self) -> None:
        self.wanted, self.open, self.asked = True, False, 0
        if self.status == "live":
            self.become("stale")

    def have(self) -> Frame:
        """What to say of what we have."""
        raise NotImplementedError

    def reset(self) -> None:
        raise NotImplementedError

    async def shows(self, version: float, *, inside: bool) -> None:
        """Once it has this version, and is seen from the inside; or will not have it."""

    def replied(self, result: Frame) -> None:
        raise NotImplementedError

    def take(self, frame: Frame) -> None:
        raise NotImplementedError


T = TypeVar("T", bound="Topic | JournalTopic")


class Topics:
    def __init__(self, asking: Asking) -> None:
        self._asking = asking
        self._topics: dict[str, Topic] = {}
        self._unneeded: set[str] = set()
        """Topics to unwatch, by the names that the lobby gave them."""
        self._live = self._soon = False

    def open(self, topic: str, question: Mapping[str, Any], kind: type[T]) -> T:
        """The topic of this question, whether it is watched already or not."""
        asked = {"topic": topic.lower(), **question}
        key = json.dumps(asked, sort_keys=True)
        found = self._topics.get(key)
        if found is None:
            found = self._topics[key] = kind(key, asked, self)
            self.soon()
        if not isinstance(found, kind):
            raise TypeError(f"{topic} is watched as something else")
        return found

    async def shown(self, fields: Mapping[str, Any], result: Any) -> None:
        """Once the document of its session shows what a command did, if it is watched."""
        said: Frame = result if isinstance(result, dict) else {}
        session = said["session"] if isinstance(said.get("session"), dict) else {}
        version = number(session.get("version", said.get("version")), -1.0, -1.0)
        id = session.get("id", fields.get("session"))
        topic = self._topics.get(json.dumps({"topic": f"session:{id}"}))
        if topic is not None and version >= 0:
            await topic.shows(version, inside="state" in session)

    def live(self) -> None:
        self._live = True
        self._flush()

    def lost(self) -> None:
        self._live = False
        for topic in list(self._topics.values()):
            topic.lost()

    def reset(self) -> None:
        for topic in list(self._topics.values()):
            topic.reset()

    def close(self, why: Closing) -> None:
        self.lost()
        for topic in list(self._topics.values()):
            for watcher in list(topic.watchers):
                watcher.settle(Closed(why))

    def take(self, frame: Frame) -> None:
        for topic in list(self._topics.values()):
            if topic.name != frame.get("topic") or topic.asked:
                continue
            if frame.get("type") != "ended":
                topic.take(frame)
            elif frame.get("code") == WATCH_AGAIN:
                self._again(topic, AGAIN_SECONDS)
            else:
                topic.end(str(frame.get("code") or NO_ANSWER))

    def soon(self) -> None:
        """All that is asked for in one turn goes as one command."""
        if self._live and not self._soon:
            self._soon = True
            self.later(self._flush)

    def later(self, call: Callable[[], object]) -> None:
        """In the next turn of the event loop; at once where none runs."""
        try:
            asyncio.get_running_loop().call_soon(call)
        except RuntimeError:
            call()

    def drop(self, topic: Topic) -> None:
        if self.forget(topic) and topic.open and topic.name:
            self._unneeded.add(topic.name)
            self._unwatch()

    def _unwatch(self) -> None:
        """Once every question has the name by which the lobby knows it: two may have the same."""
        if any(topic.open and not topic.name for topic in self._topics.values()):
            return
        names = {topic.name for topic in self._topics.values()}
        ignored: Callable[[object], object] = lambda said: None  # noqa: E731
        for name in sorted(self._unneeded - names) if self._live else ():
            self._asking.own("unwatch", {"topic": name}, ignored, ignored)
        self._unneeded.clear()

    def forget(self, topic: Topic) -> bool:
        if self._topics.get(topic.key) is not topic:
            return False
        del self._topics[topic.key]
        return True

    def _again(self, topic: Topic, seconds: float) -> None:
        def want() -> None:
            if self._topics.get(topic.key) is topic:
                topic.want()

        asyncio.get_running_loop().call_later(seconds, want)

    def _flush(self) -> None:
        self._soon = False
        if not self._live:
            return
        wanted = [topic for topic in self._topics.values() if topic.wanted and not topic.asked]
        for first in range(0, len(wanted), MOST_AT_ONCE):
            self._ask(wanted[first : first + MOST_AT_ONCE])

    def _ask(self, topics: list[Topic]) -> None:
        asked = []
        for topic in topics:
            topic.wanted, topic.open = False, True
            topic.asked += 1
            asked.append({**topic.question, **topic.have()})

        def replied(result: Any) -> None:
            said = [result] if len(topics) == 1 else result.get("topics")
            answers = said if isinstance(said, list) else []
            for n, topic in enumerate(topics):
                self._replied(topic, answers[n] if n < len(answers) else {})

        def fail(error: Exception) -> None:
            code = error.code if isinstance(error, Refused) else NO_ANSWER
            wait = error.retry_after if isinstance(error, Refused) else None
            for topic in topics:
                self._replied(topic, {"code": code, "retry_after": wait})

        fields = asked[0] if len(asked) == 1 else {"topics": asked}
        self._asking.own("watch", fields, replied, fail)

    def _replied(self, topic: Topic, said: Any) -> None:
        topic.asked = 0
        answer: Frame = said if isinstance(said, dict) else {}
        name, known = answer.get("topic"), topic.name
        topic.name = name if isinstance(name, str) else known
        if self._topics.get(topic.key) is not topic:
            if not known and topic.name:  # given up before its answer
                self._unneeded.add(topic.name)
            return self._unwatch()
        wait = number(answer.get("retry_after"), -1.0, -1.0)
        if isinstance(name, str):
            topic.replied(answer)
        elif wait >= 0:
            self._again(topic, max(AGAIN_SECONDS, wait) * random.uniform(1, 2))  # noqa: S311
        else:
            topic.end(str(answer.get("code") or NO_ANSWER))
        if topic.wanted:
            self.soon()
        self._unwatch()
