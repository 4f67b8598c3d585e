"""Models that say, of a field that they do not have, what there is in its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pydantic import ValidationError, WrapValidator, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from protocol.codec import MOST_PROBLEMS, StrictModel


class KnownFields(StrictModel):
    """`instead`: what to send in place of a field that is not known."""

    instead: ClassVar[str]

    @model_validator(mode="before")
    @classmethod
    def _require_known(cls, value: Any) -> Any:
        if isinstance(value, Mapping):
            known = {field.alias or name for name, field in cls.model_fields.items()}
            unknown = [name for name in value if name not in known]
            if unknown:
                some = unknown[: MOST_PROBLEMS + 1]
                raise _refused(cls.__name__, {name: cls.said_of(str(name)) for name in some})
        return value

    @classmethod
    def said_of(cls, name: str) -> str:
        """What is wrong with this field."""
        return cls.instead


def _refused(title: str, said: Mapping[str, str]) -> ValidationError:
    faults: list[InitErrorDetails] = [
        {
            "type": PydanticCustomError("extra_forbidden", "{said}", {"said": text}),
            "loc": (name,),
            "input": None,
        }
        for name, text in said.items()
    ]
    return ValidationError.from_exception_data(title, faults)


def in_words(said: str) -> WrapValidator:
    """Of a value that does not validate, say this."""

    def read(value: Any, validate: Any) -> Any:
        try:
            return validate(value)
        except ValidationError:
            raise ValueError(said) from None

    return WrapValidator(read)
