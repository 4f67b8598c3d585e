"""Clients that hold every answer and every frame to the documents that the server itself gives."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from typing import Any

import httpx2
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from tests.client import Client, Frame
from tests.patience import PATIENCE

Json = dict[str, Any]

SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
PLAIN: dict[str, Any] = {"trust_env": False, "verify": False, "timeout": PATIENCE}
"""How to call a server on loopback: to read the certificates of the world would take 45 ms."""
PAGES = re.compile(r"/|/web/[^/]*")


class Document:
    """A document and validators for the schemas in it, by JSON pointer or as they stand there."""

    def __init__(self, content: Json) -> None:
        self.content = content
        resource = Resource.from_contents(content, default_specification=DRAFT202012)
        self._registry: Registry[Any] = Registry().with_resource("urn:document", resource)

    def complaints(self, value: object, pointer: str) -> list[str]:
        """What does not fit the schema that stands there."""
        return [error.message for error in self._validator(pointer).iter_errors(value)]

    @lru_cache(maxsize=1000)  # noqa: B019  # lives as long as the document
    def _validator(self, pointer: str) -> Draft202012Validator:
        schema = {"$ref": f"urn:document#{pointer}"}
        return Draft202012Validator(schema, registry=self._registry)


def pointer(*keys: object) -> str:
    escaped = (str(key).replace("~", "~0").replace("/", "~1").replace("%", "%25") for key in keys)
    return "".join(f"/{key}" for key in escaped)


class OpenApi(Document):
    def __init__(self, content: Json) -> None:
        super().__init__(content)
        self._paths = [
            (re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path)
            for path in sorted(content["paths"], key=lambda path: path.count("{"))
        ]

    def path_of(self, path: str) -> str | None:
        return next((said for matcher, said in self._paths if matcher.fullmatch(path)), None)

    def check(self, answer: httpx2.Response) -> None:
        """Raise AssertionError where the answer is not as the document says."""
        what = f"{answer.request.method} {answer.request.url.path} -> {answer.status_code}"
        for name, value in SECURITY.items():
            assert answer.headers.get(name) == value, f"{what}: {name}"
        assert "content-security-policy" in answer.headers, what
        assert re.fullmatch("[0-9a-f]{16}", answer.headers["x-request-id"]), what
        if PAGES.fullmatch(answer.request.url.path):
            return
        path = self.path_of(answer.request.url.path)
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
            assert header in answer.headers or header == "Retry-After", f"{what}: no {header}"
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


def recorded(url: str, **options: Any) -> httpx2.Client:
    """A client for the server there, each of whose answers is checked."""
    document = openapi_of(url)

    def check(answer: httpx2.Response) -> None:
        answer.read()
        document.check(answer)

    return httpx2.Client(base_url=url, event_hooks={"response": [check]}, **PLAIN | options)


class AsyncApi(Document):
    """`x-topics` of the document tells what each topic's states and entries look like."""

    def wrong_in(self, frame: Frame) -> list[str]:
        messages = self.content["components"]["messages"]
        if frame.get("type") not in messages:
            return [f"unknown: {frame}"]
        wrong = self.complaints(frame, pointer("components", "messages", frame["type"], "payload"))
        for part in ("state", "entry"):
            if frame["type"] == part:
                wrong += self.complaints(frame[part], self._topic(frame["topic"], part))
        if frame["type"] == "refusal" and frame["code"] not in self.content["x-refusal-codes"]:
            wrong.append(f"unknown code {frame['code']}")
        return wrong

    def _topic(self, topic: str, part: str) -> str:
        kind = topic.partition(":")[0]
        name = next(name for name in self.content["x-topics"] if name.partition(":")[0] == kind)
        return pointer("x-topics", name, part)


class RecordedChannel(Client):
    """A channel client that keeps the document's word against every frame, and says so at the
    end: leaving the `async with` block fails where there were violations."""

    @property
    def document(self) -> AsyncApi:
        return asyncapi_of("http" + self.url.removeprefix("ws").removesuffix("/ws"))

    async def _take(self, frame: Frame) -> None:
        self.violations += self.document.wrong_in(frame)
        await super()._take(frame)

    async def close(self, code: int = 1000) -> None:
        await super().close(code)
        assert not self.violations


@lru_cache(maxsize=64)
def openapi_of(url: str) -> OpenApi:
    """What the server there says of itself. Those who say the same share its validators."""
    return _openapi(_text(f"{url}/openapi.json"))


@lru_cache(maxsize=64)
def asyncapi_of(url: str) -> AsyncApi:
    return _asyncapi(_text(f"{url}/asyncapi.json"))


@lru_cache(maxsize=4)
def _openapi(text: str) -> OpenApi:
    return OpenApi(json.loads(text))


@lru_cache(maxsize=4)
def _asyncapi(text: str) -> AsyncApi:
    return AsyncApi(json.loads(text))


def _text(url: str) -> str:
    answer = httpx2.get(url, **PLAIN)
    return answer.raise_for_status().text
