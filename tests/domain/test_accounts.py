"""What an account is to others, and what ends its tokens."""

from __future__ import annotations

from lobby.domain.accounts import Account
from lobby.domain.permissions import GRANTS, Kind


def account(kind: Kind = Kind.USER, **more: object) -> Account:
    return Account(uuid="a", number=7, kind=kind, registered=1.0, **more)  # type: ignore[arg-type]


def test_a_name_is_shown_before_the_login() -> None:
    assert account(name="Ann", login="ann1").shown_name == "Ann"
    assert account(login="ann1").shown_name == "ann1"
    assert account(Kind.ANONYMOUS).shown_name is None


def test_a_new_password_ends_the_tokens_given_before() -> None:
    user = account(password_hash="old")
    before = user.token_version
    user.set_password("new")
    assert user.password_hash == "new"
    assert user.token_version > before


def test_tokens_can_be_revoked_again_and_again() -> None:
    user = account()
    versions = []
    for _ in range(3):
        user.revoke_tokens()
        versions.append(user.token_version)
    assert versions == sorted(set(versions))


def test_a_shown_key_locks_the_host_for_good() -> None:
    host = account(Kind.HOST)
    host.lock()
    host.lock()
    assert host.locked


def test_an_actor_carries_what_the_account_may_do() -> None:
    for kind in (Kind.USER, Kind.HOST, Kind.ANONYMOUS):
        actor = account(kind, login="ann1", token_version=4).actor(expires=9.0)
        assert (actor.uuid, actor.number, actor.name) == ("a", 7, "ann1")
        assert (actor.admin, actor.token_version, actor.expires) == (False, 4, 9.0)
        assert actor.grants == GRANTS[kind]
        assert actor.named is (kind is not Kind.ANONYMOUS)


def test_an_administrator_may_more_than_others() -> None:
    admin = account(login="ann1", admin=True).actor()
    assert admin.admin
    assert admin.grants > GRANTS[Kind.USER]
