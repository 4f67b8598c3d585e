"""Coming in through a platform's own page, and going again. The tests' game knows no platform: what
one brings is asked elsewhere.
"""

from __future__ import annotations

from lobby.actions.login import authorization_codes
from lobby.actions.login.credentials import Credential
from lobby.catalogue.providers import Provider
from lobby.domain.platform_login import PlatformUser
from tests.api.player_services.rows import ANYBODY, Good, Line
from tests.support.player_services import Caller, Callers, numbers

DONE = "http://127.0.0.1:9/done"
ELSEWHERE = "https://login.example"
"""Nobody is asked there: these codes are our own."""


def told(callers: Callers, **changes: object) -> None:
    """The catalogue's word about who may come in, changed."""
    lobby = callers.served.lobby
    auth = lobby.catalogue.auth.model_copy(update=changes)
    vars(lobby)["catalogue"] = lobby.catalogue.model_copy(update={"auth": auth})


def details(callers: Callers, caller: Caller) -> Good:
    return Good(json={"grant_type": "ps5_v3", "portal_access_token": "x"}, headers=caller.headers)


def leaving(callers: Callers, caller: Caller) -> Good:
    told(callers, redirect_uris=(DONE,))
    query = {"state": "the game's own", "redirect_uri": DONE}
    return Good({"platform": "google"}, query, headers=caller.headers)


def returning(callers: Callers, caller: Caller) -> Good:
    told(callers, redirect_uris=(DONE,))
    return Good({"platform": "google"}, {"code": "x", "state": "y"}, headers=caller.headers)


def exchanging(callers: Callers, caller: Caller) -> Good:
    google = Provider(platform="Google", issuer=ELSEWHERE, client_id="game")
    told(callers, providers=(google,))
    who = PlatformUser("Google", f"somebody {next(numbers)}")
    code = callers.served.do(authorization_codes.issue(callers.served.lobby, who))
    return Good(json={"code": code}, headers=caller.headers)


def going(callers: Callers, caller: Caller) -> Good:
    arrival = callers.log_in(Credential("anon", f"a secret to go with {next(numbers)}"))
    return Good(json={"refresh_token": arrival.refresh}, headers=caller.headers)


def keys(callers: Callers, caller: Caller) -> Good:
    return Good(headers=caller.headers)


def key(callers: Callers, caller: Caller) -> Good:
    return Good({"id": "any"}, headers=caller.headers)


def always(status: int) -> str:
    return ANYBODY.replace("200", str(status))


LINES = {
    "POST /users/v1/portaltoken/details": Line(details, always(403)),
    "GET /users/v1/oauth/login/{platform}": Line(leaving, always(307)),
    "GET /users/v1/oauth/response/{platform}": Line(returning, always(307)),
    "POST /users/v1/oauth/token": Line(exchanging, ANYBODY),
    "POST /users/v1/logout": Line(going, always(204)),
    "GET /users/v1/publickeys": Line(keys, ANYBODY),
    "GET /users/v1/publickeys/{id}": Line(key, always(404)),
}
