"""Events about accounts, on the bus's topic `accounts`: for processes only."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel


class TokensRevoked(BaseModel):
    """The account's tokens below this version are revoked; null: the account was deleted. `ended`:
    so are those of these logins."""

    told: Literal["revoked"] = "revoked"
    account: str
    token_version: int | None = None
    ended: list[str] = []


class ProfileChanged(BaseModel):
    """The account's public profile, as of this version of it."""

    told: Literal["changed"] = "changed"
    account: str
    version: int
    name: str | None = None
    nickname: str | None = None
    icon: str | None = None


class StatusChanged(BaseModel):
    """The account shows another status of presence. `since`: of what is shown of it by now; null:
    the process that says so does not serve the account."""

    told: Literal["status"] = "status"
    account: str
    status: str
    since: float | None = None


class WatchRevoked(BaseModel):
    """These accounts may no longer watch these topics."""

    told: Literal["excluded"] = "excluded"
    accounts: list[str]
    topics: list[str]
    code: str


class BansChanged(BaseModel):
    """Somebody has banned these accounts, or does so no more: what is hidden from them is to be
    read again."""

    told: Literal["bans"] = "bans"
    accounts: list[str]


class FriendsChanged(BaseModel):
    """The list of friends of one of these accounts has another of them, or has them no more."""

    told: Literal["friends"] = "friends"
    accounts: list[str]
