"""Searching sessions over HTTP, page by page."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, Field, PrivateAttr, model_validator

from protocol.described import described
from protocol.known_fields import KnownFields
from protocol.queries import (
    SearchCursor,
    SessionFilter,
    SessionQuery,
    SessionSort,
    WindowLimit,
    unread,
)

PLAYER = "6f1c5c0e-58ab-4bd8-9d3b-6f8f3a2a9d10"
SEAT = {"id": 0, "team": 0, "status": "taken", "player": PLAYER, "name": "Ada"}
SHOWN: dict[str, Any] = {
    "id": "5178986564208640",
    "template": "hosted",
    "host": PLAYER,
    "host_name": "Ada",
    "name": "Harbour",
    "created": 1767225600.0,
    "joinable": True,
    "entry": "open",
    "nonames": True,
    "password": False,
    "free": 3,
    "full": False,
    "seats": {"0": SEAT},
    "attributes": {"mode": "duel"},
    "created_by_matchmaking": False,
    "version": 7,
}


class SessionSearch(KnownFields):
    """Which sessions, in which order, and how many."""

    instead = (
        "is no field of a search: there are filter, sort, limit and after, the `next` of the page"
        " before"
    )
    filter: Annotated[
        dict[str, Any] | None,
        BeforeValidator(unread, json_schema_input_type=SessionFilter | None),
        described(
            "What must hold: an object whose fields are those of a session, as in `watch` of the"
            " live channel.",
            {"free": {"min": 1}, "attributes": {"mode": ["duel", "race"]}},
        ),
    ] = None
    sort: Annotated[
        SessionSort | None,
        described(
            "`created`, `free`, `name` or `attributes.<key>`; `-` in front: descending. Without:"
            " the newest first.",
            "-free",
        ),
    ] = None
    limit: Annotated[WindowLimit | None, described("Sessions of a page; 50 unless said.", 20)] = (
        None
    )
    after: Annotated[
        SearchCursor | None,
        described("The `next` of the page before, of the same question.", "WyJhIl0"),
    ] = None
    _question: SessionQuery = PrivateAttr()

    @model_validator(mode="after")
    def _readable(self) -> Self:
        asked = {"filter": self.filter, "sort": self.sort, "limit": self.limit}
        self._question = SessionQuery.model_validate(
            {name: value for name, value in asked.items() if value is not None}
        )
        return self

    @property
    def question(self) -> SessionQuery:
        return self._question


class FoundSeat(BaseModel):
    """A seat of a session that was found. Whoever a seat is kept for is not named."""

    id: Annotated[int, described("Numbers the seat within its session.", 0)]
    team: Annotated[int, described("The team that it belongs to; 0: none.", 1)]
    status: Annotated[
        Literal["free", "reserved", "invited", "taken"],
        described("Whether somebody sits there, or it is kept for somebody.", "taken"),
    ]
    player: Annotated[
        str | None, described("The uuid of who sits there; absent where nobody does.", PLAYER)
    ] = None
    name: Annotated[str | None, described("Their name; absent where they have none.", "Ada")] = None
    until: Annotated[
        float | None,
        described("When a seat that is kept becomes free, in Unix seconds.", 1767225900.0),
    ] = None
    permits: Annotated[
        list[Literal["invite", "kick", "move"]] | None,
        described("What who sits there may do to others; shown to members alone.", ["invite"]),
    ] = None


class FoundInstance(BaseModel):
    """Where a session that was found is played."""

    id: Annotated[str, described("Names the instance.", "3f0c")]
    host_type: Annotated[
        Literal["dedicated", "player"],
        described("Whether a server of the game runs it, or a player.", "dedicated"),
    ]
    status: Annotated[
        Literal["requested", "allocated", "pending", "joinable", "closed"],
        described("How far it is.", "joinable"),
    ]
    health: Annotated[
        Literal["healthy", "degraded", "unhealthy", "unknown"] | None,
        described("What it says of itself; absent where it says nothing.", "healthy"),
    ] = None


class FoundSession(BaseModel):
    """A session as anybody may see it; fields without a value are absent."""

    id: Annotated[str, described("Names the session.", SHOWN["id"])]
    template: Annotated[str, described("The template that it was launched from.", "hosted")]
    host: Annotated[
        str | None, described("The uuid of its leader; absent while there is none.", PLAYER)
    ] = None
    host_name: Annotated[str | None, described("The leader's name.", "Ada")] = None
    name: Annotated[str | None, described("What it is called.", "Harbour")] = None
    created: Annotated[float, described("When it was launched, in Unix seconds.", 1767225600.0)]
    joinable: Annotated[bool, described("Whether anybody comes in unasked.", True)]
    entry: Annotated[
        Literal["open", "friends", "invited", "closed"],
        described("Who comes in unasked, its host's settings included.", "open"),
    ]
    nonames: Annotated[bool, described("Whether guests without a name may come.", True)]
    password: Annotated[bool, described("Whether the uninvited are asked for one.", False)]
    free: Annotated[int, described("Seats that somebody new could take.", 3)]
    full: Annotated[bool, described("Whether there are none.", False)]
    seats: Annotated[dict[str, FoundSeat], described("All its seats, by their ids.", {"0": SEAT})]
    attributes: Annotated[
        dict[str, Any], described("What the game keeps with it; any JSON.", {"mode": "duel"})
    ]
    region: Annotated[str | None, described("Where it is played.", "eu")] = None
    browser: Annotated[
        dict[str, str] | None, described("Its data in the session browser.", {"map": "old town"})
    ] = None
    instance: Annotated[
        FoundInstance | None, described("Where it is played, once there is an instance.")
    ] = None
    match: Annotated[str | None, described("The match that it was made for.", "81c2")] = None
    created_by_matchmaking: Annotated[
        bool, described("Whether a queue made it, not a player.", False)
    ] = False
    led_in_name: Annotated[
        Literal[True] | None,
        described("Its leader just came first, and kicks and bans nobody there.", True),
    ] = None
    version: Annotated[int, described("Counts its changes.", 7)]


class SessionsPage(BaseModel):
    """Sessions that answer a question, in order."""

    total: Annotated[int, Field(ge=0), described("How many there are on all pages.", 128)]
    sessions: Annotated[
        list[FoundSession],
        described("Those of this page, each as `sessions` of the live channel shows it.", [SHOWN]),
    ]
    next: Annotated[
        str | None, described("The `after` of the next page; absent on the last one.", "WyJhIl0")
    ] = None
