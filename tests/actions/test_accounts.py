"""Coming in, proving who one is, and losing it: on a real lobby."""

from __future__ import annotations

import pytest

from lobby.actions import accounts, hosts, logins, notes, seating
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
from tests.actions.houses import ADDRESS, House, house, seats

PASSWORD = "correct horse 9"


async def log_in(home: House, password: str = PASSWORD, address: str = ADDRESS) -> str:
    return await logins.login_with_password(
        home.lobby, login="Ann", password=password, address=address
    )


async def test_a_password_opens_and_a_wrong_one_does_not_say_which_was_wrong(home: House) -> None:
    user = await home.user()
    actor = await logins.identify(home.lobby, await log_in(home))
    assert (actor.uuid, actor.name) == (user.uuid, "Ann")
    for login, password in (("Ann", "wrong"), ("Bob", PASSWORD)):
        with pytest.raises(BadCredentials) as refused:
            await logins.login_with_password(
                home.lobby, login=login, password=password, address=ADDRESS
            )
        assert str(refused.value) == BadCredentials.__doc__


async def test_a_login_is_one_accounts_in_any_case(home: House) -> None:
    await home.user("Ann")
    with pytest.raises(LoginTaken):
        await home.user("aNN")
    found = await accounts.find(home.lobby, login="ANN")
    assert found.login == "Ann"


async def test_no_token_is_nobody(home: House) -> None:
    assert await logins.identify(home.lobby, None) is NOBODY


async def test_a_new_password_ends_the_old_tokens_at_once(home: House) -> None:
    user = await home.user()
    token = await log_in(home)
    assert (await logins.identify(home.lobby, token)).uuid == user.uuid
    with pytest.raises(NotYours):
        await accounts.set_password(
            home.lobby, Permit(await home.person()), account=user.uuid, password="another one 9"
        )
    await accounts.set_password(
        home.lobby, Permit(user.actor()), account=user.uuid, password="another one 9"
    )
    with pytest.raises(TokenRevoked):
        await logins.identify(home.lobby, token)
    with pytest.raises(BadCredentials):
        await log_in(home)
    assert await logins.identify(home.lobby, await log_in(home, "another one 9"))
    told = [event for topic, event in home.told if topic == "accounts"]
    assert [(event["told"], event["account"]) for event in told] == [("revoked", user.uuid)]


async def test_a_users_token_has_no_expiry_and_is_not_honoured_for_ever(home: House) -> None:
    await home.user()
    token = await log_in(home)
    claims = home.lobby.ring.read(token)
    assert claims.expires is None
    days = home.lobby.settings.user_token_days
    home.clock.now = claims.issued + (days - 1) * 86_400
    assert (await logins.identify(home.lobby, token)).name == "Ann"
    home.clock.now = claims.issued + days * 86_400 + 1
    with pytest.raises(TokenExpired):
        await logins.identify(home.lobby, token)


async def test_signing_out_everywhere_ends_the_tokens_and_keeps_the_password(home: House) -> None:
    user = await home.user()
    tokens = [await log_in(home) for _ in range(2)]
    await accounts.sign_out_everywhere(home.lobby, Permit(user.actor()), account=user.uuid)
    for token in tokens:
        with pytest.raises(TokenRevoked):
            await logins.identify(home.lobby, token)
    await logins.identify(home.lobby, await log_in(home))


async def test_a_deleted_accounts_token_opens_nothing(home: House) -> None:
    user = await home.user()
    token = await log_in(home)
    await logins.identify(home.lobby, token)
    await accounts.delete(home.lobby, Permit(user.actor()), account=user.uuid)
    with pytest.raises(AccountNotFound):
        await logins.identify(home.lobby, token)
    with pytest.raises(BadCredentials):
        await log_in(home)
    # The login is free again, for somebody else.
    assert (await home.user()).uuid != user.uuid


async def test_deletion_leaves_nothing_behind(home: House) -> None:
    gone, friend, enemy = [await home.person() for _ in range(3)]
    lobby = home.lobby
    await hosts.befriend(lobby, Permit(friend), host=friend.uuid, friend=gone.uuid)
    await hosts.ban(lobby, Permit(enemy), host=enemy.uuid, guest=gone.uuid)
    visited, own = await home.open_session(friend), await home.open_session(gone)
    visited = await home.join(visited, gone)
    await home.join(own, friend)
    held = visited.held_by(gone.uuid)
    assert held is not None
    await notes.put(lobby, held[1], visited, kind="session_kicked", message="bye")
    await accounts.delete(lobby, Permit(gone), account=gone.uuid)
    # 1. On nobody's list.
    assert (await lobby.accounts.get(friend.uuid)).host.friends == []
    assert (await lobby.accounts.get(enemy.uuid)).host.banlist == []
    assert await lobby.accounts.all("knows", gone.uuid) == []
    # 2. In no seat; the own session is over, and whoever sat there knows.
    assert seats(await home.now(visited)) == {"0": friend.uuid}
    with pytest.raises(SessionNotFound):
        await home.now(own)
    assert await home.inbox(friend) == [("session_closed", str(own.id))]
    # 3. Nothing of it can be read.
    assert await home.inbox(gone) == []
    with pytest.raises(AccountNotFound):
        await lobby.accounts.get(gone.uuid)
    with pytest.raises(OtherNotFound):
        await hosts.befriend(lobby, Permit(friend), host=friend.uuid, friend=gone.uuid)


