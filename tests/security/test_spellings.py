"""What two programs would read differently: numbers in other spellings, and compressed bodies."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from urllib.parse import quote

import httpx2
import pytest

from tests.support.callers import ApiCallers
from tests.support.server_status import basic
from tests.support.server_thread import Served, serving

SPELLINGS = ["1_0", "+5", "05", "00", "1.0", " 5", "5 ", "-0_1", "\u0665", "5\n", "0x5", "1e1", ""]
CODINGS = ["gzip", "deflate", "br", "zstd", "x", "identity, gzip", "GZIP"]
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.fixture(scope="module")
def http(served: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=served.url) as client:
        yield client


@pytest.fixture(scope="module")
def people(served: Served) -> ApiCallers:
    return ApiCallers(served)


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_h2_a_number_of_a_query_or_a_path_has_one_spelling(
    spelling: str, http: httpx2.Client, people: ApiCallers
) -> None:
    user, sent = people.get("self user").headers, quote(spelling, safe="")
    targets = [f"/slots?session={sent}", f"/users?after={sent}", f"/users?limit={sent}"]
    targets += [f"/slots/{sent}"] * bool(spelling)
    for target in targets:
        answer = http.get(target, headers=user)
        assert answer.status_code == 400, target
        assert "valid integer" in answer.text
    players = f"/session/v1/browser?page_size={sent}"
    assert http.get(players).status_code in (403, 422)


def test_h2_the_one_spelling_is_read(http: httpx2.Client, people: ApiCallers) -> None:
    user = people.get("self user").headers
    assert http.get("/slots?session=42", headers=user).status_code == 404
    assert http.get("/users?after=0&limit=10", headers=user).status_code == 200
    assert http.get("/users?after=-1", headers=user).status_code == 400


@pytest.mark.parametrize("coding", CODINGS)
def test_h2_a_compressed_body_is_refused_in_the_words_of_each_door(
    coding: str, http: httpx2.Client, people: ApiCallers
) -> None:
    said = {"Content-Encoding": coding}
    form = b"username=compressed&password=correct-horse-9"
    for body in (form, gzip.compress(form)):
        answer = http.post("/users", content=body, headers=said | {"Content-Type": FORM})
        assert (answer.status_code, answer.text) == (415, "unsupported content encoding")
    host = people.host()
    token = {"Authorization": f"Bearer {people.token(host)}"}
    launch = gzip.compress(json.dumps({"host": host.uuid}).encode())
    typed = said | {"Content-Type": "application/json"}
    answer = http.post("/sessions", content=launch, headers=typed | token)
    assert (answer.status_code, set(answer.json())) == (415, {"message"})
    answer = http.post("/users/v1/login", content=launch, headers=typed)
    assert (answer.status_code, answer.json()["error_code"]) == (415, "content_encoding")
    answer = http.put("/api/users/the.admin/name", content=launch, headers=typed | admin(http))
    assert (answer.status_code, set(answer.json())) == (415, {"error", "needRefresh"})


def test_h2_a_body_that_is_not_coded_is_read(http: httpx2.Client) -> None:
    form = {"username": "not.coded", "password": "correct-horse-9"}
    answer = http.post("/users", data=form, headers={"Content-Encoding": "identity"})
    assert answer.status_code == 201


def admin(http: httpx2.Client) -> dict[str, str]:
    pair = http.post("/api/auth", headers=basic("the.admin", "correct horse battery")).json()
    return {"Authorization": f"Bearer {pair['access']['id']}"}
