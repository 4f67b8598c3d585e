"""People who watch lists by a question, their friends, each of some people, and how many are
online; all of it with one command when they come back.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.chaos.history import Frame
from tests.chaos.people import Channel
from tests.support.channel_client import Refused
from tests.support.queries import asked

Question = dict[str, Any]
SESSION_QUESTIONS: list[Question] = [
    {"filter": {"free": {"min": 1}}, "sort": "-created", "limit": 3},
    {"filter": {"attributes": {"map": {"min": 3}}}, "sort": "-attributes.map", "limit": 2},
    {"filter": {"host": "friends"}, "sort": "free", "limit": 5},
    {"filter": {"with": "friends", "entry": ["open", "friends"]}, "sort": "name", "limit": 4},
    {"filter": {"template": "hosted", "password": False}, "sort": "-free", "limit": 2},
    {"sort": "created", "limit": 4},
]
PEOPLE_QUESTIONS: list[Question] = [
    {"limit": 2},
    {"filter": {"status": ["online", "playing"]}, "sort": "-since", "limit": 3},
    {"filter": {"status": {"not": "reconnecting"}}, "sort": "-since", "limit": 50},
]
COUNT, FRIENDS, PERSON = "presence:count", "friends", "presence:"


@dataclass
class QueryWatcher(Channel):
    """`questions`: by the topic that the lobby names each, as `watch` takes them."""

    questions: dict[str, Question] = field(default_factory=dict)
    misnamed: list[str] = field(default_factory=list)

    def choose(self, persons: list[str]) -> None:
        """What to ask, and which of these people to watch, by the dice."""
        for question in self.dice.sample(SESSION_QUESTIONS, 3):
            self._ask("sessions", question)
        self._ask("people", self.dice.choice(PEOPLE_QUESTIONS))
        self.topics |= {COUNT, FRIENDS, *(f"{PERSON}{one}" for one in persons if one != self.uuid)}

    def _ask(self, topic: str, question: Question) -> None:
        name = asked(topic, **question).topic_for(self.uuid)
        self.questions[name] = {"topic": topic, **question}
        self.topics.add(name)

    def wish(self, topic: str) -> Frame:
        return {**super().wish(topic), **self.questions.get(topic, {})}

    async def watch_each(self, topics: list[str]) -> None:
        """With one command; what is refused as a whole is asked for again."""
        for topic in topics:
            self.client.ended.pop(topic, None)
        wishes = [self.wish(topic) for topic in topics]
        try:
            said = (await self.client.command("watch", topics=wishes))["topics"]
        except Refused:
            return
        for topic, one in zip(topics, said, strict=True):
            if "code" not in one and one["topic"] != topic:
                self.misnamed.append(f"{topic} was named {one['topic']}")
            await self.note_watched(topic, one.get("code", ""))
