"""Calls that are passed on: as they were sent, with our word for who it is, and no more of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass

import httpx2
import pytest
from pydantic import SecretStr

from lobby.catalogue.players import CustomEndpoint
from lobby.integrations.http import signatures
from tests.support.player_services import Callers, offer, player_services_server
from tests.support.upstream import Reply, Upstream, upstream

SECRET = "known to the service, too"
PATH = "/custom/v1/custom"


@dataclass
class Scene:
    http: httpx2.Client
    callers: Callers
    service: Upstream


@pytest.fixture(scope="module")
def whole() -> Iterator[Scene]:
    with player_services_server() as (http, callers), upstream() as service:
        offer(
            callers.served,
            CustomEndpoint(id="news", url=f"{service.url}/news", secret=SecretStr(SECRET)),
            CustomEndpoint(id="staff", url=f"{service.url}/staff", permission="custom:staff"),
            CustomEndpoint(id="inside", url="https://169.254.169.254/latest/meta-data/"),
        )
        yield Scene(http, callers, service)


@pytest.fixture
def scene(whole: Scene) -> Scene:
    whole.service.asked.clear()
    whole.service.answer = lambda asked: Reply(body=b'{"today": [1, 2]}')
    return whole


def test_the_answer_is_the_services(scene: Scene) -> None:
    caller = scene.callers.get("player")
    answer = scene.http.post(f"{PATH}/news", json={"since": 1}, headers=caller.headers)
    assert (answer.status_code, answer.json()) == (200, {"today": [1, 2]})
    (passed_on,) = scene.service.asked
    assert (passed_on.path, passed_on.json) == ("/news", {"since": 1})


def test_body_and_type_go_on_and_nothing_else_that_the_caller_sent(scene: Scene) -> None:
    caller = scene.callers.get("player")
    sent = {
        **caller.headers,
        "Content-Type": "application/x-protobuf; v=2",
        "Cookie": "access_token=mine",
        "Forwarded": "for=203.0.113.7",
        "X-Forwarded-For": "203.0.113.7",
        "Lobby-Player": "somebody else",
        "Lobby-Signature": "v1=forged",
    }
    scene.http.post(f"{PATH}/news?debug=1", content=b"\x00\xff", headers=sent)
    (passed_on,) = scene.service.asked
    assert (passed_on.path, passed_on.body) == ("/news", b"\x00\xff")
    assert passed_on.headers["Content-Type"] == "application/x-protobuf; v=2"
    said = {k: v for k, v in passed_on.headers.items() if k.startswith(signatures.PREFIX)}
    signed = said.pop(signatures.SIGNATURE).removeprefix("v1=")
    assert signed == signatures.signature(said, passed_on.body, secret=SECRET)
    assert said.pop(signatures.TIME).isdigit()
    account = caller.subject
    assert said == {
        "Lobby-Endpoint": "news",
        "Lobby-Player": account.uuid,
        "Lobby-Player-Id": str(account.number),
        "Lobby-Platform": "Anon",
    }
    unwanted = {"authorization", "cookie", "forwarded", "x-forwarded-for", "origin"}
    assert not unwanted & {name.lower() for name in passed_on.headers}


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 500, 503, 302])
def test_a_refusal_of_the_service_is_said_with_a_word_of_our_own(scene: Scene, status: int) -> None:
    away = {"Location": f"{scene.service.url}/other"}
    scene.service.answer = lambda asked: Reply(status, b'{"secret": 1}', headers=away)
    caller = scene.callers.get("player")
    answer = scene.http.post(f"{PATH}/news", json={}, headers=caller.headers)
    assert (answer.status_code, answer.json()["error_code"]) == (403, "upstream_error")
    assert answer.json()["auth_success"] is True
    assert "secret" not in answer.text
    assert len(scene.service.asked) == 1
    scene.service.answer = lambda asked: Reply()
    scene.http.post(f"{PATH}/news", json={}, headers=caller.headers)


def test_an_answer_without_a_body_is_null(scene: Scene) -> None:
    scene.service.answer = lambda asked: Reply(204, b"", type=None)
    answer = scene.http.post(f"{PATH}/news", headers=scene.callers.get("player").headers)
    assert (answer.status_code, answer.json()) == (200, None)
    assert scene.service.asked[0].headers["Content-Type"] == "application/json"


def test_a_game_says_who_may_call(scene: Scene) -> None:
    player, boss = scene.callers.get("player"), scene.callers.get("boss")
    refused = scene.http.post(f"{PATH}/staff", json={}, headers=player.headers)
    assert (refused.status_code, refused.json()["error_code"]) == (403, "insufficient_permissions")
    assert scene.service.asked == []
    assert scene.http.post(f"{PATH}/staff", json={}, headers=boss.headers).status_code == 200


def test_what_the_catalogue_does_not_name_is_not_called(scene: Scene) -> None:
    headers = scene.callers.get("player").headers
    for id in ("nothing", "NEWS", "news%2F..", "http:%2F%2F127.0.0.1"):
        answer = scene.http.post(f"{PATH}/{id}", json={}, headers=headers)
        assert answer.status_code == 404, answer.text
    unknown = scene.http.post(f"{PATH}/nothing", json={}, headers=headers)
    assert unknown.json()["error_code"] == "endpoint_not_found"
    assert scene.service.asked == []


def test_nobody_is_called_without_a_token_or_inside_our_network(scene: Scene) -> None:
    assert scene.http.post(f"{PATH}/news", json={}).json()["auth_success"] is False
    headers = scene.callers.get("player").headers
    inside = scene.http.post(f"{PATH}/inside", json={}, headers=headers)
    assert (inside.status_code, inside.json()["error_code"]) == (403, "upstream_error")
    assert scene.service.asked == []


def test_a_body_that_is_too_large_or_of_no_type_goes_nowhere(scene: Scene) -> None:
    headers = scene.callers.get("player").headers
    large = scene.http.post(f"{PATH}/news", content=b"x" * 70_000, headers=headers)
    assert large.status_code == 413
    odd = scene.http.post(
        f"{PATH}/news", content=b"x", headers=headers | {"Content-Type": "anything"}
    )
    assert odd.status_code == 422
    assert scene.service.asked == []


def test_a_slow_service_holds_up_nobody_else(scene: Scene) -> None:
    go = threading.Event()
    scene.service.answer = lambda asked: Reply(wait=go)
    caller = scene.callers.get("player")
    answers: list[httpx2.Response] = []

    def call() -> None:
        answers.append(scene.http.post(f"{PATH}/news", json={}, headers=caller.headers))

    calling = threading.Thread(target=call)
    calling.start()
    other = scene.http.get("/session/v1/template", headers=caller.headers)
    go.set()
    calling.join(10)
    assert (other.status_code, [answer.status_code for answer in answers]) == (200, [200])
