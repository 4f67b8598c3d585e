"""Models of the live channel: what is shown, and what is asked.

Written by scripts/python-client-types from the models of the server: change those, then
`make clients`.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict, final


@final
class Admission(TypedDict):
    """Whether one may join: at once, with the password, or not; and why not, where that is told."""

    may: Literal["join", "password", "no"]
    why: NotRequired[str]


@final
class Admissions(TypedDict):
    """By the ids of sessions; those that there are not are left out."""

    sessions: dict[str, Admission]


@final
class BanList(TypedDict):
    """Whom the caller bans now, by uuid."""

    banlist: list[str]


@final
class ChatEntry(TypedDict):
    author: str
    name: NotRequired[str]
    text: str
    at: float


@final
class CodeShown(TypedDict):
    """The code of the session and the link with it, absent where there is none. `until`: it is
    good so long, in Unix seconds."""

    code: NotRequired[str]
    link: NotRequired[str]
    until: NotRequired[float]
    version: int


@final
class Done(TypedDict):
    """It is done; there is nothing to tell."""


EndedCode = Literal[
    "account_not_found",
    "forbidden",
    "list_too_large",
    "match_declined",
    "match_found",
    "not_seated",
    "queue_left",
    "roster_too_large",
    "session_closed",
    "session_not_found",
    "ticket_expired",
    "ticket_not_found",
    "topic_not_found",
    "watch_again",
]
"""A newer server may say others: treat those as any refusal."""


@final
class Excluded(TypedDict):
    """Somebody who is kept out of a session. `until` in Unix seconds; absent: as long as it lasts.
    `by` is the uuid of whoever keeps them out."""

    until: NotRequired[float]
    reason: NotRequired[str]
    by: str


@final
class ExcludedPlayers(TypedDict):
    """Who is kept out of the session, by uuid."""

    excluded: dict[str, Excluded]


@final
class Friend(TypedDict):
    """Somebody on a list of friends. `status` and `since` are absent while they are not shown."""

    name: NotRequired[str]
    nickname: NotRequired[str]
    icon: NotRequired[str]
    status: NotRequired[Literal["online", "away", "busy", "playing", "reconnecting"]]
    since: NotRequired[float]


@final
class FriendList(TypedDict):
    """The caller's friends, by uuid."""

    friends: list[str]


@final
class Friends(TypedDict):
    """Everybody on one's list of friends."""

    people: dict[str, Friend]


@final
class Host(TypedDict):
    """What guests may see of a host. `session` is the id of the live one."""

    uuid: str
    name: NotRequired[str]
    only_friends: bool
    allow_nonames: bool
    attributes: dict[str, Any]
    session: NotRequired[str]


@final
class Hosting(TypedDict):
    """The settings of a host."""

    only_friends: bool
    allow_nonames: bool
    attributes: dict[str, Any]


@final
class InboxEntry(TypedDict):
    """A notification in an account's inbox, neutral: each door words it for its clients. `about`:
    the topic that shows more. `version`: the session's when this was written, `view`: which of
    its views this reader gets; both absent when the reader no longer belongs to it. `rank`,
    `request` (for entitlements) and `order` (within a request) are ids. Of kind `message`: a
    text that somebody posted, with the `link` to fetch and its entity tag, `link_tag`.
    `reason`: why the reader is no longer in the session, where that is so; `until`: until when
    they are kept out of it, in Unix seconds."""

    kind: Literal[
        "session_invited",
        "session_kicked",
        "session_banned",
        "session_closed",
        "session_uninvited",
        "seat_lapsed",
        "session_updated",
        "session_match_found",
        "session_instance_joinable",
        "entitlement_fulfilled",
        "rank_updated",
        "login_refresh",
        "login_revoked",
        "message",
    ]
    session: NotRequired[str]
    version: NotRequired[int]
    view: NotRequired[Literal["inside", "outside"]]
    about: NotRequired[str]
    host: NotRequired[str]
    rank: NotRequired[int]
    request: NotRequired[str]
    order: NotRequired[str]
    message: str
    link: NotRequired[str]
    link_tag: NotRequired[str]
    reason: NotRequired[str]
    until: NotRequired[float]
    custom_data: NotRequired[dict[str, str]]
    at: float


