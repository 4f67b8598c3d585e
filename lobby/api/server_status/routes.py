"""The server, users and nicknames document as a table, under the prefix of the deployment."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from lobby.api.dialect import Door, Endpoint, Row
from lobby.api.server_status import changes, server, tokens, users
from lobby.api.server_status.dialect import server_status
from lobby.domain.permissions import needs
from protocol import server_status as words

ANYBODY = needs()
READ = needs(own="server:read")
WRITE = needs("server:write:any", own="server:write:self")
ADMIN = needs("server:admin")

ERROR = words.Error
BROKEN = {406: ERROR, 500: ERROR, 503: ERROR}
TRIED = {400: ERROR, 401: ERROR, 429: ERROR, **BROKEN}
GUARDED = {400: ERROR, 401: ERROR, 403: ERROR, **BROKEN}
LARGEST_ICON = 128 * 1024

USER = "/users/{user}"
USER_PARTS: list[tuple[str, users.Part, Any]] = [
    ("/login", users.login, words.LoginOf),
    ("/is-admin", users.is_admin, words.IsAdmin),
    ("/online", users.online, words.IsOnline),
    ("/is-online", users.online, words.IsOnline),
    ("/reg", users.reg, words.Reg),
    ("/reg/time", users.reg_time, words.RegTime),
    ("/reg/user", users.reg_user, words.RegUser),
    ("/name", users.name, words.NameOf),
    ("/icon", users.icon, words.IconOf),
    ("/nicknames", users.nicknames, list[str]),
    ("/nicknames/", users.nicknames, list[str]),
]
SERVER_PARTS: list[tuple[str, server.Part, Any]] = [
    ("", server.whole, words.Server),
    ("/version", server.version, words.Version),
    ("/version/name", server.version_name, words.VersionName),
    ("/version/protocol", server.version_protocol, words.VersionProtocol),
    ("/players", server.players, words.Players),
    ("/players/count", server.players_count, words.PlayersCount),
    ("/players/online", server.players_online, words.Online),
    ("/players/max", server.players_max, words.Max),
    ("/players/sample", server.players_sample, list[words.Sample]),
    ("/motd", server.motd, words.Motd),
    ("/motd/raw", server.motd_raw, words.MotdRaw),
    ("/motd/clean", server.motd_clean, words.MotdClean),
    ("/motd/html", server.motd_html, words.MotdHtml),
    ("/address", server.address, words.Address),
    ("/favicon", server.favicon, words.Favicon),
]


def door(prefix: str) -> Door:
    """The table under this prefix, `/api` for example."""
    return server_status, [
        *_tokens(prefix),
        *[_read(prefix + USER + tail, users.part(of), g, user=True) for tail, of, g in USER_PARTS],
        _users(prefix + "/users", users.list_users, list[words.User]),
        _users(prefix + USER, users.get_user, words.User, of=words.UserPath),
        *[_read(f"{prefix}/server{tail}", server.part(of), g) for tail, of, g in SERVER_PARTS],
        *_changes(prefix),
    ]


def _tokens(prefix: str) -> list[Row]:
    return [
        Row("POST", prefix + "/auth", tokens.auth, ANYBODY, _or_error(words.Pair, TRIED)),
        Row("POST", prefix + "/reauth", tokens.auth, ANYBODY, _or_error(words.Pair, TRIED)),
        Row("POST", prefix + "/deauth", tokens.deauth, WRITE, _or_error(words.Empty, GUARDED)),
        *[
            Row("GET", prefix + path, tokens.anonymous_access_allowed, ANYBODY, allowed)
            for path in ("/anonym-access-allowed", "/anonymous-access-allowed")
            for allowed in [_or_error(words.Allowed, BROKEN)]
        ],
        _read(prefix + "/max-nicknames", tokens.max_nicknames, words.Max),
        _read(prefix + "/max-tokens", tokens.max_tokens, words.Max),
        Row(
            "GET",
            prefix + "/console-available",
            tokens.console_available,
            ADMIN,
            _or_error(words.Available, GUARDED),
        ),
    ]


def _changes(prefix: str) -> list[Row]:
    user = prefix + USER
    nicknames, nickname = user + "/nicknames", user + "/nicknames/{nickname}"
    return [
        _write("DELETE", prefix + "/users", changes.delete_all, words.Count, of=None, need=ADMIN),
        _write("POST", user, changes.add, takes=words.Add, need=ADMIN),
        _write("PUT", user, changes.change, takes=words.Change),
        _write("DELETE", user, changes.delete),
        _write("PUT", user + "/name", changes.set_name, takes=words.SetName),
        _write("PUT", user + "/icon", changes.set_icon, takes=words.SetIcon),
        _write("PUT", user + "/password", changes.set_password, takes=words.SetPassword),
        _write("PUT", user + "/is-admin", changes.set_admin, takes=words.SetAdmin, need=ADMIN),
        _write("PUT", nicknames, changes.set_nicknames, takes=words.Nicknames),
        _write("DELETE", nicknames, changes.remove_nicknames, words.Count),
        _write("POST", nickname, changes.add_nickname, of=words.NicknamePath),
        _write("DELETE", nickname, changes.remove_nickname, of=words.NicknamePath),
    ]


def _read(path: str, endpoint: Endpoint, gives: Any, *, user: bool = False) -> Row:
    of = words.UserPath if user else None
    return Row("GET", path, endpoint, READ, _or_error(gives, GUARDED), path=of)


def _users(path: str, endpoint: Endpoint, gives: Any, *, of: type[BaseModel] | None = None) -> Row:
    answers = _or_error(gives, GUARDED)
    return Row("GET", path, endpoint, READ, answers, path=of, query=words.Details)


def _write(
    method: str,
    path: str,
    endpoint: Endpoint,
    gives: Any = words.Empty,
    *,
    of: type[BaseModel] | None = words.UserPath,
    takes: type[BaseModel] | None = None,
    need: Any = WRITE,
) -> Row:
    answers = _or_error(gives, {**GUARDED, 413: ERROR, 429: ERROR})
    return Row(method, path, endpoint, need, answers, path=of, takes=takes, largest=LARGEST_ICON)


def _or_error(gives: Any, others: dict[int, Any]) -> dict[int, Any]:
    """What is wrong in meaning only is 200 as well."""
    return {200: gives | ERROR, **others}
