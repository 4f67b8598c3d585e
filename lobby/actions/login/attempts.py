"""Attempts to log in: rate limits of guesses, which are counted before they are looked at, and of
passwords that are looked at, whether they are right or wrong.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress

from lobby import expiring_keys
from lobby.context import Lobby
from lobby.domain.errors import BadCredentials, HostNotFound, TooMany
from lobby.domain.login_errors import LoginRefused
from lobby.identity.tokens import digest
from persistence.ports import Unreachable

KNOWN_ADDRESS_SECONDS = 30 * 86_400
"""How long after a login its address is known to the account, and has a rate limit of its own."""
OF_ACCOUNT = "too many logins of this account in a minute; wait, then try again"
OF_ADDRESS = "too many logins from this address in a minute; wait, then try again"


@asynccontextmanager
async def attempt(lobby: Lobby, who: str | None, *, address: str) -> AsyncIterator[None]:
    """Rate limit of failed logins, per address and per claimed account (`who`), if one is claimed.
    An address from which `who` has logged in before is counted separately, so that strangers cannot
    lock an account out. A guess is counted before it is looked at, and given back where it was
    right or guessed nothing.
    """
    limits = lobby.rate_limits
    async with AsyncExitStack() as counted:
        by_address = limits.guess(limits.rules.logins_per_address, address, wrong=was_guess)
        await counted.enter_async_context(by_address)
        if who is not None:
            bucket = await _bucket(lobby, who, address)
            by_account = limits.guess_of_account(*bucket, wrong=was_guess)
            await counted.enter_async_context(by_account)
        yield
    if who is not None:
        with suppress(Unreachable):
            known = expiring_keys.known_address(who, address)
            await lobby.notes.put(known, "yes", KNOWN_ADDRESS_SECONDS)


@asynccontextmanager
async def evaluation(lobby: Lobby, who: str, *, address: str) -> AsyncIterator[None]:
    """Rate limit of passwords that are looked at: each costs a hash. One that was not, since too
    many wait, is given back. Accounts that have come from this address before are counted apart."""
    limits = lobby.rate_limits
    rules, bucket = limits.rules, await _bucket(lobby, who, address)
    came_before = len(bucket) > 1
    here = rules.evaluations_of_known if came_before else rules.evaluations_per_address
    account = rules.evaluations_per_account
    await limits.spend(here, address, why=OF_ADDRESS)
    try:
        await limits.spend(account, *bucket, why=OF_ACCOUNT)
        try:
            yield
        except TooMany:
            await limits.give_back(account, *bucket)
            raise
    except TooMany:
        await limits.give_back(here, address)
        raise


def was_guess(refusal: Exception) -> bool:
    """Whether a secret may have been guessed."""
    if isinstance(refusal, LoginRefused):
        return refusal.guessed
    return isinstance(refusal, BadCredentials | HostNotFound)


async def _bucket(lobby: Lobby, who: str, address: str) -> tuple[str, ...]:
    """What counts for the claimed account. Hashed, since a claim is as long as a client likes."""
    name = digest(who)
    return (name, address) if await _is_known_address(lobby, who, address) else (name,)


async def _is_known_address(lobby: Lobby, who: str, address: str) -> bool:
    """False while the notes are unreachable: a login depends on the database alone."""
    with suppress(Unreachable):
        return await lobby.notes.get(expiring_keys.known_address(who, address)) is not None
    return False