@final
class InstanceState(TypedDict):
    """Where a session is played, as anybody may see it."""

    id: str
    host_type: Literal["dedicated", "player"]
    status: Literal["requested", "allocated", "pending", "joinable", "closed"]
    health: NotRequired[Literal["healthy", "degraded", "unhealthy", "unknown"]]


@final
class LineSaid(TypedDict):
    """The cursor of the line in `chat:<session>`."""

    cursor: int


@final
class ListedSession(TypedDict):
    """A session as anybody may see it."""

    id: str
    template: str
    host: NotRequired[str]
    host_name: NotRequired[str]
    name: NotRequired[str]
    created: float
    joinable: bool
    entry: Literal["open", "friends", "invited", "closed"]
    nonames: bool
    password: bool
    free: int
    full: bool
    seats: dict[str, Seat]
    attributes: dict[str, Any]
    region: NotRequired[str]
    browser: NotRequired[dict[str, str]]
    instance: NotRequired[InstanceState]
    match: NotRequired[str]
    created_by_matchmaking: bool
    led_in_name: NotRequired[Literal[True]]
    version: int


NotEntry = TypedDict(
    "NotEntry",
    {
        "not": Literal["open", "friends", "invited", "closed"]
        | list[Literal["open", "friends", "invited", "closed"]]
    },
)
"""Anything but this entry, or these."""

NotScalar = TypedDict("NotScalar", {"not": bool | float | str | list[bool | float | str]})
"""Anything but this value, or these; also where there is none."""

NotStatus = TypedDict(
    "NotStatus",
    {
        "not": Literal["online", "away", "busy", "playing", "reconnecting"]
        | list[Literal["online", "away", "busy", "playing", "reconnecting"]]
    },
)
"""Anything but this status, or these."""

NotText = TypedDict("NotText", {"not": str | list[str]})
"""Anything but this text, or these; also where there is none."""


@final
class NumberRange(TypedDict):
    """Numbers from `min` to `max`, both included; one of them may be left out."""

    min: NotRequired[float]
    max: NotRequired[float]


@final
class OfferState(TypedDict):
    """Ready check of a match that was found: `ready` of its `players` have accepted; the others
    can until `until`, in Unix seconds."""

    match: str
    until: float
    ready: int
    players: int


@final
class OnePerson(TypedDict):
    """Presence of one account, as one other may see it. Empty: they are offline, or not shown."""

    name: NotRequired[str]
    nickname: NotRequired[str]
    icon: NotRequired[str]
    status: NotRequired[Literal["online", "away", "busy", "playing", "reconnecting"]]
    since: NotRequired[float]
    region: NotRequired[str]


@final
class PeopleFilter(TypedDict):
    """People who are online for whom every field holds. `name`: their name or nickname contains
    it, in any case."""

    name: NotRequired[str]
    status: NotRequired[
        Literal["online", "away", "busy", "playing", "reconnecting"]
        | list[Literal["online", "away", "busy", "playing", "reconnecting"]]
        | NotStatus
    ]
    region: NotRequired[str | list[str] | NotText]


@final
class PeopleWindow(TypedDict):
    """The first people who answer a question, by uuid: who they are; clients sort them."""

    total: int
    people: dict[str, Person]


@final
class Permitted(TypedDict):
    """What the player may do to others by now."""

    permits: list[Literal["invite", "kick", "move"]]
    version: int


@final
class Person(TypedDict):
    """Presence of one account. `since`: when it came online, in Unix seconds. `name`: absent for
    an account without one. `nickname`: its first. `icon`: a tag that changes with the picture.
    `region`: of the process that serves it, where that has one."""

    name: NotRequired[str]
    nickname: NotRequired[str]
    icon: NotRequired[str]
    status: Literal["online", "away", "busy", "playing", "reconnecting"]
    since: float
    region: NotRequired[str]


@final
class PlayerKicked(TypedDict):
    """`kept_out`: false where they may come back at once, as nobody more can be kept out."""

    version: NotRequired[int]
    kept_out: NotRequired[Literal[False]]


