"""The header Idempotency-Key, on every operation of every HTTP door that changes something: what is
repeated has its effect once, and the same outcome.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from lobby.identity.tokens import KeyRing
from tests.support.command_scenes import shape
from tests.support.keyed_requests import (
    ANYBODYS,
    CHANGING,
    ENDING,
    KEYED,
    FatalStore,
    Keyed,
    Requests,
    differences,
    documents_of,
    everything_kept,
    requests_for_all_doors,
)
from tests.support.server_thread import SECRET

NEXT = "the signing key of tomorrow, which is another one"
World = tuple[Requests, FatalStore]


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    with requests_for_all_doors() as world:
        yield world


def outcome(answer: httpx2.Response) -> tuple[int, Any]:
    is_json = answer.headers.get("content-type") == "application/json"
    return answer.status_code, answer.json() if is_json else answer.text


def host_of(request: Keyed) -> str:
    host: str = json.loads(request.content)["host"]
    return host


def test_every_operation_that_changes_something_honours_it_or_stands_in_a_list() -> None:
    assert set(KEYED) | ANYBODYS | ENDING == set(CHANGING)
    assert len(ANYBODYS) == 12
    assert len(KEYED) > 60


@pytest.mark.parametrize("name", KEYED)
def test_a_repeated_request_has_its_effect_once_and_the_same_outcome(
    name: str, world: World
) -> None:
    requests, _ = world
    request = requests.get(name)
    first = request.send()
    assert first.is_success, first.text
    after = documents_of(requests.callers.served)
    again = request.send()
    assert shape(outcome(again)) == shape(outcome(first))
    if not name.endswith("/entitlement"):  # which shows how far it is by now
        assert outcome(again) == outcome(first)
    other = request.send(more=b" ")
    assert other.status_code == 422, other.text
    assert "reused" in other.text or "used for another" in other.text
    assert not differences(after, documents_of(requests.callers.served))


@pytest.mark.parametrize("name", KEYED)
def test_killed_behind_any_write_a_request_is_completed_once(name: str, world: World) -> None:
    """Behind the commit, while it tells, and before it replies."""
    requests, store = world
    served = requests.callers.served
    request = requests.get(name)
    before = documents_of(served)
    first = request.send()
    once = differences(before, documents_of(served))
    writes = 0
    while True:
        writes += 1
        request = requests.get(name)
        before = documents_of(served)
        store.die(behind=writes)
        killed = request.send()
        if store.dies_behind:
            break
        assert killed.status_code == 500
        again = request.send()
        assert again.status_code == first.status_code
        assert shape(outcome(again)) == shape(outcome(first))
        assert differences(before, documents_of(served)) == once, writes
        assert shape(outcome(request.send())) == shape(outcome(again))
        assert differences(before, documents_of(served)) == once, writes
    store.die(behind=0)
    assert writes > 1


@pytest.mark.parametrize(
    "name",
    [
        "POST /sessions",
        "POST /slots/{slot}/reserve",
        "PUT /api/users/{user}/name",
        "POST /session/v1/session",
    ],
)
@pytest.mark.parametrize("key", ["", "a b", "x" * 65, "a\tb"])
def test_a_malformed_key_is_refused_in_the_words_of_the_door(
    name: str, key: str, world: World
) -> None:
    requests, _ = world
    answer = requests.get(name).under(key).send()
    assert answer.status_code in (400, 422)
    assert "Idempotency-Key" in answer.text


def test_the_same_key_of_two_accounts_is_two_keys(world: World) -> None:
    requests, _ = world
    one, other = [requests.get("POST /sessions").under("theirs") for _ in range(2)]
    first, second = one.send(), other.send()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["session_id"] != second.json()["session_id"]
    assert other.send().json() == second.json()


def test_a_key_of_a_read_is_ignored(world: World) -> None:
    requests, _ = world
    request = requests.get("POST /sessions")
    launched = request.send()
    uuid = host_of(request)
    read = replace(request, method="GET", url=f"/hosts/{uuid}", content=b"")
    assert read.send().json()["uuid"] == uuid
    assert request.send().json() == launched.json()


def test_a_key_of_a_registration_is_not_honoured(world: World) -> None:
    requests, _ = world
    headers = {"Idempotency-Key": "anybody's"}
    registered = [requests.http.post("/hosts", headers=headers).json()["uuid"] for _ in range(2)]
    assert len(set(registered)) == 2


def test_the_source_of_truth_key_is_shown_again_and_kept_nowhere(world: World) -> None:
    requests, _ = world
    request = requests.get("POST /sessions")
    first, again = request.send(), request.send()
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    assert first.json()["source_of_truth_key"] not in everything_kept(requests.callers.served)


def test_no_password_can_be_guessed_from_what_is_kept(world: World) -> None:
    """A plain digest of the request would let who reads the store try one after another."""
    requests, _ = world
    request = requests.get("PUT /api/users/{user}/password")
    assert request.send().is_success
    kept = everything_kept(requests.callers.served)
    assert request.key in kept
    assert "another horse 8" not in kept
    url = f"{request.method} {request.url}?\n".encode()
    for text in (request.content, url + request.content):
        assert hashlib.sha256(text).hexdigest() not in kept


def test_a_final_refusal_stays_the_outcome(world: World) -> None:
    requests, _ = world
    served, request = requests.callers.served, requests.get("POST /sessions")
    assert request.send().status_code == 201
    busy = request.under("another")
    refused = busy.send()
    assert refused.status_code == 409
    host = served.do(served.lobby.accounts.get(host_of(request)))
    requests.users.people.close_session_of(host)
    assert outcome(busy.send()) == outcome(refused)


def test_a_session_in_it_is_shown_as_it_is_now(world: World) -> None:
    requests, _ = world
    request = requests.get("PATCH /session/v1/session/{session_id}")
    first = request.send().json()
    later = replace(request.under("later"), content=b'{"custom_data": {"round": "2"}}')
    assert later.send().is_success
    again = request.send().json()
    assert again["custom_data"] == {"round": "2"}
    assert again["session_id"] == first["session_id"]


def test_two_keys_in_one_request_are_refused(world: World) -> None:
    requests, _ = world
    request = requests.get("POST /sessions")
    headers = [
        *request.headers.items(),
        ("Content-Type", "application/json"),
        ("Idempotency-Key", "a"),
        ("Idempotency-Key", "b"),
    ]
    answer = requests.http.post(request.url, content=request.content, headers=headers)
    assert answer.status_code == 422
    assert "one key" in answer.text


def test_a_key_stays_known_when_the_signing_key_is_replaced(world: World) -> None:
    requests, _ = world
    lobby = requests.callers.served.lobby
    request = requests.get("POST /hosts/{host}/friends")
    assert request.send().is_success
    ring = lobby.key_ring
    vars(lobby)["key_ring"] = KeyRing([NEXT, SECRET])
    try:
        assert request.send().is_success
        assert request.send(more=b" ").status_code == 422
    finally:
        vars(lobby)["key_ring"] = ring
