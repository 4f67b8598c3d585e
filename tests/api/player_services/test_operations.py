"""Every operation of the schema file is one of our document, and says the same there and here: what
it takes, what it gives, whom it lets in.
"""

from __future__ import annotations

import re
from typing import Any

import httpx2
import pytest

from lobby.domain.permissions import Needs, needs
from tests.api.player_services import schema_file
from tests.api.player_services.schema_comparison import (
    operation_differences,
    operations,
    permissions,
)
from tests.api.player_services.schema_file import CONTRACT
from tests.support.server_thread import serving

pytestmark = schema_file.needed

DELIBERATE = {
    r"parameters\.header\.(user-agent|x-forwarded-for): not ours": (
        "clients and proxies write them unasked; which proxy is believed is the operator's choice"
    ),
    r"responses\.(304|400|404|409|413|415|429|500|503): not theirs": (
        "that document leaves out most refusals; ours names every answer"
    ),
    r"responses\.403: not theirs": "whoever asks for a permission refuses, and says so",
    r"parameters\.query\.reason: not theirs": "as in a later description",
    r".*\.application/json\.(joinability|friend_uuid|short_code|password): not theirs": (
        "optional fields of later versions of that document, by their names there"
    ),
    r"responses\.\d+\.headers\.(x-request-id|retry-after|etag|lobby-about): not theirs": (
        "more than that document promises"
    ),
    r"(responses\.200|body)\.application/json\.backfill: not theirs": (
        "later clients ask for players where a session shows it, or say that they come to no match "
        "that is under way"
    ),
    r"responses\.200\..*\.session_permissions: not theirs": (
        "what a member was given to do to others; absent where nothing"
    ),
    r"responses\.200\..*teams\.items\.custom_data: not theirs": (
        "custom data of a team; absent where there are none"
    ),
    r"body\..*\.teams: not theirs": "sizes and custom data of teams, for who says some",
    r".*\.(matchmaking\.queue_id|queue_ids|profile_ids|passed_queue_time_seconds): not theirs": (
        "a ticket may wait in several queues, and count what was waited before: 2026's words"
    ),
    r".*\.queue_id: not required by us": "whoever names several queues need not name one",
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


def test_an_operation_is_deprecated_where_the_schema_file_says_so(
    document: dict[str, Any], shared: set[str]
) -> None:
    ours, theirs = (
        {name for name in shared if of(each, name).get("deprecated")}
        for each in (document, CONTRACT)
    )
    assert ours == theirs
    assert len(ours) == 9


CODE = re.compile(r"^- `?(\w+)`?", re.MULTILINE)
ANYWHERE = re.compile(r"`(\w+)`")


def test_the_codes_of_a_login_are_those_that_the_schema_file_has(document: dict[str, Any]) -> None:
    """Those that are never answered are named as such."""
    login = "POST /users/v1/login"
    theirs = set(CODE.findall(of(CONTRACT, login)["responses"]["403"]["description"]))
    said = of(document, login)["responses"]["403"]["description"]
    given, _, never = said.partition("never answered here")
    given_codes, never_codes = set(CODE.findall(given)), set(ANYWHERE.findall(never))
    assert len(theirs) > 80
    assert given_codes & never_codes == set()
    assert given_codes - theirs == set()
    assert never_codes | given_codes == theirs


def test_codes_that_the_schema_file_lists_for_a_status_are_listed(
    document: dict[str, Any], shared: set[str]
) -> None:
    """Of a login through a platform's token, those that are answered here."""
    skipped = {"POST /users/v1/login", "POST /users/v1/portaltoken/details"}
    for name in sorted(shared - skipped):
        for status, theirs in of(CONTRACT, name)["responses"].items():
            codes = set(CODE.findall(theirs["description"]))
            ours = of(document, name)["responses"][status]["description"]
            assert codes - set(CODE.findall(ours)) == set(), (name, status)


READ = "GET /session/v1/session/{session_id}"


def test_a_row_that_lets_in_others_is_found() -> None:
    exact = needs("session:read:any", "session:*", own="session:read:self")
    assert permission_differences(READ, exact) == []
    loose = needs("session:read:any", "session:read", own="session:read:self")
    assert permission_differences(READ, loose) == [
        "session:read: not theirs",
        "session:*: not ours",
    ]