@final
class PresenceCount(TypedDict):
    """How many are visibly online."""

    online: int
    statuses: dict[str, int]
    regions: NotRequired[dict[str, int]]


@final
class Pushed(TypedDict):
    """The session's id, and its version with the new state."""

    session: str
    version: int


@final
class Queued(TypedDict):
    """The ticket, watched as `queue:<ticket>`; the queues that take it, with the profiles of
    matches; how many of the seconds count that were waited before."""

    ticket: str
    queues: list[str]
    profiles: list[str]
    waited: float


@final
class ReachableInstance(TypedDict):
    """An instance as members of the session see it: with its address."""

    id: str
    host_type: Literal["dedicated", "player"]
    status: Literal["requested", "allocated", "pending", "joinable", "closed"]
    health: NotRequired[Literal["healthy", "degraded", "unhealthy", "unknown"]]
    host: NotRequired[str]
    version: NotRequired[str]
    map: NotRequired[str]
    mode: NotRequired[str]
    public_conn_str: NotRequired[str]
    private_conn_str: NotRequired[str]
    custom_data: dict[str, str]


RefusalCode = Literal[
    "account_not_found",
    "already_hosting",
    "already_in_queue",
    "already_seated",
    "conflict",
    "crossplay_incompatible",
    "forbidden",
    "group_too_large",
    "guest_not_welcome",
    "id_reused",
    "in_progress",
    "instance_active",
    "internal_error",
    "kept_out",
    "leader_stays",
    "list_full",
    "list_too_large",
    "malformed",
    "matchmaking_not_allowed",
    "no_match_offered",
    "no_matching_template",
    "not_in_queue",
    "not_oneself",
    "not_seated",
    "not_yours",
    "other_not_found",
    "password_needed",
    "queue_inactive",
    "queue_not_found",
    "roster_too_large",
    "same_team",
    "session_full",
    "session_not_found",
    "session_not_joinable",
    "team_change_not_allowed",
    "team_full",
    "teams_locked",
    "template_forbids",
    "ticket_not_found",
    "token_expired",
    "token_revoked",
    "too_large",
    "too_many",
    "topic_not_found",
    "unacceptable",
    "unauthenticated",
    "unavailable",
    "version_incompatible",
    "wrong_password",
    "wrong_source_of_truth_key",
]
"""A newer server may say others: treat those as any refusal."""


@final
class Seat(TypedDict):
    """A seat of a session."""

    id: int
    team: int
    status: Literal["free", "reserved", "invited", "taken"]
    player: NotRequired[str]
    name: NotRequired[str]
    until: NotRequired[float]
    permits: NotRequired[list[Literal["invite", "kick", "move"]]]


@final
class Session(TypedDict):
    """A session as members see it: with where it is played, and the game's state."""

    id: str
    template: str
    host: NotRequired[str]
    host_name: NotRequired[str]
    name: NotRequired[str]
    created: float
    joinable: bool
    entry: Literal["open", "friends", "invited", "closed"]
    nonames: bool
    password: bool
    free: int
    full: bool
    seats: dict[str, Seat]
    attributes: dict[str, Any]
    region: NotRequired[str]
    browser: NotRequired[dict[str, str]]
    instance: NotRequired[ReachableInstance]
    match: NotRequired[str]
    created_by_matchmaking: bool
    led_in_name: NotRequired[Literal[True]]
    version: int
    location: NotRequired[str]
    code: NotRequired[str]
    link: NotRequired[str]
    state: dict[str, Any]
    custom_data: dict[str, str]
    teams_locked: NotRequired[Literal[True]]


@final
class SessionChanged(TypedDict):
    """The version of the session with the change; absent where it has ended since."""

    version: NotRequired[int]


