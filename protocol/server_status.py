"""The words of the server, users and nicknames document."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, RootModel, StringConstraints

from protocol.codec import Text, Words

Login = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
Nickname = Annotated[Text, StringConstraints(min_length=1, max_length=64)]
Password = Annotated[str, StringConstraints(min_length=1, max_length=256)]
NewPassword = Annotated[str, StringConstraints(min_length=8, max_length=128, pattern=r"^[^\x00]*$")]
"""One that every document takes."""
Icon = Annotated[str, StringConstraints(max_length=98_304)]
Time = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$")]
"""UTC, without a zone."""


class Error(BaseModel):
    """Valid in form, wrong in meaning. `needRefresh`: renew the access token and ask again."""

    error: str
    needRefresh: bool  # noqa: N815 - the document's own word


class TokenId(BaseModel):
    id: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]+$")]
    exp: Time


class Pair(BaseModel):
    access: TokenId
    refresh: TokenId


class Empty(BaseModel):
    pass


class Allowed(BaseModel):
    allowed: bool


class Max(BaseModel):
    max: int


class Available(BaseModel):
    available: bool


class Count(BaseModel):
    count: int


class RegUser(BaseModel):
    login: str | None


class RegTime(BaseModel):
    time: Time


class Reg(RegTime, RegUser):
    pass


class LoginOf(BaseModel):
    login: str


class IsAdmin(BaseModel):
    isAdmin: bool  # noqa: N815


class IsOnline(BaseModel):
    isOnline: bool  # noqa: N815


class NameOf(BaseModel):
    name: str | None


class IconOf(BaseModel):
    icon: str | None


class User(BaseModel):
    """`icon` and `nicknames` only when they were asked for."""

    login: str
    name: str | None
    icon: str | None = None
    nicknames: list[str] = Field(default_factory=list)
    isAdmin: bool  # noqa: N815
    isOnline: bool  # noqa: N815
    reg: Reg


class Version(BaseModel):
    name: str
    protocol: int


class VersionName(BaseModel):
    name: str


class VersionProtocol(BaseModel):
    protocol: int


class Online(BaseModel):
    online: int


class Sample(BaseModel):
    nickname: str
    login: str | None


class PlayersCount(BaseModel):
    online: int
    max: int


class Players(PlayersCount):
    sample: list[Sample]


class MotdRaw(BaseModel):
    raw: str


class MotdClean(BaseModel):
    clean: str


class MotdHtml(BaseModel):
    html: str


class Motd(MotdRaw, MotdClean, MotdHtml):
    pass


class Address(BaseModel):
    address: str | None


class Favicon(BaseModel):
    favicon: str | None


class Server(Address, Favicon):
    version: Version
    players: Players
    motd: Motd


class UserPath(Words):
    user: Login


class NicknamePath(UserPath):
    nickname: Nickname


class Details(BaseModel):
    """Which of the larger parts are wanted: being named is enough."""

    nicknames: str | None = None
    icon: str | None = None


class SetName(Words):
    name: Nickname | None


class SetIcon(Words):
    icon: Icon | None


class SetAdmin(Words):
    isAdmin: bool  # noqa: N815


class SetPassword(Words):
    """`currentPassword` is needed unless the password was shown a short while ago."""

    password: NewPassword
    currentPassword: Password | None = None  # noqa: N815


class Nicknames(RootModel[list[Nickname]]):
    """Exactly these."""

    model_config = ConfigDict(strict=True)


class Change(Words):
    """What is absent stays. `isAdmin` counts only when an administrator asks."""

    name: Nickname | None = None
    icon: Icon | None = None
    nicknames: list[Nickname] | None = Field(default=None, max_length=100)
    isAdmin: bool | None = None  # noqa: N815


class Add(Change):
    password: NewPassword
