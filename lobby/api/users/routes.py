"""Rows of the users and slots document."""

from __future__ import annotations

from lobby.api.dialect import Door, Row
from lobby.api.users import endpoints
from lobby.api.users.dialect import users
from lobby.domain.permissions import needs
from protocol import users as words

ANYBODY = needs()
USER = needs(own="user")

BROKEN = {429: "too many tries", 500: "internal error", 503: "try again shortly"}
FORM = {
    400: "missing form · missing fields [a, b] · invalid fields [a, b]",
    413: "too large",
    **BROKEN,
}
BEARER = {401: "bad token", 403: "forbidden", **BROKEN}
SLOT = {400: "what is wrong", 404: "not found", **BEARER}
REPEATED = {422: "id reused"}

rows = [
    Row(
        "GET",
        "/users",
        endpoints.list_users,
        USER,
        {200: list[words.ListedUser], 400: "what is wrong", **BEARER},
        query=words.Users,
        operation_id="list_users",
    ),
    Row(
        "POST",
        "/users",
        endpoints.register,
        ANYBODY,
        {201: "OK", 409: "username conflict", **FORM},
        form=words.Credentials,
        operation_id="register_user",
    ),
    Row(
        "POST",
        "/users/login",
        endpoints.login,
        ANYBODY,
        {200: "the token", 401: "bad credentials", **FORM},
        form=words.Credentials,
        operation_id="log_in_user",
    ),
    Row(
        "GET",
        "/slots",
        endpoints.list_slots,
        USER,
        {200: list[words.Slot], **SLOT},
        query=words.SlotQuery,
        operation_id="list_slots",
    ),
    Row(
        "GET",
        "/slots/{slot}",
        endpoints.get_slot,
        USER,
        {200: words.Slot, **SLOT},
        path=words.SlotPath,
        operation_id="get_slot",
    ),
    Row(
        "POST",
        "/slots/{slot}/reserve",
        endpoints.reserve_slot,
        USER,
        {200: "OK", 409: "slot conflict", **REPEATED, **SLOT},
        path=words.SlotPath,
        operation_id="reserve_slot",
    ),
    Row(
        "POST",
        "/slots/{slot}/release",
        endpoints.release_slot,
        USER,
        {200: "OK", 409: "slot conflict", **REPEATED, **SLOT},
        path=words.SlotPath,
        again=endpoints.release_again,
        operation_id="release_slot",
    ),
]

door: Door = (users, rows)
