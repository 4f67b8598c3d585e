"""Two descriptions of the same messages compared, though one speaks OpenAPI 3.0 and the other 3.1:
what differs, and where. Knows nothing of what is described.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

Json = Mapping[str, Any]

SILENT = {"title", "description", "example", "examples", "$defs", "discriminator"}
"""Said for people, or where to look."""
IDLE = {
    "minLength": ["0"],
    "minItems": ["0"],
    "additionalProperties": ["true", "{}"],
    "exclusiveMinimum": ["false"],
    "exclusiveMaximum": ["false"],
    "nullable": ["false"],
    "uniqueItems": ["false"],
    "deprecated": ["false"],
}
"""What says no more than saying nothing."""
PERMISSION = re.compile(r"[`'\"]([a-z_-]+(?::[a-z_*-]+)+)[`'\"]")
ABSENT = object()


def differences(ours: Json, ours_in: Json, theirs: Json, theirs_in: Json) -> list[str]:
    """`where: what` for all that one schema says and the other does not. Each `_in` is the document
    that the schema's references point into."""
    return list(_Comparison(ours_in, theirs_in).schemas("", ours, theirs))


def operation_differences(ours_in: Json, theirs_in: Json, method: str, path: str) -> list[str]:
    """The same of one operation that both documents have."""
    ours, theirs = (of["paths"][path][method.lower()] for of in (ours_in, theirs_in))
    comparison = _Comparison(ours_in, theirs_in)
    return [
        *comparison.parameters(ours.get("parameters", []), theirs.get("parameters", [])),
        *comparison.bodies(ours.get("requestBody"), theirs.get("requestBody")),
        *comparison.named("responses", ours["responses"], theirs["responses"], comparison.answers),
    ]


def operations(document: Json) -> list[str]:
    """`METHOD path` of each."""
    return [
        f"{method.upper()} {path}"
        for path, methods in document["paths"].items()
        for method in methods
    ]


def permissions(operation: Json) -> set[str]:
    """The strings that an operation's description names in quotes."""
    return set(PERMISSION.findall(operation.get("description", "")))


def normal(schema: Json, document: Json) -> dict[str, Any]:
    """One level of it, in one spelling: references followed, single choices taken."""
    said = {k: v for k, v in schema.items() if k not in SILENT and not k.startswith("x-")}
    reference = said.pop("$ref", None)
    if reference is not None:
        return {**normal(_found(reference, document), document), **said}
    if len(said.get("allOf", [])) == 1:
        only = said.pop("allOf")[0]
        return {**normal(only, document), **said}
    return _spelt(_nullable(said, document))


def _found(reference: str, document: Json) -> Json:
    found: Any = document
    for step in reference.removeprefix("#/").split("/"):
        found = found[step.replace("~1", "/").replace("~0", "~")]
    return dict(found)


def _nullable(said: dict[str, Any], document: Json) -> dict[str, Any]:
    """Null among the types or the choices becomes `nullable`, as the older version has it."""
    kinds = said.get("type")
    if isinstance(kinds, list):
        rest = [kind for kind in kinds if kind != "null"]
        said["type"] = rest[0] if len(rest) == 1 else sorted(rest)
        said["nullable"] = "null" in kinds
    choices = said.get("anyOf", [])
    rest = [choice for choice in choices if choice.get("type") != "null"]
    if len(rest) < len(choices):
        said["nullable"] = True
        said["anyOf"] = rest
    if len(rest) == 1:
        said.pop("anyOf")
        said = {**normal(rest[0], document), **said}
    return said


def _spelt(said: dict[str, Any]) -> dict[str, Any]:
    for side in ("Minimum", "Maximum"):
        if said.get(f"exclusive{side}") is True:
            said[f"exclusive{side}"] = said.pop(side.lower())
    if "const" in said:
        said["enum"] = [said.pop("const")]
    if "enum" in said:
        said["enum"] = sorted(said["enum"], key=json.dumps)
    return {key: value for key, value in said.items() if _text(value) not in IDLE.get(key, ())}


