"""Coming in."""

from __future__ import annotations

from base64 import b64encode

from tests.api.player_services.rows import ANYBODY, Good, Line
from tests.support.player_services import MACHINES, Caller, Callers, numbers

BASIC = {"Authorization": f"Basic {b64encode(MACHINES['server'].encode()).decode()}"}


def logging_in(callers: Callers, caller: Caller) -> Good:
    said = {"grant_type": "anon", "portal_access_token": f"one more secret {next(numbers)}"}
    return Good(json=said, headers=caller.headers)


def machine(callers: Callers, caller: Caller) -> Good:
    return Good(json={"grant_type": "client_credentials"}, headers=BASIC)


LINES = {
    "POST /users/v1/login": Line(logging_in, ANYBODY),
    "POST /users/v2/oauth/token": Line(machine, ANYBODY),
}
