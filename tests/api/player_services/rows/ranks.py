"""Ratings: of oneself, of others, and of a match."""

from __future__ import annotations

from tests.api.player_services.rows import Good, Line, plain
from tests.support.player_services import Caller, Callers

RATING = {"rank": {"mu": 26.0, "sigma": 7.0}}


def whose(callers: Callers, caller: Caller) -> Good:
    """What any of the paths may ask for."""
    return Good({"player_uuid": caller.subject.uuid, "rank_id": 1})


def saying(callers: Callers, caller: Caller) -> Good:
    return Good(whose(callers, caller).path, json={"instance_id": "arena", **RATING})


def match(callers: Callers, caller: Caller) -> Good:
    players = [caller.subject, callers.player()]
    teams = [
        {
            "team_rank": place,
            "players": [{"player_uuid": one.uuid, "seconds_in_match": 60, **RATING}],
        }
        for place, one in enumerate(players, start=1)
    ]
    return Good(json={"rank_id": 1, "match_length_seconds": 60, "teams": teams})


# In the order of ACTORS: nobody, guest, player, other, server, support, elsewhere, expired,
# forged, revoked, deleted. A server rates players, and has no rating of its own.
NO_TOKEN = "renew renew renew renew renew"
MINE = f"renew 200 200 200 403 403 {NO_TOKEN}"
READ = f"renew 200 200 403 200 200 {NO_TOKEN}"
CONFIG = f"renew 200 200 200 200 403 {NO_TOKEN}"
SERVERS = f"renew 403 403 403 200 403 {NO_TOKEN}"
NOBODY = f"renew 403 403 403 403 403 {NO_TOKEN}"
"""The permission for one's own rating is for games that trust their clients."""

R, PLAYER, ID = "/rank/v1", "/player/{player_uuid}/rank", "/{rank_id}"

LINES = {
    f"POST {R}/rank:calculate-trueskill": Line(match, SERVERS),
    f"GET {R}/player/me/rank{ID}": Line(whose, MINE),
    f"POST {R}/player/me/rank{ID}": Line(saying, NOBODY),
    f"GET {R}{PLAYER}{ID}": Line(whose, READ),
    f"POST {R}{PLAYER}{ID}": Line(saying, SERVERS),
    f"GET {R}/player/me/rank": Line(plain, MINE),
    f"GET {R}{PLAYER}": Line(whose, READ),
    f"GET {R}/rank": Line(plain, CONFIG),
    f"GET {R}/rank{ID}": Line(whose, CONFIG),
    f"GET /rank/v2{PLAYER}": Line(whose, READ),
    f"POST /rank/v2{PLAYER}{ID}": Line(saying, SERVERS),
}