class _Comparison:
    def __init__(self, ours_in: Json, theirs_in: Json) -> None:
        self.ours_in, self.theirs_in = ours_in, theirs_in
        self.under_way: set[tuple[str, str]] = set()

    def schemas(self, where: str, ours: Json, theirs: Json) -> Iterator[str]:
        """What is being compared further up is not entered again: it refers to itself."""
        pair = json.dumps(ours, sort_keys=True), json.dumps(theirs, sort_keys=True)
        if pair in self.under_way:
            return
        self.under_way.add(pair)
        mine, other = normal(ours, self.ours_in), normal(theirs, self.theirs_in)
        for key in sorted(mine.keys() | other.keys()):
            yield from self._keyword(where, key, mine.get(key, ABSENT), other.get(key, ABSENT))
        self.under_way.discard(pair)

    def _keyword(self, where: str, key: str, ours: Any, theirs: Any) -> Iterator[str]:
        if key == "required":
            mine, other = (set() if said is ABSENT else set(said) for said in (ours, theirs))
            yield from (f"{where}.{name}: required by us alone" for name in sorted(mine - other))
            yield from (f"{where}.{name}: not required by us" for name in sorted(other - mine))
        elif key == "properties":
            mine, other = ({} if said is ABSENT else said for said in (ours, theirs))
            yield from self.named(where, mine, other, self.schemas)
        elif isinstance(ours, dict) and isinstance(theirs, dict) and key != "default":
            yield from self.schemas(f"{where}.{key}", ours, theirs)
        elif key in ("anyOf", "oneOf", "allOf") and _as_many(ours, theirs):
            for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
                yield from self.schemas(f"{where}.{key}[{place}]", mine, other)
        elif _text(ours) != _text(theirs):
            yield f"{where}: {key} is {_text(ours)}, not {_text(theirs)}"

    def named(self, where: str, ours: Json, theirs: Json, compare: Any) -> Iterator[str]:
        """Two maps, entry by entry."""
        yield from (f"{where}.{name}: not theirs" for name in sorted(ours.keys() - theirs.keys()))
        yield from (f"{where}.{name}: not ours" for name in sorted(theirs.keys() - ours.keys()))
        for name in sorted(ours.keys() & theirs.keys()):
            yield from compare(f"{where}.{name}", ours[name], theirs[name])

    def parameters(self, ours: list[Json], theirs: list[Json]) -> Iterator[str]:
        yield from self.named("parameters", _by_name(ours), _by_name(theirs), self.carried)

    def carried(self, where: str, ours: Json, theirs: Json) -> Iterator[str]:
        """A parameter or a body's medium: what has a schema, and may be required."""
        if bool(ours.get("required")) != bool(theirs.get("required")):
            yield f"{where}: required is {bool(ours.get('required'))}"
        yield from self.schemas(where, ours.get("schema", {}), theirs.get("schema", {}))

    def bodies(self, ours: Json | None, theirs: Json | None) -> Iterator[str]:
        mine, other = ours or {}, theirs or {}
        if bool(mine.get("required")) != bool(other.get("required")):
            yield f"body: required is {bool(mine.get('required'))}"
        yield from self.named(
            "body", mine.get("content", {}), other.get("content", {}), self.carried
        )

    def answers(self, where: str, ours: Json, theirs: Json) -> Iterator[str]:
        content, headers = (
            (ours.get(part) or {}, theirs.get(part) or {}) for part in ("content", "headers")
        )
        yield from self.named(where, *content, self.carried)
        mine = {k.lower(): self._header(v, self.ours_in) for k, v in headers[0].items()}
        other = {k.lower(): self._header(v, self.theirs_in) for k, v in headers[1].items()}
        yield from self.named(f"{where}.headers", mine, other, self.carried)

    def _header(self, said: Json, document: Json) -> Json:
        return _found(said["$ref"], document) if "$ref" in said else said


def _by_name(parameters: list[Json]) -> dict[str, Json]:
    """The names of headers have no case."""
    return {
        f"{each['in']}.{each['name'].lower() if each['in'] == 'header' else each['name']}": each
        for each in parameters
    }


def _as_many(ours: Any, theirs: Any) -> bool:
    return isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs)


def _text(said: Any) -> str:
    return "absent" if said is ABSENT else json.dumps(said, sort_keys=True)
