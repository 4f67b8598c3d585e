"""Where somebody is: which sessions they sit in, lead and host."""

from __future__ import annotations

from lobby.actions.accounts import whereabouts
from tests.support.lobby import LocalLobby


async def test_who_leads_a_hosted_session_hosts_it_and_their_guest_does_not(
    local: LocalLobby,
) -> None:
    host, guest = await local.person(), await local.person()
    await local.join(await local.open_session(host), guest)
    for who, its in ((host, True), (guest, False)):
        (place,) = (await whereabouts.of(local.lobby, who.uuid))["sessions"]
        assert (place["leads"], place["hosts"]) == (its, its)
