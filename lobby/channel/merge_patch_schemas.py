"""JSON Schemas of merge patches (RFC 7396), made from those of what they change."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]

NULL: Json = {"type": "null"}


class Patches:
    """`made`: the schemas of patches by their names, `SeatStatePatch` for `SeatState`."""

    def __init__(self, schemas: Json, reference: str) -> None:
        self._schemas, self._reference = schemas, reference
        self.made: Json = {}

    def of(self, name: str) -> Json:
        """Of an object with this schema: a reference to the patch."""
        patch = f"{name}Patch"
        if patch not in self.made:
            fields: Json = {}
            self.made[patch] = {
                "title": patch,
                "type": "object",
                "description": f"What changes of {name}; null: it has no value any more.",
                "properties": fields,
            }
            for field, part in self._schemas[name].get("properties", {}).items():
                fields[field] = self._or_null(part)
        return {"$ref": self._reference.format(model=patch)}

    def of_map(self, name: str) -> Json:
        """Of a map of such objects; null removes one."""
        return {
            "type": "object",
            "additionalProperties": {"anyOf": [self.of(name), NULL]},
        }

    def _or_null(self, part: Json) -> Json:
        about = {key: part[key] for key in ("description",) if key in part}
        return {"anyOf": [self._changed(part), NULL], **about}

    def _changed(self, part: Json) -> Json:
        """Objects merge, everything else is replaced."""
        if "$ref" in part:
            return self.of(part["$ref"].rpartition("/")[2])
        inner = part.get("additionalProperties")
        if isinstance(inner, dict):
            return {"type": "object", "additionalProperties": self._or_null(inner)}
        return {key: value for key, value in part.items() if key not in ("description", "examples")}
