"""Whatever is told is read again as it was told: absent fields are left out of the JSON text."""

from __future__ import annotations

from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from protocol import events

MODELS = [
    model
    for model in vars(events).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model is not BaseModel
]
PLAIN: dict[Any, Any] = {str: "text", int: 7, float: 0.5, bool: True, Any: {"n": [1, None]}}


@pytest.mark.parametrize("model", MODELS)
def test_every_event_is_read_again_as_it_was_told(model: type[BaseModel]) -> None:
    for fields in (full(model), minimal(model)):
        event = model(**fields)
        assert model.model_validate_json(event.model_dump_json(exclude_none=True)) == event


def full(model: type[BaseModel]) -> dict[str, Any]:
    return {name: value(field.annotation) for name, field in model.model_fields.items()}


def minimal(model: type[BaseModel]) -> dict[str, Any]:
    """None wherever a field may be, and no field that need not be given."""
    return {
        name: None if NoneType in get_args(field.annotation) else value(field.annotation)
        for name, field in model.model_fields.items()
        if field.is_required()
    }


def value(kind: Any) -> Any:
    """Of this type; a collection has one of each kind that it may have."""
    origin, args = get_origin(kind), get_args(kind)
    if origin is Literal:
        return args[0]
    if origin in (Union, UnionType):
        return value(args[0])
    if origin is list:
        return [value(args[0])]
    if origin is dict:
        null = {"gone": None} if NoneType in get_args(args[1]) else {}
        return {"key": value(args[1])} | null
    if kind not in PLAIN:
        return kind(**full(kind))
    return PLAIN[kind]
