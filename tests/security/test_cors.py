"""Pages of listed origins may use every door; those of others are told nothing."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from pydantic import ValidationError
from structlog.testing import capture_logs

from lobby.config import Settings, complaints
from lobby.origins import NO_ORIGIN
from tests.support.server_thread import Served, serving

GAME = "https://game.example"
LISTED = [GAME, "http://localhost:5173", "capacitor://localhost"]
OTHERS = ["https://evil.example", "null", "https://game.example.evil.example", f"{GAME}:8443", ""]
SENT = {"authorization", "content-type", "accept", "if-none-match", "if-match", "idempotency-key"}
SHOWN = {"location", "etag", "retry-after", "x-request-id", "host-key", "lobby-about"}


@pytest.fixture(scope="module")
def shared() -> Iterator[Served]:
    with serving(allowed_origins=LISTED) as served:
        yield served


@pytest.fixture(scope="module")
def client(shared: Served) -> Iterator[httpx2.Client]:
    with httpx2.Client(base_url=shared.url, trust_env=False) as client:
        yield client


def words(answer: httpx2.Response, header: str) -> set[str]:
    return {word.strip().lower() for word in answer.headers[header].split(",")}


def told(answer: httpx2.Response) -> dict[str, str]:
    """What it tells a browser about other origins."""
    return {n: v for n, v in answer.headers.items() if n.startswith("access-control-")}


def operations(client: httpx2.Client) -> list[tuple[str, str]]:
    """Of every door, with the pages' modules and what is not there."""
    paths = client.get("/openapi.json").json()["paths"]
    found = [(method.upper(), path) for path, item in paths.items() for method in item]
    assert len(found) > 80
    more = ["/", "/web/lobby.js", "/web/page.js", "/openapi.json", "/web/none", "/nowhere"]
    return [*found, *(("GET", path) for path in more)]


def test_c5_every_answer_of_every_door_is_shared_with_the_listed_alone(
    client: httpx2.Client,
) -> None:
    for method, path in operations(client):
        for origin in (GAME, OTHERS[0]):
            answer = client.request(
                method, path.replace("{", "").replace("}", ""), headers={"Origin": origin}
            )
            assert "origin" in words(answer, "vary"), path
            if origin != GAME:
                assert told(answer) == {}, path
                continue
            assert answer.headers["access-control-allow-origin"] == GAME, path
            assert words(answer, "access-control-expose-headers") >= SHOWN, path
            assert "access-control-allow-credentials" not in answer.headers


@pytest.mark.parametrize("origin", LISTED)
def test_c5_a_preflight_tells_the_listed_what_they_may_send(
    origin: str, client: httpx2.Client
) -> None:
    asks = {"Origin": origin, "Access-Control-Request-Method": "PUT"}
    asks["Access-Control-Request-Headers"] = "authorization,idempotency-key,source-of-truth-key"
    for method, path in operations(client):
        answer = client.options(path, headers=asks)
        assert (answer.status_code, answer.content) == (204, b""), path
        assert answer.headers["access-control-allow-origin"] == origin
        assert words(answer, "access-control-allow-headers") >= SENT | {"source-of-truth-key"}
        assert method.lower() in words(answer, "access-control-allow-methods")
        assert "access-control-allow-credentials" not in answer.headers
        assert int(answer.headers["access-control-max-age"]) > 0


@pytest.mark.parametrize("origin", OTHERS)
def test_c5_others_get_nothing_and_the_log_says_what_to_set(origin: str) -> None:
    asks = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    with (
        serving(allowed_origins=LISTED) as served,
        capture_logs() as logged,
        httpx2.Client(base_url=served.url, trust_env=False) as client,
    ):
        answers = [client.options("/users", headers=asks), client.get("/", headers=asks)]
    assert [answer.status_code for answer in answers] == [405, 200]
    assert [told(answer) for answer in answers] == [{}, {}]
    (refused,) = [record for record in logged if record["event"] == "origin_refused"]
    assert refused["origin"] == (origin or NO_ORIGIN)
    assert "LOBBY_ALLOWED_ORIGINS" in refused["remedy"]


def test_c5_who_makes_origins_up_cannot_fill_the_log(client: httpx2.Client) -> None:
    with capture_logs() as logged:
        for n in range(150):
            client.get("/health/live", headers={"Origin": f"https://{n}.{'x' * 150}.example"})
            client.get("/health/live", headers={"Origin": f"https://{n}.{'x' * 900}.example"})
    refused = [record for record in logged if record["event"] == "origin_refused"]
    assert len(refused) <= 100
    assert max(len(record["origin"]) for record in refused) <= 200


def test_c5_the_page_of_the_lobby_itself_needs_no_leave(shared: Served) -> None:
    with capture_logs() as logged:
        for origin in (shared.url, shared.url.replace("http:", "https:")):
            answer = httpx2.post(f"{shared.url}/hosts", headers={"Origin": origin})
            assert answer.status_code == 200
    assert not [record for record in logged if record["event"] == "origin_refused"]


def test_c5_without_listed_origins_an_answer_does_not_differ_by_them() -> None:
    with serving() as served:
        answer = httpx2.get(f"{served.url}/web/lobby.js", headers={"Origin": GAME})
    assert told(answer) == {}
    assert "origin" not in answer.headers.get("vary", "").lower()


def test_c5_what_breaks_or_is_refused_at_once_is_shared_too() -> None:
    with serving(allowed_origins=LISTED, allowed_hosts=["lobby.example"]) as served:
        answer = httpx2.get(f"{served.url}/users", headers={"Origin": GAME})
    assert answer.status_code == 400
    assert answer.headers["access-control-allow-origin"] == GAME


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("https://Game.example/", GAME),
        ("https://game.example:443", GAME),
        ("http://LOCALHOST:80", "http://localhost"),
        ("https://game.example:8443", "https://game.example:8443"),
        ("http://[::1]:5173", "http://[::1]:5173"),
    ],
)
def test_c5_an_origin_is_meant_as_browsers_spell_it(said: str, meant: str) -> None:
    assert Settings(allowed_origins=[said]).allowed_origins == [meant]


@pytest.mark.parametrize(
    "said", ["*", "null", "game.example", f"{GAME}/play", "https://größe.de", ""]
)
def test_c5_what_no_browser_sends_is_named_before_anything_is_served(said: str) -> None:
    with pytest.raises(ValidationError) as wrong:
        Settings(allowed_origins=[said])
    (line,) = complaints(wrong.value)
    assert line.startswith("LOBBY_ALLOWED_ORIGINS: ")
    assert "https://game.example" in line
