"""Coming in, proving who one is, and losing it: on a real lobby."""

from __future__ import annotations

import pytest

from lobby.actions.accounts import accounts, hosts
from lobby.actions.changes import notify
from lobby.actions.login import tokens
from lobby.actions.sessions import members
from lobby.domain.errors import (
    AccountNotFound,
    BadCredentials,
    HostNotFound,
    LoginTaken,
    NotYours,
    OtherNotFound,
    SessionNotFound,
    TokenExpired,
    TokenRevoked,
    TooMany,
)
from lobby.domain.permissions import NOBODY, Permit
from persistence.ports import Live, Store
from tests.support.lobby import ADDRESS, LocalLobby, local_lobby, seats_with

PASSWORD = "correct horse 9"


async def log_in(local: LocalLobby, password: str = PASSWORD, address: str = ADDRESS) -> str:
    return await tokens.login_with_password(
        local.lobby, login="Ann", password=password, address=address
    )


async def test_a_password_opens_and_a_wrong_one_does_not_say_which_was_wrong(
    local: LocalLobby,
) -> None:
    user = await local.user()
    actor = await tokens.identify(local.lobby, await log_in(local))
    assert (actor.uuid, actor.name) == (user.uuid, "Ann")
    for login, password in (("Ann", "wrong"), ("Bob", PASSWORD)):
        with pytest.raises(BadCredentials) as refused:
            await tokens.login_with_password(
                local.lobby, login=login, password=password, address=ADDRESS
            )
        assert str(refused.value) == BadCredentials.__doc__


async def test_a_login_is_one_accounts_in_any_case(local: LocalLobby) -> None:
    await local.user("Ann")
    with pytest.raises(LoginTaken):
        await local.user("aNN")
    found = await accounts.find(local.lobby, login="ANN")
    assert found.login == "Ann"


async def test_no_token_is_nobody(local: LocalLobby) -> None:
    assert await tokens.identify(local.lobby, None) is NOBODY


async def test_a_new_password_ends_the_old_tokens_at_once(local: LocalLobby) -> None:
    user = await local.user()
    token = await log_in(local)
    assert (await tokens.identify(local.lobby, token)).uuid == user.uuid
    with pytest.raises(NotYours):
        await accounts.set_password(
            local.lobby, Permit(await local.person()), account=user.uuid, password="another one 9"
        )
    await accounts.set_password(
        local.lobby, Permit(user.actor()), account=user.uuid, password="another one 9"
    )
    with pytest.raises(TokenRevoked):
        await tokens.identify(local.lobby, token)
    with pytest.raises(BadCredentials):
        await log_in(local)
    assert await tokens.identify(local.lobby, await log_in(local, "another one 9"))
    told = [event for topic, event in local.told if topic == "accounts"]
    assert [(event["told"], event["account"]) for event in told] == [("revoked", user.uuid)]


async def test_a_users_token_has_no_expiry_and_is_not_honoured_for_ever(local: LocalLobby) -> None:
    await local.user()
    token = await log_in(local)
    claims = local.lobby.key_ring.read(token)
    assert claims.expires is None
    days = int(local.lobby.settings.user_token_days)
    for day in range(0, days, 20):
        local.clock.now = claims.issued + day * 86_400
        assert (await tokens.identify(local.lobby, token)).name == "Ann"
    local.clock.now = claims.issued + days * 86_400 + 1
    with pytest.raises(TokenExpired):
        await tokens.identify(local.lobby, token)


async def test_signing_out_everywhere_ends_the_tokens_and_keeps_the_password(
    local: LocalLobby,
) -> None:
    user = await local.user()
    issued = [await log_in(local) for _ in range(2)]
    await accounts.sign_out_everywhere(local.lobby, Permit(user.actor()), account=user.uuid)
    for one in issued:
        with pytest.raises(TokenRevoked):
            await tokens.identify(local.lobby, one)
    await tokens.identify(local.lobby, await log_in(local))


async def test_a_deleted_accounts_token_opens_nothing(local: LocalLobby) -> None:
    user = await local.user()
    token = await log_in(local)
    await tokens.identify(local.lobby, token)
    await accounts.delete(local.lobby, Permit(user.actor()), account=user.uuid)
    with pytest.raises(AccountNotFound):
        await tokens.identify(local.lobby, token)
    with pytest.raises(BadCredentials):
        await log_in(local)
    # The login is free again, for somebody else.
    assert (await local.user()).uuid != user.uuid


