"""Every operation of the schema file is one of our document, and says the same there and here: what
it takes, what it gives, whom it lets in.
"""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from lobby.domain.permissions import Needs, needs
from tests.api.serving import serving
from tests.player_services import contract
from tests.player_services.contract import CONTRACT
from tests.player_services.schema import operation_differences, operations, permissions

pytestmark = contract.needed

DELIBERATE = {
    r"parameters\.header\.(user-agent|x-forwarded-for): not ours": (
        "clients and proxies write them unasked; which proxy is believed is the operator's choice"
    ),
    r"responses\.(304|400|404|409|413|429|500|503): not theirs": (
        "that document leaves out most refusals; ours names every answer"
    ),
    r"responses\.403: not theirs": "whoever asks for a permission refuses, and says so",
    r"responses\.\d+\.headers\.(x-request-id|retry-after|etag): not theirs": (
        "more than that document promises"
    ),
}
"""What may differ in any operation, and why."""

OWN_STREAM = {
    f"GET /notification/v1/{family}/{rest}": {f"notification:{family}:self:read"}
    for family, given in (("player", "{player_uuid}"), ("playerid", "{player_id}"))
    for whose in ("me", given)
    for rest in (
        f"{whose}/stream/notification/lp",
        f"{whose}/notification",
        f"{whose}/notification/{{notification_id}}",
    )
}
"""A plain read opens everybody's stream, so that players must not have it for their own."""
OWN_INSTANCE = {
    f"GET /notification/v1/instance/{{instance_id}}/{rest}": {"session:instance:health"}
    for rest in ("stream/notification/lp", "notification", "notification/{notification_id}")
}
"""A player who hosts an instance hears what is said to it."""
HEALTH = {"POST /session/v1/session/{session_id}/instance/health": {"session:*"}}
"""Who stands above every session reports for any; later descriptions name it, too."""
CUSTOM = {"POST /custom/v1/custom/{endpoint_id}": {"look"}}
"""Whoever has come in; the description asks for no more, and a game says itself what it asks."""
SETTING = {
    "GET /settings/v1/setting_type/{setting_type_id}/v/{setting_version_id}": {
        "setting-config:read"
    }
}
"""Its description names none, though it wants a token; those beside it name this."""
MORE_PERMISSIONS: dict[str, set[str]] = {
    **OWN_STREAM,
    **OWN_INSTANCE,
    **HEALTH,
    **CUSTOM,
    **SETTING,
}
"""By operation, what its row takes besides the strings that its description names."""


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    with serving() as served:
        found: dict[str, Any] = httpx2.get(f"{served.url}/openapi.json").json()
    return found


@pytest.fixture(scope="module")
def shared(document: dict[str, Any]) -> set[str]:
    return set(operations(document)) & set(operations(CONTRACT))


def of(document: dict[str, Any], name: str) -> Any:
    method, _, path = name.partition(" ")
    return document["paths"][path][method.lower()]


def unwanted(document: dict[str, Any], name: str) -> list[str]:
    found = operation_differences(document, CONTRACT, *name.split(" ", 1))
    return [each for each in found if not any(re.fullmatch(known, each) for known in DELIBERATE)]


def permission_differences(name: str, needed: Needs) -> list[str]:
    """What the row takes and the description does not name, and the reverse."""
    ours = needed.outright | needed.own
    theirs = permissions(of(CONTRACT, name)) | MORE_PERMISSIONS.get(name, set())
    return [
        *(f"{each}: not theirs" for each in sorted(ours - theirs)),
        *(f"{each}: not ours" for each in sorted(theirs - ours)),
    ]


def test_every_operation_of_the_schema_file_is_served(shared: set[str]) -> None:
    assert set(operations(CONTRACT)) - shared == set()
    assert len(shared) == 87


def test_an_operation_takes_and_gives_what_the_schema_file_says(
    document: dict[str, Any], shared: set[str]
) -> None:
    found = {name: unwanted(document, name) for name in sorted(shared)}
    assert {name: differing for name, differing in found.items() if differing} == {}


def test_an_operation_lets_in_whom_the_schema_file_says(
    document: dict[str, Any], shared: set[str]
) -> None:
    said = {name: of(document, name)["x-needs"] for name in sorted(shared)}
    found = {
        name: permission_differences(name, needs(*its["outright"], own=its["own"]))
        for name, its in said.items()
    }
    assert {name: differing for name, differing in found.items() if differing} == {}


READ = "GET /session/v1/session/{session_id}"


def test_a_row_that_lets_in_others_is_found() -> None:
    exact = needs("session:read:any", "session:*", own="session:read:self")
    assert permission_differences(READ, exact) == []
    loose = needs("session:read:any", "session:read", own="session:read:self")
    assert permission_differences(READ, loose) == [
        "session:read: not theirs",
        "session:*: not ours",
    ]