async def test_a_key_once_shown_is_needed_from_then_on(home: House) -> None:
    account, key = await accounts.register_host(home.lobby, address=ADDRESS)

    async def log_in(key: str | None) -> str:
        return await logins.login_by_uuid(home.lobby, host=account.uuid, key=key, address=ADDRESS)

    assert await log_in(None)
    assert await log_in(key)
    for wrong in (None, "", key[:-1], key.upper()):
        with pytest.raises(HostNotFound):
            await log_in(wrong)
    assert await log_in(key)


async def test_an_account_with_a_password_never_logs_in_by_its_uuid(home: House) -> None:
    user, nameless = await home.user(), await home.nameless()
    for uuid in (user.uuid, nameless.uuid):
        with pytest.raises(HostNotFound):
            await logins.login_by_uuid(home.lobby, host=uuid, key=None, address=ADDRESS)


async def test_a_renewed_token_is_good_and_a_revoked_one_is_not_renewed(home: House) -> None:
    host = await home.person()
    token = await logins.renew(home.lobby, Permit(host))
    assert (await logins.identify(home.lobby, token)).uuid == host.uuid
    await accounts.delete(home.lobby, Permit(host), account=host.uuid)
    with pytest.raises(AccountNotFound):
        await logins.renew(home.lobby, Permit(host))


@pytest.fixture
def store_url() -> str:
    return "sqlite::memory:"


async def test_guessing_locks_strangers_out_and_never_a_known_address(
    store: Store, live: Live, live_url: str, redis_prefix: str
) -> None:
    async with house(
        store, live, redis_url=live_url, redis_prefix=redis_prefix, logins_per_account=3
    ) as home:
        await home.user()
        # 1. Ann has come from this address before.
        await log_in(home, address="192.0.2.9")
        # 2. A stranger guesses, and is stopped: the right password does not help them.
        for _ in range(3):
            with pytest.raises(BadCredentials):
                await log_in(home, "guess", "198.51.100.1")
        for address in ("198.51.100.1", "198.51.100.2"):
            with pytest.raises(TooMany) as refused:
                await log_in(home, address=address)
            assert refused.value.retry_after is not None
            assert 1 <= refused.value.retry_after <= 60
        # 3. Ann is not.
        await log_in(home, address="192.0.2.9")


async def test_an_address_may_fail_only_so_often_whatever_it_guesses(home: House) -> None:
    most = home.lobby.settings.logins_per_address
    for n in range(most):
        with pytest.raises(BadCredentials):
            await logins.login_with_password(
                home.lobby, login=f"nobody{n}", password="guess", address="198.51.100.1"
            )
    with pytest.raises(TooMany):
        await logins.login_with_password(
            home.lobby, login="somebody", password="guess", address="198.51.100.1"
        )
    with pytest.raises(TooMany):
        await logins.login_by_uuid(home.lobby, host="anything", key=None, address="198.51.100.1")


async def test_registrations_are_limited_by_address() -> None:
    async with house(registrations_per_hour=3) as home:
        for _ in range(3):
            await home.nameless()
        for register in (accounts.register_host, accounts.register_anonymous):
            with pytest.raises(TooMany):
                await register(home.lobby, address=ADDRESS)
        await accounts.register_host(home.lobby, address="198.51.100.7")


async def test_names_cannot_be_tried_out_endlessly() -> None:
    async with house(conflicts_per_hour=2) as home:
        await home.user()
        for _ in range(2):
            with pytest.raises(LoginTaken):
                await accounts.register_user(
                    home.lobby, login="ann", password=PASSWORD, address=ADDRESS
                )
        with pytest.raises(TooMany):
            await accounts.register_user(
                home.lobby, login="bob", password=PASSWORD, address=ADDRESS
            )


async def test_a_session_outlives_a_new_password(home: House) -> None:
    user = await home.user()
    session = await home.open_session(user.actor())
    await accounts.set_password(
        home.lobby, Permit(user.actor()), account=user.uuid, password="another one 9"
    )
    assert (await home.now(session)).leader == user.uuid
    await seating.leave(home.lobby, Permit(user.actor()), id=session.id)
