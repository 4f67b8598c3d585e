"""Sessions: their state on the wire, and requests to create, join and update one."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import StringConstraints

from protocol.codec import SessionPassword, StrictModel
from protocol.described import described
from protocol.player_services.backfill import BackfillInfo
from protocol.player_services.browser import BrowserInfo
from protocol.player_services.instances import InstanceInfo
from protocol.player_services.matches import MatchInfo, MatchmakingInfo
from protocol.player_services.platform_sessions import PlatformSession
from protocol.player_services.platforms import (
    ClientSettings,
    CrossplayInput,
    CrossplayPlatform,
    CrossplayPreferences,
    Input,
    Platform,
)
from protocol.player_services.players import FriendUuid, SessionPlayer
from protocol.player_services.team_update import TeamUpdate
from protocol.player_services.types import (
    EMPTY_LIST,
    EMPTY_MAP,
    CustomData,
    Id,
    Maybe,
    Message,
    Natural,
    OrNull,
    Positive,
    String,
    Time,
)

ShortCode = Annotated[String, StringConstraints(min_length=5, max_length=12)]


class SessionTeam(Message):
    """A team of a session."""

    players: Annotated[
        list[SessionPlayer],
        described("Who is on the team, also those who are invited or whose seat is reserved."),
    ]
    max_size: Annotated[Positive, described("How many players the team has room for.", 3)]
    team_id: Annotated[Natural, described("Number of the team, from 0.", 0)]
    custom_data: Maybe[CustomData] = None


class SessionJoinability(Message):
    """Who may join without an invitation. Absent fields of a request stay as they are."""

    open: Annotated[
        Maybe[bool], described("Everybody may. Wins over `friends`; neither: by invitation.")
    ] = None
    friends: Annotated[
        Maybe[bool],
        described("Friends of the leader may; where the template says so, of any member."),
    ] = None
    platform: Annotated[
        Maybe[bool], described("Players may through a platform session that is linked.")
    ] = None


class Session(Message):
    """`teams` has every team in order, the empty ones too: clients rely on positions."""

    type: Annotated[String, described("Name of the session template.", "game")]
    session_id: Annotated[Id, described("Id of the session.", "42")]
    instance: Annotated[
        Maybe[InstanceInfo],
        described("Where the session is played; absent until an instance is requested."),
    ] = None
    match: Annotated[
        Maybe[MatchInfo], described("The match that is under way; absent between matches.")
    ] = None
    matchmaking: Annotated[
        Maybe[MatchmakingInfo],
        described("The ticket of the session; absent while it is in no queue."),
    ] = None
    browser: Annotated[
        Maybe[BrowserInfo],
        described("The listing in the session browser; absent while there is none."),
    ] = None
    joinable: Annotated[
        bool,
        described("Whether everybody may join without an invitation."),
    ]
    joinability: Annotated[
        Maybe[SessionJoinability], described("Who may join without an invitation.")
    ] = None
    short_code: Annotated[
        Maybe[String],
        described("The session's code, by which anybody may join; shown to its members.", "BCDF23"),
    ] = None
    teams: Annotated[
        list[SessionTeam], described("Every team in the order of `team_id`, the empty ones too.")
    ]
    platform_session: Annotated[
        list[PlatformSession],
        described("The sessions on the players' platforms that are linked to this one."),
    ] = EMPTY_LIST
    custom_data: CustomData = EMPTY_MAP
    created: Annotated[Time, described("When the session was created.")]
    region_id: Annotated[Maybe[Id], described("Id of the region.", "eu")] = None
    created_by_matchmaking: Annotated[
        bool, described("Whether matchmaking created the session.")
    ] = False
    backfill: Annotated[
        Maybe[BackfillInfo],
        described(
            "The match's game server may ask for players; absent while its instance is not "
            "joinable, and where the profile of the match does not say so."
        ),
    ] = None


class SessionUpdate(Message):
    """Absent fields stay as they are."""

    region_id: Annotated[Maybe[Id], described("Id of the region.", "eu")] = None
    custom_data: Maybe[CustomData] = None
    joinable: Annotated[
        Maybe[bool], described("Whether players may join without an invitation; absent: as it is.")
    ] = None
    joinability: Annotated[
        Maybe[SessionJoinability],
        described("Who may join without an invitation, in parts; not together with `joinable`."),
    ] = None
    password: Annotated[
        OrNull[SessionPassword],
        described("What whoever is not invited has to say; null: nothing.", "sesame"),
    ] = None
    teams: Annotated[
        Maybe[list[TeamUpdate]],
        described("Changes of the first team, the second, and so on; absent: as they are."),
    ] = None


class CreateOrJoinRequest(Message):
    """Join a session of this type, or create one."""

    client_version: Annotated[
        String,
        described(
            "Version of the game client; it has to be compatible with the members'.", "1.4.2"
        ),
    ]
    client_settings: Annotated[ClientSettings, described("The client's platform and input device.")]
    crossplay_preferences: Annotated[
        Maybe[CrossplayPreferences],
        described("Platforms and input devices to play with; absent: any."),
    ] = None
    session_type: Annotated[String, described("Name of the session template.", "game")]
    region_id: Annotated[
        Maybe[Id], described("Id of the region to play in; absent: any.", "eu")
    ] = None
    friend_uuid: FriendUuid = None
    password: Annotated[
        Maybe[SessionPassword],
        described("Of the session, if one is created: what guests have to say.", "sesame"),
    ] = None


class SessionAskQuery(Message):
    """The game that you would join with; what a join says in its body. It counts where
    `client_version` and `input` are both said."""

    client_version: Annotated[Maybe[String], described("Version of the game client.", "1.4.2")] = (
        None
    )
    platform: Annotated[
        Maybe[Platform],
        described("The platform that the client runs on; the one of the login takes precedence."),
    ] = None
    input: Annotated[Maybe[Input], described("The input device that the player uses.")] = None
    permitted_platform: Annotated[
        CrossplayPlatform, described("With which platforms the player is ready to play.")
    ] = CrossplayPlatform.ANY
    permitted_input: Annotated[
        CrossplayInput, described("With which input devices the player is ready to play.")
    ] = CrossplayInput.ANY


class SessionAskResponse(Message):
    """What joining would come to."""

    may: Annotated[
        Literal["join", "password", "no"],
        described("`join`: it would succeed now; `password`: with the password.", "no"),
    ]
    why: Annotated[
        Maybe[
            Literal[
                "closed",
                "invited_only",
                "friends_only",
                "named_only",
                "full",
                "kept_out",
                "version",
                "crossplay",
            ]
        ],
        described("Why not; absent also for who is inside already.", "full"),
    ] = None


class SessionJoinResponse(Message):
    """The session that was joined or created."""

    session_id: Annotated[Id, described("Id of the session.", "42")]


class ShortCodeResponse(Message):
    """The code of a session."""

    short_code: Annotated[
        ShortCode, described("The session's code, by which anybody may join.", "BCDF23")
    ]


class SessionPath(StrictModel):
    session_id: Annotated[Id, described("Id of the session, or its code.", "42")]


class AllocationPath(StrictModel):
    allocation_id: Annotated[
        Id,
        described(
            "Id of the allocation of a game server for this session.",
            "5f2b8c1e-7d1e-4b7c-9c1d-2f6a8b3c4d5e",
        ),
    ]


class TtlQuery(Message):
    """Whether the request renews the session's time to live."""

    refresh_ttl: Annotated[
        bool, described("Whether the request renews the session's time to live.")
    ] = True
