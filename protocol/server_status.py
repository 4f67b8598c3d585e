"""Wire models of the API of server status, users and nicknames.

They check types alone: a value of the right type that breaks a rule is well-formed, and is refused
with 200 by whoever has the rule.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints

from protocol.codec import StrictModel
from protocol.described import described
from protocol.game_server import PNG

RULE = "What breaks the rule is 200 with an `error`."
Login = Annotated[
    str,
    described(f"3 to 32 ASCII letters, digits, dots, dashes or underscores. {RULE}", "ada"),
]
Name = Annotated[str, described(f"1 to 32 characters. {RULE}", "Ada")]
Nickname = Annotated[
    str, described(f"1 to 32 characters; nobody else's in any case. {RULE}", "Ada99")
]
NewNicknames = Annotated[list[Nickname], Field(fail_fast=True)]
"""How many there may be is a rule, so that a body may hold any number of them; the first one of
another type ends the check."""
NewPassword = Annotated[
    str,
    described(f"8 to 128 characters, none of them NUL. {RULE}", "correct horse battery"),
]
Icon = Annotated[
    str,
    described(
        "A data URL that begins with `data:image/png;base64,`: a still PNG of at most 128 KiB and "
        f"512 by 512 pixels. {RULE}",
        PNG,
    ),
]
Time = Annotated[
    str,
    StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?$"),
    described("UTC. The zone is named only where the deployment says so.", "2026-01-31T12:00:00"),
]


class ServerRefusal(BaseModel):
    """A request that is valid in form but refused. `needRefresh`: renew the access token, then
    repeat it."""

    error: Annotated[str, described("The reason in words, for people.", "unknown user")]
    needRefresh: Annotated[
        bool,
        described("True only where the access token is expired or unknown: renew it, then repeat."),
    ]


class ServerToken(BaseModel):
    """A token and its end."""

    id: Annotated[
        str,
        StringConstraints(pattern=r"^[0-9a-f]{128}$"),
        described("Shown in `Authorization`, with the word Bearer or without.", "5f" * 64),
    ]
    exp: Annotated[Time, described("When the token expires, in UTC.")]


class ServerTokens(BaseModel):
    """A pair of tokens."""

    access: Annotated[ServerToken, described("For `Authorization` of every other operation.")]
    refresh: Annotated[ServerToken, described("For `Authorization` of `reauth`, once.")]


class ServerDone(BaseModel):
    """It is done; there is nothing to tell."""


class AnonymousAccess(BaseModel):
    """Whether reads need no token."""

    allowed: Annotated[
        bool, described("Whether the reads of this API are open to callers without a token.")
    ]


class MostAllowed(BaseModel):
    """The most that there may be."""

    max: Annotated[int, described("The most that there may be.", 5)]


class ConsoleAvailability(BaseModel):
    """Whether the console can be used."""

    available: Annotated[bool, described("Whether there is a console for the caller.")]


class CountRemoved(BaseModel):
    """How many were removed."""

    count: Annotated[int, described("How many were removed.", 3)]


class UserRegistrar(BaseModel):
    """By whom a user was registered."""

    login: Annotated[
        str | None, described("Login of who registered the user; null: the system.", "admin")
    ]


class UserRegistrationTime(BaseModel):
    """When a user was registered."""

    time: Annotated[Time, described("When the user was registered, in UTC.")]


class UserRegistration(UserRegistrationTime, UserRegistrar):
    """When and by whom a user was registered."""


class UserLogin(BaseModel):
    """A user's login."""

    login: Annotated[str, described("Name that the user logs in with.", "ada")]


class UserIsAdmin(BaseModel):
    """Whether a user is an administrator."""

    isAdmin: Annotated[bool, described("Whether the user is an administrator.")]


class UserIsOnline(BaseModel):
    """Whether a user is online."""

    isOnline: Annotated[bool, described("Whether the user is online now.")]


class UserDisplayName(BaseModel):
    """A user's name."""

    name: Annotated[str | None, described("Name that others see; null: none.", "Ada")]


class UserIcon(BaseModel):
    """A user's icon."""

    icon: Annotated[
        str | None,
        described("PNG as a data URL; null: no icon.", PNG),
    ]


class ServerUser(BaseModel):
    """`icon` and `nicknames` only when the query names them."""

    login: Annotated[str, described("Name that the user logs in with.", "ada")]
    name: Annotated[str | None, described("Name that others see; null: none.", "Ada")]
    icon: Annotated[
        str | None,
        described(
            "PNG as a data URL, or null; only when the query names it.",
            PNG,
        ),
    ] = None
    nicknames: Annotated[
        list[str], described("The user's names in games; only when the query names it.", ["Ada99"])
    ] = Field(default_factory=list)
    isAdmin: Annotated[bool, described("Whether the user is an administrator.")]
    isOnline: Annotated[bool, described("Whether the user is online now.")]
    reg: Annotated[UserRegistration, described("When and by whom the user was registered.")]


class UserPath(StrictModel):
    user: Login


class NicknamePath(UserPath):
    nickname: Nickname


class Details(BaseModel):
    """Which of the larger fields to include: naming one in the query is enough."""

    nicknames: Annotated[
        str | None,
        described("Named in the query, with any value: users come with their nicknames.", ""),
    ] = None
    icon: Annotated[
        str | None,
        described("Named in the query, with any value: users come with their icons.", ""),
    ] = None


class UserNameChange(StrictModel):
    """A new name, or none."""

    name: Name | None


class UserIconChange(StrictModel):
    """A new icon, or none."""

    icon: Icon | None


class UserAdminChange(StrictModel):
    """Make somebody an administrator, or no longer one."""

    isAdmin: Annotated[bool, described("Whether the user is an administrator.")]


class UserPasswordChange(StrictModel):
    """`currentPassword` is needed unless the caller logged in with the password recently."""

    password: NewPassword
    currentPassword: Annotated[
        str | None,
        described(
            "The present password; needed unless the caller logged in with it recently.",
            "correct horse",
        ),
    ] = None


class UserNicknames(RootModel[NewNicknames]):
    """The complete new list of nicknames."""

    model_config = ConfigDict(strict=True)


class UserChange(StrictModel):
    """Absent fields stay as they are. `isAdmin` has effect only for an administrator."""

    name: Name | None = None
    icon: Icon | None = None
    nicknames: Annotated[
        NewNicknames | None, described("The complete new list of nicknames.", ["Ada99"])
    ] = None
    isAdmin: Annotated[
        bool | None,
        described(
            "Whether the user is an administrator; has effect only where an administrator asks."
        ),
    ] = None


class UserCreation(UserChange):
    """A new user."""

    password: NewPassword
