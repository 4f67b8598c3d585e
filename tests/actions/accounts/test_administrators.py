"""Administrators are counted apart from their accounts: whom only the count knows is none."""

from __future__ import annotations

import pytest

from lobby.actions.accounts import accounts, administrators
from lobby.domain.permissions import SYSTEM
from lobby.domain.profiles import LastAdmin
from tests.api.server_status.good_requests import Callers
from tests.support.server_thread import serving


def test_who_was_made_one_while_they_were_deleted_does_not_let_the_last_one_go() -> None:
    with serving() as served:
        callers, lobby = Callers(served), served.lobby
        gone, user = callers.user(), callers.user()
        # Both are counted a moment after they have ceased to be what is counted.
        served.do(accounts.delete(lobby, SYSTEM, account=gone.uuid))
        for nobody in (gone, user):
            served.do(administrators.add(lobby, nobody.uuid))
        admins = served.do(lobby.accounts.all("admin", "yes"))
        for admin in admins[1:]:
            served.do(accounts.set_admin(lobby, SYSTEM, account=admin.uuid, admin=False))
        with pytest.raises(LastAdmin):
            served.do(accounts.delete(lobby, SYSTEM, account=admins[0].uuid))
        with pytest.raises(LastAdmin):
            served.do(accounts.set_admin(lobby, SYSTEM, account=admins[0].uuid, admin=False))
        assert served.do(lobby.accounts.all("admin", "yes"))
