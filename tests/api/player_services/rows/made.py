"""Sessions that requests are about, made by nobody's verb: nothing is told of them."""

from __future__ import annotations

from typing import Any

from lobby.domain.accounts import Account
from lobby.domain.sessions.clients import Client
from lobby.domain.sessions.instances import HostType, Instance, JoinStatus
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from tests.support.player_services import Caller, Callers, numbers


def guest(account: Account, platform: str | None = None) -> Guest:
    client = Client("1.0.0", platform, "gamepad") if platform else None
    return Guest(account.uuid, account.shown_name, account.number, client=client)


def led(
    callers: Callers,
    caller: Caller,
    template: str = "game",
    *,
    by: Guest | None = None,
    **fields: Any,
) -> Session:
    """By whom the request is about, unless it is said by whom."""
    lobby, number = callers.served.lobby, next(numbers)
    shape = lobby.catalogue.by_session_type[template].as_template()
    leader = by or guest(caller.subject)
    session = Session.launch(number * SPAN, shape, leader, now=lobby.clock())
    vars(session).update({"sequence": number, **fields})
    return callers.served.do(lobby.sessions.add(session))


def playing() -> Instance:
    """Somewhere of its own, where a match may begin."""
    id = f"instance-{next(numbers)}"
    return Instance(id, HostType.DEDICATED, JoinStatus.JOINABLE, created=0.0)
