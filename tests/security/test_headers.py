"""Headers of every answer, whatever it answers: pages, documents, refusals, and what breaks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from lobby.config import Settings
from lobby.main import create_app
from tests.support.server_thread import SECRET, Served, serving

EVERYWHERE = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
PAGE = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
BARE = {"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}
POWERS = ("camera", "geolocation", "microphone", "payment", "usb")
HTTPS = {
    "strict-transport-security": "max-age=31536000",
    "cross-origin-opener-policy": "same-origin",
}


async def breaks(request: Request) -> Response:
    raise RuntimeError("on purpose")


def serve(**more: Any) -> Any:
    settings = {"database_url": "sqlite::memory:", "secret": SECRET, **more}
    app = create_app(Settings(**settings))
    app.router.routes.append(Route("/breaks", breaks))
    return serving(app)


@pytest.fixture(scope="module", params=["http", "https"])
def served(request: pytest.FixtureRequest) -> Iterator[tuple[Served, bool]]:
    secure = request.param == "https"
    more = {"public_url": "https://lobby.example"} if secure else {}
    with serve(**more) as served:
        yield served, secure


def policy(answer: httpx2.Response) -> set[str]:
    return {part.strip() for part in answer.headers["content-security-policy"].split(";")}


def check(answer: httpx2.Response, *, secure: bool) -> None:
    where = f"{answer.request.method} {answer.request.url.path}: {answer.status_code}"
    for name, value in EVERYWHERE.items():
        assert answer.headers.get_list(name) == [value], (where, name)
    allowed = answer.headers["permissions-policy"]
    assert all(f"{power}=()" in allowed for power in POWERS), where
    assert policy(answer) >= BARE or policy(answer) >= PAGE, where
    assert "unsafe" not in answer.headers["content-security-policy"], where
    assert "*" not in answer.headers["content-security-policy"], where
    for name, value in HTTPS.items():
        assert answer.headers.get_list(name) == ([value] if secure else []), (where, name)
    assert "cache-control" in answer.headers, where
    assert "x-powered-by" not in answer.headers


def test_g3_every_route_answers_with_every_header(served: tuple[Served, bool]) -> None:
    server, secure = served
    seen = set()
    with httpx2.Client(base_url=server.url, trust_env=False) as http:
        document = http.get("/openapi.json").json()["paths"]
        asked = [(method.upper(), path) for path, item in document.items() for method in item]
        assert len(asked) > 80
        for method, path in asked:
            answer = http.request(method, path.replace("{", "").replace("}", ""))
            check(answer, secure=secure)
            seen.add(answer.status_code)
        files = ["/", "/openapi.json", "/asyncapi.json", "/web/style.css", "/web/lobby.js"]
        for path in files:
            answer = http.get(path)
            check(answer, secure=secure)
            check(
                http.get(path, headers={"If-None-Match": answer.headers.get("etag", "x")}),
                secure=secure,
            )
            check(http.head(path), secure=secure)
        assert policy(http.get("/")) >= PAGE
    assert seen >= {200, 401, 422}


REFUSED: dict[str, tuple[int, dict[str, Any]]] = {
    "nothing": (404, {"method": "GET", "url": "/nothing"}),
    "no file": (404, {"method": "GET", "url": "/web/nothing.js"}),
    "no channel": (404, {"method": "GET", "url": "/ws"}),
    "no method": (405, {"method": "PATCH", "url": "/hosts"}),
    "trace": (405, {"method": "TRACE", "url": "/users"}),
    "too large": (413, {"method": "POST", "url": "/users", "content": bytes(70_000)}),
    "no form": (400, {"method": "POST", "url": "/users/login"}),
    "broken": (500, {"method": "GET", "url": "/breaks"}),
}


@pytest.mark.parametrize("name", REFUSED)
def test_g3_so_does_every_refusal(name: str, served: tuple[Served, bool]) -> None:
    server, secure = served
    status, asked = REFUSED[name]
    with httpx2.Client(base_url=server.url, trust_env=False) as http:
        answer = http.request(**asked)
        assert answer.status_code == status
        check(answer, secure=secure)


def test_g3_so_does_a_host_that_is_not_ours() -> None:
    with serve(allowed_hosts=["lobby.example"]) as server:
        answer = httpx2.get(f"{server.url}/users", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    check(answer, secure=False)


def test_g3_the_page_loads_nothing_from_elsewhere(served: tuple[Served, bool]) -> None:
    server, _ = served
    with httpx2.Client(base_url=server.url, trust_env=False) as http:
        page = http.get("/").text
    assert "<script>" not in page
    assert "style=" not in page
    assert "//" not in page.replace("http://www.w3.org", "").replace("<!--", "")
