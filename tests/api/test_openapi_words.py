"""What the OpenAPI document says for people and for generators of clients: each operation,
parameter and property has a description and an example, each schema a name of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from tests.support.checked_clients import OpenApi, pointer

Json = dict[str, Any]
Where = tuple[object, ...]


@pytest.fixture(scope="module")
def document(http: httpx2.Client) -> OpenApi:
    return OpenApi(http.get("/openapi.json").json())


def operations(document: OpenApi) -> Iterator[tuple[Where, Json]]:
    for path, methods in document.content["paths"].items():
        for method, operation in methods.items():
            yield ("paths", path, method), operation


def parameters(document: OpenApi) -> Iterator[tuple[Where, Json]]:
    for where, operation in operations(document):
        for index, parameter in enumerate(operation.get("parameters", [])):
            yield (*where, "parameters", index), parameter


def properties(document: OpenApi) -> Iterator[tuple[Where, Json]]:
    for name, schema in document.content["components"]["schemas"].items():
        for field, part in schema.get("properties", {}).items():
            yield ("components", "schemas", name, "properties", field), part


def headers(document: OpenApi) -> Iterator[tuple[Where, Json]]:
    for name, header in document.content["components"]["headers"].items():
        yield ("components", "headers", name), header
    for where, operation in operations(document):
        for code, response in operation["responses"].items():
            for name, header in response.get("headers", {}).items():
                if "$ref" not in header:
                    yield (*where, "responses", code, "headers", name), header


def contents(document: OpenApi) -> Iterator[tuple[Where, Json]]:
    """Every body of a request and of a response."""
    for where, operation in operations(document):
        bodies: list[tuple[Where, Json]] = [
            (("responses", code), said) for code, said in operation["responses"].items()
        ]
        if "requestBody" in operation:
            bodies.append((("requestBody",), operation["requestBody"]))
        for tail, body in bodies:
            for kind, content in body.get("content", {}).items():
                yield (*where, *tail, "content", kind), content


def is_told(text: object) -> bool:
    """A sentence: it begins with a capital, a number or a name in backquotes, and has an end."""
    return isinstance(text, str) and len(text) > 3 and not text[0].islower() and text[-1] == "."


def test_every_operation_parameter_property_and_header_is_described(document: OpenApi) -> None:
    fields = [*parameters(document), *properties(document), *headers(document)]
    every = [*operations(document), *fields]
    assert len(every) > 800
    assert not [where for where, said in every if not is_told(said.get("description"))]


def test_a_description_stands_by_itself(document: OpenApi) -> None:
    """Whoever reads it has come by a search, not from the operation above."""
    told = [(where, said["description"]) for where, said in operations(document)]
    assert not [each for each in told if each[1].startswith(("The same", "One of these"))]


def test_every_schema_is_described(document: OpenApi) -> None:
    schemas = document.content["components"]["schemas"]
    assert not [name for name, said in schemas.items() if not is_told(said.get("description"))]


def test_every_property_has_an_example_that_is_valid(document: OpenApi) -> None:
    for where, said in properties(document):
        assert said.get("examples"), where
        for example in said["examples"]:
            assert not document.complaints(example, pointer(*where)), where


def test_every_parameter_and_header_has_an_example_that_is_valid(document: OpenApi) -> None:
    for where, said in [*parameters(document), *headers(document)]:
        assert "example" in said, where
        assert not document.complaints(said["example"], pointer(*where, "schema")), where


def test_every_body_has_an_example_that_is_valid(document: OpenApi) -> None:
    for where, said in contents(document):
        assert "example" in said, where
        assert not document.complaints(said["example"], pointer(*where, "schema")), where


def test_every_schema_has_a_title_of_its_own(document: OpenApi) -> None:
    """Generators name types after titles, and drop the second of two that are called the same."""
    schemas = document.content["components"]["schemas"]
    assert {name: said.get("title") for name, said in schemas.items()} == {n: n for n in schemas}
    folded = Counter(name.replace("_", "").lower() for name in schemas)
    assert not [name for name, times in folded.items() if times > 1]
    assert not [name for name in schemas if not name.isalnum()]


def test_a_body_has_one_kind_alone(document: OpenApi) -> None:
    """Of two kinds with one schema generators make a body that is neither."""
    for where, operation in operations(document):
        assert len(operation.get("requestBody", {"content": {"none": 0}})["content"]) == 1, where
