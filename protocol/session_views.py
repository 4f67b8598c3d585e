"""A session as its watchers see it: the whole for members, less for everybody else. Fields without
a value are left out.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel

from protocol.described import described

SeatStatusName = Literal["free", "reserved", "invited", "taken"]
EntryName = Literal["open", "friends", "invited", "closed"]
PermitName = Literal["invite", "kick", "move"]
SessionView = Literal["inside", "outside"]

UUID = "3f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e"
ID = "5178986564208640"


class SeatState(BaseModel):
    """A seat of a session."""

    id: Annotated[int, described("The seat's id, as slots have it.", 5178986564208641)]
    team: Annotated[int, described("The number of its team, from 0.", 0)]
    status: Annotated[SeatStatusName, described("Whether it is free, held, or taken.", "taken")]
    player: Annotated[
        str | None, described("UUID of who sits there, or for whom it is held.", UUID)
    ] = None
    name: Annotated[str | None, described("What its player is called.", "Ann")] = None
    until: Annotated[
        float | None,
        described("When a reserved or invited seat is free again, in Unix seconds.", 1767225900.5),
    ] = None
    permits: Annotated[
        list[PermitName] | None,
        described("What its player may do to others; shown to members.", ["invite"]),
    ] = None


class InstanceState(BaseModel):
    """Where a session is played, as anybody may see it."""

    id: Annotated[str, described("The id of the instance.", UUID)]
    host_type: Annotated[
        Literal["dedicated", "player"], described("A server, or one of the players.", "dedicated")
    ]
    status: Annotated[
        Literal["requested", "allocated", "pending", "joinable", "closed"],
        described("How far it is.", "joinable"),
    ]
    health: Annotated[
        Literal["healthy", "degraded", "unhealthy", "unknown"] | None,
        described("How well it does, where it tells.", "healthy"),
    ] = None


class ReachableInstance(InstanceState):
    """An instance as members of the session see it: with its address."""

    host: str | None = None
    version: str | None = None
    map: str | None = None
    mode: str | None = None
    public_conn_str: str | None = None
    private_conn_str: str | None = None
    custom_data: dict[str, str] = {}


class ListedSession(BaseModel):
    """A session as anybody may see it."""

    id: Annotated[str, described("The session's id, decimal.", ID)]
    template: Annotated[str, described("The template that it was made from.", "hosted")]
    host: Annotated[
        str | None, described("UUID of its leader; absent while there is none.", UUID)
    ] = None
    host_name: Annotated[str | None, described("What its leader is called.", "Ann")] = None
    name: Annotated[str | None, described("Its name, where it has one.", "Harbour")] = None
    created: Annotated[float, described("When it began, in Unix seconds.", 1767225600.5)]
    joinable: Annotated[bool, described("Whether anybody comes in unasked.", True)]
    entry: Annotated[
        EntryName,
        described("Who comes in unasked, its host's settings included.", "open"),
    ]
    nonames: Annotated[bool, described("Whether guests without a name may come.", False)]
    password: Annotated[
        bool, described("Whether those who are not invited are asked for one.", False)
    ]
    free: Annotated[int, described("Seats that somebody new could take.", 3)]
    full: Annotated[bool, described("Whether there are none.", False)]
    seats: Annotated[
        dict[str, SeatState],
        described(
            "By their number, from `0`.",
            {"0": {"id": 5178986564208641, "team": 0, "status": "free"}},
        ),
    ]
    attributes: Annotated[
        dict[str, Any], described("The game's own, from its leader.", {"mode": "duel"})
    ]
    region: Annotated[str | None, described("Where it is played, where that is set.", "eu")] = None
    browser: Annotated[
        dict[str, str] | None,
        described(
            "Its data in the session browser; absent where it is not listed.", {"map": "port"}
        ),
    ] = None
    instance: Annotated[
        InstanceState | None,
        described(
            "Where it is played; absent while nowhere.",
            {"id": UUID, "host_type": "dedicated", "status": "joinable"},
        ),
    ] = None
    match: Annotated[str | None, described("The id of its match, while there is one.", UUID)] = None
    created_by_matchmaking: Annotated[bool, described("Whether it is a match.", False)] = False
    led_in_name: Annotated[
        Literal[True] | None,
        described(
            "Its leader just came first, and kicks and bans nobody; absent where they may.", True
        ),
    ] = None
    version: Annotated[int, described("Rises with each change.", 7)]


class SessionState(ListedSession):
    """A session as members see it: with where it is played, and the game's state."""

    location: Annotated[str | None, described("A URI, where its leader named one.")] = None
    code: Annotated[
        str | None, described("By which anybody comes in; absent where there is none.")
    ] = None
    link: Annotated[str | None, described("To the lobby's page, with the code.")] = None
    state: Annotated[dict[str, Any], described("The game's own, from who holds its key.")]
    custom_data: Annotated[dict[str, str], described("As player services keep it.")] = {}
    teams_locked: Annotated[
        Literal[True] | None,
        described("Nobody changes their own team; absent where they may."),
    ] = None
    instance: Annotated[
        ReachableInstance | None, described("Where it is played; absent while nowhere.")
    ] = None


class Excluded(BaseModel):
    """Somebody who is kept out of a session. `until` in Unix seconds; absent: as long as it lasts.
    `by` is the uuid of whoever keeps them out."""

    until: float | None = None
    reason: str | None = None
    by: str
