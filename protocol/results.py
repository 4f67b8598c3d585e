"""Results of commands of the live channel: what a `reply` holds. Fields without a value are left
out. The models document them; a test holds each reply to its model.

`version`, where a result has it, is that of the topic `session:<id>`: a watcher has what the
command changed once the document has this version or a newer one. Where a session is shown, its
own `version` says the same.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from protocol.events import Excluded, ListedSession, PermitName, SessionState
from protocol.roster import OwnStatus

SessionVersion = Annotated[
    int, Field(description="Of `session:<id>`, by which it shows what was done.")
]


class Done(BaseModel):
    """It is done; there is nothing to tell."""


class Refreshed(BaseModel):
    """Seconds that the newer token has left; absent where it does not expire."""

    expires_in: float | None = None


class TopicWatched(BaseModel):
    """The topic as its frames name it; of a journal also its newest cursor, and the epoch in which
    cursors count."""

    topic: str
    cursor: int | None = None
    epoch: str | None = None


class NotWatched(BaseModel):
    """A topic of several that was refused."""

    asked: str
    code: str
    message: str
    retry_after: float | None = None


class WatchedTopics(BaseModel):
    """Each topic of several, in the order in which they were asked for."""

    topics: list[TopicWatched | NotWatched]


class Unwatched(BaseModel):
    """The topic that sends nothing more."""

    topic: str


class ServerTime(BaseModel):
    """In Unix seconds."""

    at: float


class Hosting(BaseModel):
    """The settings of a host."""

    only_friends: bool
    allow_nonames: bool
    attributes: dict[str, Any]


class FriendList(BaseModel):
    """The caller's friends, by uuid."""

    friends: list[str]


class BanList(BaseModel):
    """Whom the caller bans now, by uuid."""

    banlist: list[str]


class SessionShown(BaseModel):
    """The session with the change. Of a command that is repeated: as the caller may see it by
    then, which is what anybody sees where they have left it since."""

    session: SessionState | ListedSession


class SessionLaunched(BaseModel):
    """The new session, and the key that gives authority over its state."""

    session: SessionState
    source_of_truth_key: str


class Admission(BaseModel):
    """Whether one may join: at once, with the password, or not; and why not, where that is told."""

    may: Literal["join", "password", "no"]
    why: str | None = None


class Admissions(BaseModel):
    """By the ids of sessions; those that there are not are left out."""

    sessions: dict[str, Admission]


class SessionChanged(BaseModel):
    """The version of the session with the change; absent where it has ended since."""

    version: SessionVersion | None = None


class PlayerKicked(SessionChanged):
    """`kept_out`: false where they may come back at once, as nobody more can be kept out."""

    kept_out: Literal[False] | None = None


class ExcludedPlayers(BaseModel):
    """Who is kept out of the session, by uuid."""

    excluded: dict[str, Excluded]


class CodeShown(BaseModel):
    """The code of the session and the link with it, absent where there is none. `until`: it is good
    so long, in Unix seconds."""

    code: str | None = None
    link: str | None = None
    until: float | None = None
    version: SessionVersion


class Permitted(BaseModel):
    """What the player may do to others by now."""

    permits: list[PermitName]
    version: SessionVersion


class Pushed(BaseModel):
    """The session's id, and its version with the new state."""

    session: str
    version: SessionVersion


class LineSaid(BaseModel):
    """The cursor of the line in `chat:<session>`."""

    cursor: int


class Queued(BaseModel):
    """The ticket, watched as `queue:<ticket>`; the queues that take it, with the profiles of
    matches; how many of the seconds count that were waited before."""

    ticket: str
    queues: list[str]
    profiles: list[str]
    waited: float


class StatusShown(BaseModel):
    """The status that was set."""

    status: OwnStatus
