"""Rows of the server, users and nicknames document, under the prefix of the deployment."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from lobby.api.dialect import Door, Endpoint, Row
from lobby.api.server_status import changes, server, tokens, users
from lobby.api.server_status.dialect import server_status
from lobby.domain.permissions import needs
from protocol import game_server
from protocol import server_status as words

ANYBODY = needs()
READ = needs(own="server:read")
WRITE = needs("server:write:any", own="server:write:self")
ADMIN = needs("server:admin")

ERROR = words.Error
BROKEN = {406: ERROR, 429: ERROR, 500: ERROR, 503: ERROR}
TRIED = {400: ERROR, 401: ERROR, **BROKEN}
GUARDED = {400: ERROR, 401: ERROR, 403: ERROR, **BROKEN}
ENDED = {**GUARDED, 422: ERROR}
LARGEST_WRITE, LARGEST_WITH_ICON = 128 * 1024, 1024 * 1024
"""Bytes of a request's body, and of one that may carry an icon: far more than an icon may have, so
that whoever sends too large a picture is told so."""

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
    ("", server.whole, game_server.Server),
    ("/version", server.version, game_server.Version),
    ("/version/name", server.version_name, game_server.VersionName),
    ("/version/protocol", server.version_protocol, game_server.VersionProtocol),
    ("/players", server.players, game_server.Players),
    ("/players/count", server.players_count, game_server.PlayersCount),
    ("/players/online", server.players_online, game_server.Online),
    ("/players/max", server.players_max, words.Max),
    ("/players/sample", server.players_sample, list[game_server.Sample]),
    ("/motd", server.motd, game_server.Motd),
    ("/motd/raw", server.motd_raw, game_server.MotdRaw),
    ("/motd/clean", server.motd_clean, game_server.MotdClean),
    ("/motd/html", server.motd_html, game_server.MotdHtml),
    ("/address", server.address, game_server.Address),
    ("/favicon", server.favicon, game_server.Favicon),
]


def door(prefix: str) -> Door:
    """The rows under this prefix, `/api` for example."""
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
        Row(
            "POST",
            prefix + "/deauth",
            tokens.deauth,
            WRITE,
            _or_error(words.Empty, ENDED),
        ),
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
    """`completes`: those of several writes."""
    everybody, user = prefix + "/users", prefix + USER
    whole: dict[str, Any] = {"completes": True}
    admin: dict[str, Any] = {"need": ADMIN, **whole}
    all_again, add_again = changes.delete_all_again, changes.add_again
    return [
        _write(
            "DELETE", everybody, changes.delete_all, words.Count, of=None, again=all_again, **admin
        ),
        _write("POST", user, changes.add, takes=words.Add, again=add_again, **admin),
        _write("PUT", user, changes.change, takes=words.Change, **whole),
        _write("DELETE", user, changes.delete, again=changes.delete_again, **whole),
        _write("PUT", user + "/name", changes.set_name, takes=words.SetName),
        _write("PUT", user + "/icon", changes.set_icon, takes=words.SetIcon, **whole),
        _write("PUT", user + "/password", changes.set_password, takes=words.SetPassword),
        _write("PUT", user + "/is-admin", changes.set_admin, takes=words.SetAdmin, **admin),
        *_nickname_changes(user + "/nicknames"),
    ]


def _nickname_changes(every: str) -> list[Row]:
    one, counted = every + "/{nickname}", changes.remove_nicknames_again
    return [
        _write("PUT", every, changes.set_nicknames, takes=words.Nicknames),
        _write("DELETE", every, changes.remove_nicknames, words.Count, again=counted),
        _write("POST", one, changes.add_nickname, of=words.NicknamePath),
        _write("DELETE", one, changes.remove_nickname, of=words.NicknamePath),
    ]


def _read(path: str, endpoint: Endpoint, gives: Any, *, user: bool = False) -> Row:
    of = words.UserPath if user else None
    return Row("GET", path, endpoint, READ, _or_error(gives, GUARDED), path=of)


def _users(path: str, endpoint: Endpoint, gives: Any, *, of: type[BaseModel] | None = None) -> Row:
    refused = GUARDED if of else {**GUARDED, 429: ERROR}
    answers = _or_error(gives, refused)
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
    **repeats: Any,
) -> Row:
    answers = _or_error(gives, {**GUARDED, 413: ERROR, 422: ERROR})
    largest = LARGEST_WITH_ICON if takes and "icon" in takes.model_fields else LARGEST_WRITE
    named = of is words.NicknamePath
    return Row(
        method,
        path,
        endpoint,
        need,
        answers,
        path=of,
        takes=takes,
        largest=largest,
        open_end=named,
        **repeats,
    )


def _or_error(gives: Any, others: dict[int, Any]) -> dict[int, Any]:
    """By contract, a well-formed request that fails is 200 with an `error`."""
    return {200: gives | ERROR, **others}
