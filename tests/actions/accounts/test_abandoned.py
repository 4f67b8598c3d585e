"""Anonymous accounts that nobody can come back to are removed, and nobody else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
from structlog.testing import capture_logs

from lobby.actions.accounts import accounts, hosts
from lobby.actions.accounts.abandoned import Abandoned, remove
from lobby.actions.accounts.profiles import AccountProfile, change
from lobby.actions.login import token_families, tokens
from lobby.actions.sessions import lifecycle, members
from lobby.domain.accounts import Account, Portal
from lobby.domain.errors import AccountNotFound
from lobby.domain.matchmaking.tickets import RatedPlayer, Ticket
from lobby.domain.permissions import SYSTEM, Actor, Permit
from lobby.identity.tokens import LEEWAY_SECONDS
from persistence.live.memory import open_memory
from persistence.ports import Store
from protocol import topics
from protocol.events import InboxEntry
from tests.support.lobby import ADDRESS, Clock, LocalLobby, PausingStore, interrupted, local_lobby
from tests.support.lobby import two_local_lobbies as two_lobbies
from tests.support.waiting import TIMEOUT

DAY = 86_400.0
KEPT = 30 * DAY
TOKEN = 86_400.0


@pytest.fixture
async def on_store(store: Store) -> AsyncIterator[LocalLobby]:
    async with local_lobby(store) as local:
        yield local


async def swept(local: LocalLobby) -> None:
    cleaning = Abandoned(local.lobby)
    while await cleaning.remove(most=3) == 3:
        pass


async def there(local: LocalLobby, account: str) -> bool:
    return bool(await local.lobby.accounts.versions([account]))


async def test_who_nobody_can_be_again_is_removed_after_a_while(on_store: LocalLobby) -> None:
    local = on_store
    gone = [(await local.nameless()).uuid for _ in range(7)]
    local.clock.advance(TOKEN + KEPT - 1)
    late = await local.nameless()
    await swept(local)
    assert await there(local, gone[0])
    local.clock.advance(2)
    with capture_logs() as logs:
        await swept(local)
        local.lobby.audit.flush()
    assert not await local.lobby.accounts.versions(gone)
    assert await there(local, late.uuid)
    counts = [one["count"] for one in logs if one["event"] == "abandoned accounts removed"]
    assert sum(counts) == len(gone)
    assert max(counts) <= 3


Way = Callable[[LocalLobby, Actor], Awaitable[object]]


async def by_secret(local: LocalLobby, who: Actor) -> None:
    await _set(local, who, secret_hash="of a secret")


async def by_password(local: LocalLobby, who: Actor) -> None:
    await _set(local, who, login="ann", password_hash="of a password")


async def by_key(local: LocalLobby, who: Actor) -> None:
    await _set(local, who, host_key_hash="of a key")


async def by_platform(local: LocalLobby, who: Actor) -> None:
    await _set(local, who, portal=Portal("steam", "7"))


async def as_administrator(local: LocalLobby, who: Actor) -> None:
    await _set(local, who, admin=True)


async def by_a_newer_token(local: LocalLobby, who: Actor) -> None:
    local.clock.advance(-2 * DAY)
    await tokens.renew(local.lobby, Permit(who))
    local.clock.advance(2 * DAY)


async def by_a_login(local: LocalLobby, who: Actor) -> None:
    await token_families.begin(local.lobby, await local.lobby.accounts.get(who.uuid))


async def in_a_seat(local: LocalLobby, who: Actor) -> None:
    host = await local.person()
    session = await local.open_session(host)
    await hosts.update(local.lobby, Permit(host), host=host.uuid, allow_nonames=True)
    await members.join(local.lobby, Permit(who), id=session.id)


async def as_host(local: LocalLobby, who: Actor) -> None:
    await lifecycle.launch(local.lobby, Permit(who), host=who.uuid)


async def in_a_queue(local: LocalLobby, who: Actor) -> None:
    host = await local.person()
    session = await local.open_session(host)
    waits = {"leader": host.uuid, "queue": "duel", "template": "duel", "profiles": ["duel"]}
    player = RatedPlayer(who.uuid, who.number, 25.0, 8.0)
    ticket = Ticket("t", session.id, players=[player], rating=25.0, created=0.0, **waits)  # type: ignore[arg-type]
    await local.lobby.tickets.add(ticket)


async def online(local: LocalLobby, who: Actor) -> None:
    await local.lobby.roster.heartbeat("another process", 10_000)
    await local.lobby.roster.enter("another process", {who.uuid: None})


async def _set(local: LocalLobby, who: Actor, **fields: object) -> None:
    def decide(account: Account) -> None:
        for name, value in fields.items():
            setattr(account, name, value)

    await local.lobby.accounts.change(who.uuid, decide)


STAYS: list[Way] = [
    *(by_secret, by_password, by_key, by_platform, as_administrator, by_a_newer_token),
    *(by_a_login, in_a_seat, as_host, in_a_queue, online),
]


@pytest.mark.parametrize("way", STAYS, ids=lambda way: way.__name__)
async def test_who_can_be_reached_stays(on_store: LocalLobby, way: Way) -> None:
    local = on_store
    left, who = await local.nameless(), await local.nameless()
    local.clock.advance(TOKEN + KEPT + 1)
    await way(local, who)
    await swept(local)
    assert await there(local, who.uuid)
    assert not await there(local, left.uuid)


async def test_registered_ones_stay_for_ever(on_store: LocalLobby) -> None:
    local = on_store
    stays = [(await local.person()).uuid, (await local.user()).uuid]
    secret = "the secret of one device, as it was drawn"
    kept = await accounts.register_anonymous(local.lobby, address=ADDRESS, secret=secret)
    local.clock.advance(1_000 * DAY)
    await swept(local)
    assert len(await local.lobby.accounts.versions([*stays, kept.uuid])) == 3


async def test_what_led_to_the_account_goes_with_it(on_store: LocalLobby) -> None:
    local, lobby = on_store, on_store.lobby
    host, gone = await local.person(), await local.nameless()
    await hosts.befriend(lobby, Permit(host), host=host.uuid, friend=gone.uuid)
    await hosts.ban(lobby, Permit(host), host=host.uuid, guest=gone.uuid)
    await change(
        lobby, SYSTEM, account=gone.uuid, profile=AccountProfile(name="Gone", nicknames=["ghost"])
    )
    note = InboxEntry(kind="message", message="hello", at=local.clock())
    await lobby.inbox.put(topics.inbox(gone.uuid), note)
    local.clock.advance(TOKEN + KEPT + 1)
    await swept(local)
    after = (await lobby.accounts.get(host.uuid)).host
    assert (after.friends, after.banlist) == ([], [])
    assert await lobby.store.head(topics.inbox(gone.uuid)) == 0
    with pytest.raises(AccountNotFound):
        await lobby.accounts.claimed("nickname", "ghost")
    assert ("accounts", {"told": "revoked", "account": gone.uuid, "ended": []}) in local.told
    assert f"host:{gone.uuid}" in [topic for topic, _ in local.told]


async def test_a_token_is_good_for_as_long_as_it_says(on_store: LocalLobby) -> None:
    """Also where nothing is kept beyond the token."""
    async with local_lobby(on_store.lobby.store, anonymous_kept_days=0) as local:
        account = await accounts.register_anonymous(local.lobby, address=ADDRESS)
        token = tokens.issue(local.lobby, account)
        for step in (TOKEN, LEEWAY_SECONDS - 1):
            local.clock.advance(step)
            await swept(local)
            local.lobby.account_cache.invalidate(account.uuid)
            assert (await tokens.identify(local.lobby, token)).uuid == account.uuid
        local.clock.advance(LEEWAY_SECONDS + 2)
        await swept(local)
        assert not await there(local, account.uuid)


@pytest.mark.parametrize("renewing_first", [True, False])
async def test_a_renewal_at_any_moment_of_the_removal_loses_nothing(
    store: Store, renewing_first: bool
) -> None:
    """Whoever was given a token finds the account; whoever was not is told so."""
    async with two_lobbies(store, open_memory(clock=Clock())) as (here, over_there, paced):
        for at in range(1, 30):
            who, given = await here.nameless(), list[str]()
            for local in (here, over_there):
                local.clock.advance(TOKEN + KEPT + 1)

            async def renew(local: LocalLobby, who: Actor, given: list[str]) -> None:
                given.append(await tokens.renew(local.lobby, Permit(who)))

            if renewing_first:
                reached = await interrupted(
                    paced,
                    partial(renew, here, who, given),
                    lambda: swept(over_there),
                    at=at,
                )
            else:
                reached = await interrupted(
                    paced,
                    lambda: swept(here),
                    partial(renew, over_there, who, given),
                    at=at,
                )
            assert await there(here, who.uuid) is bool(given)
            if not reached:
                break
        assert at > 2


async def killed(paced: PausingStore, verb: Callable[[], Awaitable[object]], *, at: int) -> bool:
    """Run it up to its `at`-th store call, and no further. False: it makes fewer calls."""
    paced.rewind()
    task = asyncio.ensure_future(verb())
    paced.stop(task, before=at)
    stopped = asyncio.create_task(paced.stopped.wait())
    async with asyncio.timeout(TIMEOUT):
        await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    reached = not task.done()
    for one in (task, stopped):
        one.cancel()
    await asyncio.gather(task, stopped, return_exceptions=True)
    return reached


async def test_a_removal_that_a_killed_process_left_is_completed_by_another(store: Store) -> None:
    """Wherever it stopped, nobody's lists keep an account that is gone."""
    async with two_lobbies(store, open_memory(clock=Clock())) as (here, over_there, paced):
        host = await over_there.person()
        for at in range(1, 40):
            gone = (await here.nameless()).uuid
            await hosts.befriend(over_there.lobby, Permit(host), host=host.uuid, friend=gone)
            await hosts.ban(over_there.lobby, Permit(host), host=host.uuid, guest=gone)
            for local in (here, over_there):
                local.clock.advance(TOKEN + KEPT + 1)
            reached = await killed(
                paced, partial(remove, here.lobby, gone, before=here.clock() - KEPT), at=at
            )
            await swept(over_there)
            after = (await store.get("account", host.uuid)) or None
            assert after is not None
            assert gone not in after.body, at
            assert not await there(over_there, gone)
            if not reached:
                break
        assert at > 3
