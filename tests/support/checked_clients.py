"""Clients that validate responses and frames by the server's OpenAPI and AsyncAPI documents."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

import httpx2
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.support.channel_client import Client, Frame
from tests.support.server_thread import serving
from tests.support.waiting import TIMEOUT

Json = dict[str, Any]

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
PLAIN: dict[str, Any] = {"trust_env": False, "verify": False, "timeout": TIMEOUT}
"""Client options for loopback; loading the CA certificates would take 45 ms."""
OPEN_ENDS = [
    (re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + ".+"), path + name)
    for path, name in (
        ("/api/users/{user}/nicknames/", "{nickname}"),
        ("/settings/v2/player/me/setting_type/{setting_type_id}/key/", "{key}"),
        ("/settings/v2/player/{player_uuid}/setting_type/{setting_type_id}/key/", "{key}"),
    )
]
SOMETIMES = ("Retry-After", "Lobby-About")
"""Headers of refusals that not every one of its status has."""
PAGES = re.compile(r"/|/people|/inbox|/s/[^/]*|/j/[^/]*|/web/[^/]*|/client/v1/[^/]*")


def _pattern(validator: Any, pattern: str, value: object, schema: Any) -> Iterator[ValidationError]:
    """`$` is the end of the text in JSON Schema; in Python a newline may follow."""
    ends = re.sub(r"(?<!\\)\$$", r"\\Z", pattern)
    if isinstance(value, str) and not re.search(ends, value):
        yield ValidationError(f"{value!r} does not match {pattern}")


Validator = extend(Draft202012Validator, {"pattern": _pattern})


class Document:
    """A document, and validators for its schemas by JSON pointer."""

    def __init__(self, content: Json) -> None:
        self.content = content
        resource = Resource.from_contents(content, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:document", resource)

    def complaints(self, value: object, pointer: str) -> list[str]:
        """Violations of the schema at the pointer."""
        return [error.message for error in self._validator(pointer).iter_errors(value)]

    @lru_cache(maxsize=1000)  # noqa: B019  # lives as long as the document
    def _validator(self, pointer: str) -> Any:
        schema = {"$ref": f"urn:document#{pointer}"}
        return Validator(schema, registry=self._registry)


def pointer(*keys: object) -> str:
    escaped = (str(key).replace("~", "~0").replace("/", "~1").replace("%", "%25") for key in keys)
    return "".join(f"/{key}" for key in escaped)


class OpenApi(Document):
    def __init__(self, content: Json) -> None:
        super().__init__(content)
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path)
            for path in sorted(
                content["paths"], key=lambda path: (path.count("{"), "}:" not in path)
            )
        ]

    def path_of(self, path: str) -> str | None:
        """The template that it matches; a name at its end may hold slashes that are not escaped."""
        found = next((said for matcher, said in self._paths if matcher.fullmatch(path)), None)
        return found or next(
            (said for open_end, said in OPEN_ENDS if open_end.fullmatch(path)), None
        )

    def check(self, answer: httpx2.Response) -> None:
        """Raise AssertionError if the response does not match the document."""
        what = f"{answer.request.method} {answer.request.url.path} -> {answer.status_code}"
        for name, value in SECURITY.items():
            assert answer.headers.get(name) == value, f"{what}: {name}"
        assert "content-security-policy" in answer.headers, what
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"]), what
        if PAGES.fullmatch(answer.request.url.path):
            return
        path = self.path_of(answer.request.url.raw_path.decode().partition("?")[0])
        method = answer.request.method.lower().replace("head", "get")
        said = self.content["paths"].get(path, {}).get(method)
        if said is None:
            assert answer.status_code == (404 if path is None else 405), what
            assert "/openapi.json" in answer.json()["message"], what
            assert ("allow" in answer.headers) == (path is not None), what
            return
        assert str(answer.status_code) in said["responses"], f"{what}: {answer.text[:200]}"
        self._check_body(answer, what, ("paths", path, method, "responses", answer.status_code))

    def _check_body(self, answer: httpx2.Response, what: str, at: tuple[object, ...]) -> None:
        said: Any = self.content
        for key in at:
            said = said[str(key)]
        for header in said.get("headers", {}):
            assert header in answer.headers or header in SOMETIMES, f"{what}: no {header}"
        if "content" not in said:
            assert answer.content == b"", what
            return
        ((kind, _),) = said["content"].items()
        assert answer.headers["content-type"].partition(";")[0] == kind, what
        if answer.request.method == "HEAD":
            return
        body = answer.json() if kind == "application/json" else answer.text
        wrong = self.complaints(body, pointer(*at, "content", kind, "schema"))
        assert not wrong, f"{what}: {wrong}: {answer.text[:300]}"


def recorded(url: str, *, document: OpenApi | None = None, **options: Any) -> httpx2.Client:
    """An HTTP client that checks each response. `document`: where it is not the usual one."""
    document = document or openapi()

    def check(answer: httpx2.Response) -> None:
        answer.read()
        document.check(answer)

    return httpx2.Client(base_url=url, event_hooks={"response": [check]}, **PLAIN | options)


class AsyncApi(Document):
    """`x-refusals` of an operation has the codes with which its command may be refused."""

    def wrong_in(self, frame: Frame, command: str | None = None) -> list[str]:
        """`command`: the type of the one that the frame answers, where that is known."""
        messages, type = self.content["components"]["messages"], frame.get("type")
        if type not in messages:
            return [f"unknown: {frame}"]
        known = self.content["operations"].get(command)
        name = f"{command}.reply" if type == "reply" and known else type
        wrong = self.complaints(frame, pointer("components", "messages", name, "payload"))
        if type == "refusal" and known and frame["code"] not in known["x-refusals"]:
            wrong.append(f"{command} is not refused as {frame['code']}")
        return [f"{name} {frame.get('topic', '')}: {one}" for one in wrong]


class RecordedChannel(Client):
    """A channel client that validates every frame; leaving its `async with` block fails if there
    were violations."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._said: dict[str, set[str]] = {}

    @property
    def document(self) -> AsyncApi:
        return asyncapi()

    async def say(self, command: object) -> None:
        if isinstance(command, dict) and isinstance(command.get("type"), str):
            self._said.setdefault(str(command.get("id")), set()).add(command["type"])
        await super().say(command)

    async def _take(self, frame: Frame) -> None:
        said: set[str | None] = {*self._said.get(str(frame.get("re")), ())} or {None}
        found = [self.document.wrong_in(frame, command) for command in said]
        self.violations += [] if [] in found else found[0]
        await super()._take(frame)

    async def close(self, code: int = 1000) -> None:
        await super().close(code)
        assert self.violations == []


def openapi_of(url: str) -> OpenApi:
    """The document that a server gives, for one whose paths are others than usual."""
    return OpenApi(json.loads(_text(f"{url}/openapi.json")))


@cache
def openapi() -> OpenApi:
    """The document that every server gives. It is written once, not by each: it takes as long as a
    start."""
    return OpenApi(json.loads(texts()["/openapi.json"]))


@cache
def asyncapi() -> AsyncApi:
    """Of the live channel; no setting changes it."""
    return AsyncApi(json.loads(texts()["/asyncapi.json"]))


@cache
def texts() -> dict[str, str]:
    """Both documents by their path, from a server without settings of its own."""
    with serving() as served:
        return {path: _text(served.url + path) for path in ("/openapi.json", "/asyncapi.json")}


def _text(url: str) -> str:
    answer = httpx2.get(url, **PLAIN)
    return answer.raise_for_status().text