async def test_deletion_leaves_nothing_behind(local: LocalLobby) -> None:
    gone, friend, enemy = [await local.person() for _ in range(3)]
    lobby = local.lobby
    await hosts.befriend(lobby, Permit(friend), host=friend.uuid, friend=gone.uuid)
    await hosts.ban(lobby, Permit(enemy), host=enemy.uuid, guest=gone.uuid)
    visited, own = await local.open_session(friend), await local.open_session(gone)
    visited = await local.join(visited, gone)
    await local.join(own, friend)
    held = visited.seats.held_by(gone.uuid)
    assert held is not None
    await notify.put(lobby, held, visited, kind="session_kicked", message="bye")
    await accounts.delete(lobby, Permit(gone), account=gone.uuid)
    # 1. On nobody's list.
    assert (await lobby.accounts.get(friend.uuid)).host.friends == []
    assert (await lobby.accounts.get(enemy.uuid)).host.banlist == []
    assert await lobby.accounts.all("knows", gone.uuid) == []
    # 2. In no seat; the own session is over, and whoever sat there knows.
    assert seats_with(await local.now(visited)) == {"0": friend.uuid}
    with pytest.raises(SessionNotFound):
        await local.now(own)
    assert await local.inbox(friend) == [("session_closed", str(own.id))]
    # 3. Nothing of it can be read.
    assert await local.inbox(gone) == []
    with pytest.raises(AccountNotFound):
        await lobby.accounts.get(gone.uuid)
    with pytest.raises(OtherNotFound):
        await hosts.befriend(lobby, Permit(friend), host=friend.uuid, friend=gone.uuid)


async def test_a_key_once_shown_is_needed_from_then_on(local: LocalLobby) -> None:
    account, key = await accounts.register_host(local.lobby, address=ADDRESS)

    async def log_in(key: str | None) -> str:
        return await tokens.login_by_uuid(local.lobby, host=account.uuid, key=key, address=ADDRESS)

    assert await log_in(None)
    assert await log_in(key)
    for wrong in (None, "", key[:-1], key.upper()):
        with pytest.raises(HostNotFound):
            await log_in(wrong)
    assert await log_in(key)


async def test_an_account_with_a_password_never_logs_in_by_its_uuid(local: LocalLobby) -> None:
    user, nameless = await local.user(), await local.nameless()
    for uuid in (user.uuid, nameless.uuid):
        with pytest.raises(HostNotFound):
            await tokens.login_by_uuid(local.lobby, host=uuid, key=None, address=ADDRESS)


async def test_a_renewed_token_is_good_and_a_revoked_one_is_not_renewed(local: LocalLobby) -> None:
    host = await local.person()
    token = await tokens.renew(local.lobby, Permit(host))
    assert (await tokens.identify(local.lobby, token)).uuid == host.uuid
    await accounts.delete(local.lobby, Permit(host), account=host.uuid)
    with pytest.raises(AccountNotFound):
        await tokens.renew(local.lobby, Permit(host))


@pytest.fixture
def store_url() -> str:
    return "sqlite::memory:"


async def test_guessing_locks_strangers_out_and_never_a_known_address(
    store: Store, live: Live, live_url: str, redis_prefix: str
) -> None:
    async with local_lobby(
        store, live, redis_url=live_url, redis_prefix=redis_prefix, logins_per_account=3
    ) as local:
        await local.user()
        # 1. Ann has come from this address before.
        await log_in(local, address="192.0.2.9")
        # 2. A stranger guesses, and is stopped: the right password does not help them.
        for _ in range(3):
            with pytest.raises(BadCredentials):
                await log_in(local, "guess", "198.51.100.1")
        for address in ("198.51.100.1", "198.51.100.2"):
            with pytest.raises(TooMany) as refused:
                await log_in(local, address=address)
            assert refused.value.retry_after is not None
            assert 1 <= refused.value.retry_after <= 60
        # 3. Ann is not.
        await log_in(local, address="192.0.2.9")


async def test_an_address_may_fail_only_so_often_whatever_it_guesses(local: LocalLobby) -> None:
    most = local.lobby.settings.logins_per_address
    for n in range(most):
        with pytest.raises(BadCredentials):
            await tokens.login_with_password(
                local.lobby, login=f"nobody{n}", password="guess", address="198.51.100.1"
            )
    with pytest.raises(TooMany):
        await tokens.login_with_password(
            local.lobby, login="somebody", password="guess", address="198.51.100.1"
        )
    with pytest.raises(TooMany):
        await tokens.login_by_uuid(local.lobby, host="anything", key=None, address="198.51.100.1")


async def test_registrations_are_limited_by_address() -> None:
    async with local_lobby(registrations_per_hour=3) as local:
        for register in (accounts.register_host, accounts.register_anonymous):
            for _ in range(3):
                await register(local.lobby, address=ADDRESS)
            with pytest.raises(TooMany):
                await register(local.lobby, address=ADDRESS)
            await register(local.lobby, address="198.51.100.7")


async def test_names_cannot_be_tried_out_endlessly() -> None:
    async with local_lobby(conflicts_per_hour=2) as local:
        await local.user()
        for _ in range(2):
            with pytest.raises(LoginTaken):
                await accounts.register_user(
                    local.lobby, login="ann", password=PASSWORD, address=ADDRESS
                )
        with pytest.raises(TooMany):
            await accounts.register_user(
                local.lobby, login="bob", password=PASSWORD, address=ADDRESS
            )


async def test_a_session_outlives_a_new_password(local: LocalLobby) -> None:
    user = await local.user()
    session = await local.open_session(user.actor())
    await accounts.set_password(
        local.lobby, Permit(user.actor()), account=user.uuid, password="another one 9"
    )
    assert (await local.now(session)).leader == user.uuid
    await members.leave(local.lobby, Permit(user.actor()), id=session.id)
