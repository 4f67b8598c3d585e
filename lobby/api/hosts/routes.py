"""Rows of the hosts and sessions document. Their order counts: literal paths come first."""

from __future__ import annotations

from types import NoneType

from lobby.api.dialect import Door, Row
from lobby.api.hosts import endpoints, search
from lobby.api.hosts.dialect import hosts
from lobby.domain.permissions import needs
from protocol import hosts as words
from protocol.searches import SessionSearch, SessionsPage

ANYBODY = needs()
HOST = needs(own="host")
GUEST = needs(own="guest")

ERROR = words.Message
UNKNOWN = words.HostsNotFound
LIMITED = {429: ERROR, 500: ERROR, 503: ERROR}
REFUSED = {401: ERROR, 404: UNKNOWN, 413: ERROR, 422: words.HostsValidationError, **LIMITED}
LOCATED = {"Location": "Where the session is played."}

rows = [
    Row(
        "POST",
        "/hosts",
        endpoints.register,
        ANYBODY,
        {200: words.Host, **LIMITED},
        headers={200: {"Host-Key": "The host's key, in hexadecimal; shown this once."}},
        operation_id="register_hosts_post",
    ),
    Row(
        "GET",
        "/hosts/access_token/renew",
        endpoints.renew,
        HOST,
        {200: words.Token, 401: ERROR, 404: UNKNOWN, **LIMITED},
        operation_id="renew_hosts_access_token_renew_get",
    ),
    Row(
        "GET",
        "/hosts/{host}/access_token",
        endpoints.login,
        ANYBODY,
        {200: words.Token, 404: UNKNOWN, 422: words.HostsValidationError, **LIMITED},
        path=words.HostPath,
        operation_id="login_hosts__host__access_token_get",
    ),
    Row(
        "GET",
        "/hosts/{host}",
        endpoints.get,
        HOST,
        {200: words.Host, **REFUSED},
        path=words.HostPath,
        operation_id="get_hosts__host__get",
    ),
    Row(
        "PUT",
        "/hosts/{host}/only_friends",
        endpoints.set_only_friends,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.HostPath,
        takes=words.OnlyFriends,
        again=endpoints.terms_again,
        operation_id="set_only_friends_hosts__host__only_friends_put",
    ),
    Row(
        "PUT",
        "/hosts/{host}/allow_nonames",
        endpoints.set_allow_nonames,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.HostPath,
        takes=words.AllowNonames,
        again=endpoints.terms_again,
        operation_id="set_allow_nonames_hosts__host__allow_nonames_put",
    ),
    Row(
        "POST",
        "/hosts/{host}/friends",
        endpoints.befriend,
        HOST,
        {200: NoneType, 400: ERROR, 409: ERROR, **REFUSED},
        path=words.HostPath,
        query=words.FriendQuery,
        operation_id="befriend_hosts__host__friends_post",
    ),
    Row(
        "DELETE",
        "/hosts/{host}/friends/{former_friend}",
        endpoints.unfriend,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.FriendPath,
        operation_id="unfriend_hosts__host__friends__former_friend__delete",
    ),
    Row(
        "POST",
        "/hosts/{host}/banlist",
        endpoints.ban,
        HOST,
        {200: NoneType, 400: ERROR, 409: ERROR, **REFUSED},
        path=words.HostPath,
        query=words.BannedQuery,
        again=endpoints.ban_again,
        operation_id="ban_hosts__host__banlist_post",
    ),
    Row(
        "DELETE",
        "/hosts/{host}/banlist/{banned}",
        endpoints.unban,
        HOST,
        {200: NoneType, **REFUSED},
        path=words.BannedPath,
        again=endpoints.unban_again,
        operation_id="unban_hosts__host__banlist__banned__delete",
    ),
    Row(
        "POST",
        "/sessions",
        endpoints.launch,
        HOST,
        {201: words.LaunchedSession, 409: ERROR, **REFUSED},
        takes=words.HostLaunchRequest,
        headers={201: LOCATED},
        again=endpoints.launch_again,
        operation_id="launch_session_sessions_post",
    ),
    Row(
        "POST",
        "/sessions/players",
        endpoints.join,
        GUEST,
        {200: words.JoinedSession, 400: ERROR, 409: ERROR, **REFUSED},
        takes=words.HostJoinRequest,
        headers={200: LOCATED},
        again=endpoints.join_again,
        operation_id="join_sessions_players_post",
    ),
]

own_rows = [
    Row(
        "DELETE",
        "/hosts/access_token",
        endpoints.end_login,
        ANYBODY,
        {200: NoneType, 401: ERROR, **LIMITED},
        operation_id="sign_out_hosts_access_token_delete",
    ),
    Row(
        "POST",
        "/sessions/search",
        search.search,
        ANYBODY,
        {200: SessionsPage, 401: ERROR, 413: ERROR, 422: words.HostsValidationError, **LIMITED},
        takes=SessionSearch,
        operation_id="search_sessions_search_post",
    ),
]
"""Operations that the document does not have. Signing out takes any token, also one that has ended:
so it can be repeated. A search needs none, and looks at one that is shown."""

door: Door = (hosts, [*rows, *own_rows])
