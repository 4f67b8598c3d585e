"""Index of accounts: how each is found, and what it alone may have."""

from __future__ import annotations

from lobby.domain.accounts import Account
from lobby.domain.errors import Unacceptable
from lobby.identity import name_rules
from persistence.ports import Index

EVICTING = "evicting"
"""The label of accounts whose eviction has begun."""


def account_index(account: Account) -> Index:
    """What each account alone may have. `number`: the older id of a player; `portal`: the
    platform's id."""
    claims: dict[str, str | list[str]] = {"number": str(account.number)}
    if account.portal is not None:
        claims["portal"] = account.portal.claim
    if account.secret_hash is not None:
        claims["secret"] = account.secret_hash
    if account.login is not None:
        claims["login"] = account.login.lower()
    if account.nicknames:
        claims["nickname"] = sorted({name_rules.key(nickname) for nickname in account.nicknames})
    return Index(_labels(account), claims)


def _labels(account: Account) -> dict[str, list[str]]:
    """`user` sorts accounts with a login by number; `knows` finds those whose lists of friends and
    bans contain an account, `bans` those who have banned it; `called` those that show a name;
    `leaving` sorts those that a token alone leads to, `lapsing` those with bans that run out, by
    that end."""
    labels = {"knows": sorted({*account.host.friends, *account.host.banlist})}
    labels["bans"] = sorted(account.host.banlist)
    labels["called"] = called(account.name or "")
    if account.login is not None:
        labels["user"] = [f"{account.number:012}"]
    if account.by_token_alone and account.token_until is not None:
        labels["leaving"] = [by_time(account.token_until, account.uuid)]
    if (ends := account.host.ban_ends) is not None:
        labels["lapsing"] = [by_time(ends, account.uuid)]
    if account.admin:
        labels["admin"] = ["yes"]
    if account.evicting is not None:
        labels[EVICTING] = ["yes"]
    return labels


def called(name: str) -> list[str]:
    """The form in which a name is looked for; none for one that nobody can have."""
    try:
        return [name_rules.key(name)] if name else []
    except Unacceptable:
        return []


def by_time(moment: float, id: str) -> str:
    """Sorts as the times do, and is unique."""
    return f"{moment:017.3f}:{id}"
