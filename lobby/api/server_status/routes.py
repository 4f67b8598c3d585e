"""Rows of the server, users and nicknames document, under the prefix of the deployment."""

from __future__ import annotations

from dataclasses import replace
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

ERROR = words.ServerRefusal
BROKEN = {406: ERROR, 429: ERROR, 500: ERROR, 503: ERROR}
TRIED = {400: ERROR, 401: ERROR, **BROKEN}
GUARDED = {400: ERROR, 401: ERROR, 403: ERROR, **BROKEN}
ENDED = {**GUARDED, 422: ERROR}
LARGEST_WRITE, LARGEST_WITH_ICON = 128 * 1024, 1024 * 1024
"""Bytes of a request's body, and of one that may carry an icon: far more than an icon may have, so
that whoever sends too large a picture is told so."""

NAMED = str.maketrans("/-", "__")
"""Of the parts of a path, those of an operation's id."""
USER = "/users/{user}"
USER_PARTS: list[tuple[str, users.Part, Any]] = [
    ("/login", users.login, words.UserLogin),
    ("/is-admin", users.is_admin, words.UserIsAdmin),
    ("/online", users.online, words.UserIsOnline),
    ("/is-online", users.online, words.UserIsOnline),
    ("/reg", users.reg, words.UserRegistration),
    ("/reg/time", users.reg_time, words.UserRegistrationTime),
    ("/reg/user", users.reg_user, words.UserRegistrar),
    ("/name", users.name, words.UserDisplayName),
    ("/icon", users.icon, words.UserIcon),
    ("/nicknames", users.nicknames, list[str]),
    ("/nicknames/", users.nicknames, list[str]),
]
SERVER_PARTS: list[tuple[str, server.Part, Any]] = [
    ("", server.whole, game_server.GameServerStatus),
    ("/version", server.version, game_server.GameVersion),
    ("/version/name", server.version_name, game_server.GameVersionName),
    ("/version/protocol", server.version_protocol, game_server.GameVersionProtocol),
    ("/players", server.players, game_server.ServerPlayers),
    ("/players/count", server.players_count, game_server.ServerPlayersCount),
    ("/players/online", server.players_online, game_server.PlayersOnline),
    ("/players/max", server.players_max, words.MostAllowed),
    ("/players/sample", server.players_sample, list[game_server.PlayerSample]),
    ("/motd", server.motd, game_server.ServerMotd),
    ("/motd/raw", server.motd_raw, game_server.ServerMotdRaw),
    ("/motd/clean", server.motd_clean, game_server.ServerMotdClean),
    ("/motd/html", server.motd_html, game_server.ServerMotdHtml),
    ("/address", server.address, game_server.ServerAddress),
    ("/favicon", server.favicon, game_server.ServerFavicon),
]


def door(prefix: str) -> Door:
    """The rows under this prefix, `/api` for example."""
    return server_status, [
        *_tokens(prefix),
        *[_user_part(prefix, *part) for part in USER_PARTS],
        _users(prefix + "/users", users.list_users, list[words.ServerUser]),
        _users(prefix + USER, users.get_user, words.ServerUser, of=words.UserPath),
        *[_read(f"{prefix}/server{tail}", server.part(of), g) for tail, of, g in SERVER_PARTS],
        *_changes(prefix),
    ]


def _tokens(prefix: str) -> list[Row]:
    return [
        Row("POST", prefix + "/auth", tokens.auth, ANYBODY, _or_error(words.ServerTokens, TRIED)),
        Row(
            "POST",
            prefix + "/reauth",
            tokens.auth,
            ANYBODY,
            _or_error(words.ServerTokens, TRIED),
            operation_id="server_reauth",
        ),
        Row(
            "POST",
            prefix + "/deauth",
            tokens.deauth,
            WRITE,
            _or_error(words.ServerDone, ENDED),
        ),
        *[
            Row(
                "GET",
                prefix + path,
                tokens.anonymous_access_allowed,
                ANYBODY,
                _or_error(words.AnonymousAccess, BROKEN),
                operation_id=f"server{path.translate(NAMED)}",
            )
            for path in ("/anonym-access-allowed", "/anonymous-access-allowed")
        ],
        _read(prefix + "/max-nicknames", tokens.max_nicknames, words.MostAllowed),
        _read(prefix + "/max-tokens", tokens.max_tokens, words.MostAllowed),
        Row(
            "GET",
            prefix + "/console-available",
            tokens.console_available,
            ADMIN,
            _or_error(words.ConsoleAvailability, GUARDED),
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
            "DELETE",
            everybody,
            changes.delete_all,
            words.CountRemoved,
            of=None,
            again=all_again,
            **admin,
        ),
        _write("POST", user, changes.add, takes=words.UserCreation, again=add_again, **admin),
        _write("PUT", user, changes.change, takes=words.UserChange, **whole),
        _write("DELETE", user, changes.delete, again=changes.delete_again, **whole),
        _write("PUT", user + "/name", changes.set_name, takes=words.UserNameChange),
        _write("PUT", user + "/icon", changes.set_icon, takes=words.UserIconChange, **whole),
        _write("PUT", user + "/password", changes.set_password, takes=words.UserPasswordChange),
        _write("PUT", user + "/is-admin", changes.set_admin, takes=words.UserAdminChange, **admin),
        *_nickname_changes(user + "/nicknames"),
    ]


def _nickname_changes(every: str) -> list[Row]:
    one, counted = every + "/{nickname}", changes.remove_nicknames_again
    return [
        _write("PUT", every, changes.set_nicknames, takes=words.UserNicknames),
        _write("DELETE", every, changes.remove_nicknames, words.CountRemoved, again=counted),
        _write("POST", one, changes.add_nickname, of=words.NicknamePath),
        _write("DELETE", one, changes.remove_nickname, of=words.NicknamePath),
    ]


def _read(path: str, endpoint: Endpoint, gives: Any, *, user: bool = False) -> Row:
    of = words.UserPath if user else None
    return Row("GET", path, endpoint, READ, _or_error(gives, GUARDED), path=of)


def _user_part(prefix: str, tail: str, of: users.Part, gives: Any) -> Row:
    row = _read(prefix + USER + tail, users.part(of), gives, user=True)
    again = "_list" if tail.endswith("/") else ""
    return replace(row, operation_id=f"server_get_user{tail.rstrip('/').translate(NAMED)}{again}")


def _users(path: str, endpoint: Endpoint, gives: Any, *, of: type[BaseModel] | None = None) -> Row:
    refused = GUARDED if of else {**GUARDED, 429: ERROR}
    answers = _or_error(gives, refused)
    return Row("GET", path, endpoint, READ, answers, path=of, query=words.Details)


def _write(
    method: str,
    path: str,
    endpoint: Endpoint,
    gives: Any = words.ServerDone,
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
