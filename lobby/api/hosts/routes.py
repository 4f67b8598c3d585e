"""The hosts and sessions document as a table. Order counts: `renew` is no host's uuid."""

from __future__ import annotations

from types import NoneType

from lobby.api.dialect import Door, Row
from lobby.api.hosts import endpoints
from lobby.api.hosts.dialect import hosts
from lobby.domain.permissions import needs
from protocol import hosts as words

ANYBODY = needs()
HOST = needs(own="host")
GUEST = needs(own="guest")

NO = words.Message
REFUSED = {401: NO, 404: NO, 413: NO, 422: words.ValidationError, 500: NO, 503: NO}
LIMITED = {429: NO, 500: NO, 503: NO}
LOCATED = {"Location": "Where the session is played."}

rows = [
    Row(
        "POST",
        "/hosts",
        endpoints.register,
        ANYBODY,
        {200: words.Host, **LIMITED},
        headers={200: {"Host-Key": "The host's key, in hexadecimal; shown this once."}},
    ),
    Row(
        "GET",
        "/hosts/access_token/renew",
        endpoints.renew,
        HOST,
        {200: words.Token, 401: NO, 404: NO, 500: NO, 503: NO},
    ),
    Row(
        "GET",
        "/hosts/{host}/access_token",
        endpoints.login,
        ANYBODY,
        {200: words.Token, 404: NO, 422: words.ValidationError, **LIMITED},
        path=words.HostPath,
    ),
    Row(
        "GET",
        "/hosts/{host}",
        endpoints.get,
        HOST,
        {200: words.Host, **REFUSED},
        path=words.HostPath,
    ),
    Row(
        "PUT",
        "/hosts/{host}/only_friends",
        endpoints.set_only_friends,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.HostPath,
        takes=words.OnlyFriends,
    ),
    Row(
        "PUT",
        "/hosts/{host}/allow_nonames",
        endpoints.set_allow_nonames,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.HostPath,
        takes=words.AllowNonames,
    ),
    Row(
        "POST",
        "/hosts/{host}/friends",
        endpoints.befriend,
        HOST,
        {200: NoneType, 400: NO, **REFUSED},
        path=words.HostPath,
        query=words.FriendQuery,
    ),
    Row(
        "DELETE",
        "/hosts/{host}/friends/{former_friend}",
        endpoints.unfriend,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.FriendPath,
    ),
    Row(
        "POST",
        "/hosts/{host}/banlist",
        endpoints.ban,
        HOST,
        {200: NoneType, 400: NO, **REFUSED},
        path=words.HostPath,
        query=words.BannedQuery,
    ),
    Row(
        "DELETE",
        "/hosts/{host}/banlist/{banned}",
        endpoints.unban,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.BannedPath,
    ),
    Row(
        "POST",
        "/sessions",
        endpoints.launch,
        HOST,
        {201: words.Launched, 409: NO, **REFUSED},
        takes=words.Launch,
        headers={201: LOCATED},
    ),
    Row(
        "POST",
        "/sessions/players",
        endpoints.join,
        GUEST,
        {200: words.Joined, 400: NO, **REFUSED},
        takes=words.Join,
        headers={200: LOCATED},
    ),
]

door: Door = (hosts, rows)
