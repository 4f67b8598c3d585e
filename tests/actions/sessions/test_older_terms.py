"""Sessions of an older program are listed as their hosts let in, before anybody changes them."""

from __future__ import annotations

from lobby.actions.accounts import hosts
from lobby.actions.changes import views
from lobby.domain.permissions import Permit
from lobby.workers.cleaner import Cleaner
from persistence.ports import Store
from tests.support.lobby import local_lobby


async def test_they_are_listed_as_their_hosts_let_in(store: Store) -> None:
    async with local_lobby(store) as local:
        host, other = await local.person(), await local.person()
        permit = Permit(host)
        await hosts.update(local.lobby, permit, host=host.uuid, allow_nonames=True)
        session, untouched = await local.open_session(host), await local.open_session(other)
        older = await local.lobby.sessions.change(
            str(session.id), lambda session: setattr(session, "terms", None)
        )
        assert views.outside(older)["entry"] == "friends"
        version = (await local.now(untouched)).version
        cleaner = Cleaner(local.lobby)
        for _ in range(2):
            await cleaner.round()
            shown = await local.now(session)
            assert (views.outside(shown)["entry"], views.outside(shown)["nonames"]) == (
                "open",
                True,
            )
            assert shown.version == older.version + 1
        assert (await local.now(untouched)).version == version
