"""JSON Schemas of all that the doors take and give, as the OpenAPI document holds them: each with a
name of its own, each property with a description and an example.

What a model does not say itself is taken from what it refers to.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import JsonSchemaMode

from lobby.api.dialect import Row

Json = dict[str, Any]

REFERENCE = "#/components/schemas/{model}"
FREE = "player_services"
"""The door whose names stay as they are published; those of others give way."""


class Schemas:
    """The schemas that rows name, made together so that their names are unique."""

    def __init__(self, rows: Sequence[Row]) -> None:
        wanted = _wanted(rows)
        inputs = [(type_, mode, adapter) for (type_, mode), adapter in wanted.items()]
        self._found, rest = TypeAdapter.json_schemas(inputs, ref_template=REFERENCE)
        self._known: Json = rest.get("$defs", {})
        self._name_uniquely()
        for schema in [*self._known.values(), *self._found.values()]:
            self._describe(schema)
        carried = self._carried(rows)
        self.definitions = {n: s for n, s in self._known.items() if n not in carried}

    def taken(self, model: type) -> Json:
        """The schema of a model as it is validated."""
        return self._found[model, "validation"]

    def given(self, type_: Any) -> Json:
        """The schema of a type as it is serialized."""
        return self._found[type_, "serialization"]

    def fields(self, model: type) -> tuple[Json, list[str]]:
        """The properties of a model, and those that are required."""
        schema = self._resolved(self.taken(model))
        return schema["properties"], schema.get("required", [])

    def example(self, schema: Json) -> Any:
        """A value that is valid for the schema; None where nothing tells one."""
        if schema.get("examples"):
            return schema["examples"][0]
        if "$ref" in schema:
            return self.example(self._resolved(schema))
        if "const" in schema or "enum" in schema:
            return schema.get("default", schema.get("const", schema.get("enum", [None])[0]))
        if choices := _choices(schema):
            return self.example(choices[0])
        match schema.get("type"):
            case "object":
                return self._object(schema)
            case "array":
                item = self.example(schema.get("items", {}))
                return [] if item is None else [item]
            case "boolean":
                return schema.get("default", True)
        return None

    def _object(self, schema: Json) -> Json:
        if "properties" in schema:
            return {name: self.example(inner) for name, inner in schema["properties"].items()}
        inner = schema.get("additionalProperties")
        if not isinstance(inner, dict):
            return {}
        value = self.example(inner)
        return {} if value is None else {"1": value}

    def _carried(self, rows: Sequence[Row]) -> set[str]:
        """The names of models whose fields are parameters: no schema refers to them."""
        models = {m for row in rows for m in (row.path, row.query, row.headers_in)}
        schemas = [self.taken(model) for model in models if model is not None]
        return {schema.get("$ref", "").rpartition("/")[2] for schema in schemas}

    def _resolved(self, schema: Json) -> Json:
        reference = schema.get("$ref")
        return self._known[reference.rpartition("/")[2]] if reference else schema

    def _describe(self, schema: Json) -> None:
        for name, part in schema.get("properties", {}).items():
            part.pop("title", None)  # says no more than the name, and is no name for a type
            if "description" not in part:
                of = _choices(part)[0] if _choices(part) else part
                text = self._resolved(of).get("description")
                part |= {"description": text} if text else {}
            example = self.example(part)
            if example is not None:
                schema["properties"][name] = {**part, "examples": [example]}

    def _name_uniquely(self) -> None:
        """pydantic names models that have one name by their modules; here the door is enough."""
        names = {long: _named(long) for long in self._known}
        taken = Counter(names.values())
        names = {long: long if taken[name] > 1 else name for long, name in names.items()}
        self._known = {names[long]: schema for long, schema in self._known.items()}
        for name, schema in self._known.items():
            schema["title"] = name
        for part in _parts([*self._known.values(), *self._found.values()]):
            if "$ref" in part:
                long = part["$ref"].rpartition("/")[2]
                part["$ref"] = REFERENCE.format(model=names[long])


def _wanted(rows: Sequence[Row]) -> dict[tuple[Any, JsonSchemaMode], TypeAdapter[Any]]:
    wanted: dict[tuple[Any, JsonSchemaMode], TypeAdapter[Any]] = {}
    for row in rows:
        for model in (row.path, row.query, row.headers_in, row.takes, row.form):
            if model is not None:
                wanted[model, "validation"] = TypeAdapter(model)
        for given in row.gives.values():
            if given is not None and not isinstance(given, str):
                wanted[given, "serialization"] = TypeAdapter(given)
    return wanted


def _named(long: str) -> str:
    """`ServerStatusUser` for `protocol__server_status__User`."""
    *modules, name = long.split("__")
    doors = [module for module in modules if module not in ("protocol", "lobby", "api")]
    if not doors or FREE in doors:
        return name
    return "".join(word.capitalize() for word in doors[0].split("_")) + name


def _choices(schema: Json) -> list[Json]:
    """The schemas of which one holds, without null."""
    choices = schema.get("anyOf") or schema.get("oneOf") or []
    return [choice for choice in choices if choice.get("type") != "null"]


def _parts(value: Any) -> Iterator[Json]:
    """Every JSON object within the value, itself included."""
    inner: list[Any] = value if isinstance(value, list) else []
    if isinstance(value, dict):
        yield value
        inner = [*value.values()]
    for part in inner:
        yield from _parts(part)