SessionFilter = TypedDict(
    "SessionFilter",
    {
        "template": NotRequired[str | list[str] | NotText],
        "region": NotRequired[str | list[str] | NotText],
        "entry": NotRequired[
            Literal["open", "friends", "invited", "closed"]
            | list[Literal["open", "friends", "invited", "closed"]]
            | NotEntry
        ],
        "full": NotRequired[bool],
        "password": NotRequired[bool],
        "nonames": NotRequired[bool],
        "joinable": NotRequired[bool],
        "played": NotRequired[bool],
        "free": NotRequired[float | NumberRange],
        "seats": NotRequired[float | NumberRange],
        "name": NotRequired[str],
        "host": NotRequired[Literal["friends"] | str | list[str]],
        "with": NotRequired[Literal["friends"] | str | list[str]],
        "welcome": NotRequired[Literal[True]],
        "attributes": NotRequired[
            dict[
                str, bool | float | str | list[bool | float | str] | NumberRange | NotScalar | None
            ]
        ],
        "browser": NotRequired[
            dict[
                str, bool | float | str | list[bool | float | str] | NumberRange | NotScalar | None
            ]
        ],
    },
)
"""Sessions for which every field holds. `played`: there is an instance. `free`: seats that
somebody new could take now; `seats`: in all. `name`: the session's name or its host's
contains it, in any case. `host` leads, `with` sits in it. `welcome`: `session.ask` would
say `join` or `password`. `attributes`, `browser`: by key, top level; of a list, one of the
first 16 members must hold; null: absent."""


@final
class SessionLaunched(TypedDict):
    """The new session, and the key that gives authority over its state."""

    session: Session
    source_of_truth_key: str


@final
class SessionShown(TypedDict):
    """The session with the change. Of a command that is repeated: as the caller may see it by
    then, which is what anybody sees where they have left it since."""

    session: Session | ListedSession


@final
class SessionsWindow(TypedDict):
    """The first sessions that answer a question, by id: which they are; clients sort them."""

    total: int
    sessions: dict[str, ListedSession]


@final
class StatusShown(TypedDict):
    """The status that was set."""

    status: Literal["online", "away", "busy", "playing", "invisible"]


@final
class Ticket(TypedDict):
    """A ticket, waiting `since` that time, in `queues`; `queue` is the first. `waits`: by profile,
    while it is waiting. `offer`: only during a ready check. `stage`: only while it is matched.
    `why` the last match that had it was given up: while it waits again."""

    ticket: str
    session: str
    queue: str
    queues: list[str]
    state: Literal["waiting", "offered", "matched"]
    stage: NotRequired[Literal["seeking_server", "inviting"]]
    why: NotRequired[str]
    since: float
    region: NotRequired[str]
    players: list[str]
    offer: NotRequired[OfferState]
    waits: NotRequired[dict[str, WaitState]]


@final
class WaitState(TypedDict):
    """Why a ticket still waits for a match of one profile. `excluded`: how many other tickets each
    rule excludes. `players` remain; `least` are needed now, `full` make a full match. In
    seconds from now: `opens_in`, until the profile accepts the ticket; `widens_in`, until the
    rating window admits another; `relaxes_in`, until fewer players are enough; `expected`,
    until a match. `binding`: the rules without which it would be matched, of `region`,
    `version`, `crossplay`, `size`, `delay`, `rating`, `sizes`, `chain`, `wishes`, `room`,
    `clock`; where none binds, `next_look`: seconds until matches are looked for again."""

    opens_in: float
    excluded: dict[str, int]
    players: int
    least: int
    full: int
    widens_in: NotRequired[float]
    relaxes_in: NotRequired[float]
    expected: NotRequired[float]
    openings: int
    binding: list[str]
    next_look: NotRequired[float]


@final
class Welcome(TypedDict):
    """The result of hello. Come back with `token`, where there is one; `expires_in` is how long it
    lasts, in seconds. `at` is the server's time, `server` the program and its version."""

    uuid: NotRequired[str]
    name: NotRequired[str]
    kind: Literal["user", "host", "player", "anonymous", "spectator"]
    token: NotRequired[str]
    heartbeat_ms: int
    grace_ms: int
    at: float
    expires_in: NotRequired[float]
    server: str
    limits: WelcomeLimits


@final
class WelcomeLimits(TypedDict):
    """Of one connection: commands a second and at once, bytes of a message, topics watched,
    commands that wait for their answer, refusals before it is closed."""

    commands_per_second: float
    commands_burst: int
    message_bytes: int
    topics: int
    waiting: int
    refusals: int
