"""Values of a filter, as clients write them: one value, a list (one of), a range, `not`, null.

The shape of what is sent says which of them is meant, so that a fault is told once, with its plain
path. Types are not bent: `1`, `"1"` and `true` are different values; `1` and `1.0` are the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated, Any, Literal, Self, TypeVar

from pydantic import Field, PlainValidator, StringConstraints, TypeAdapter
from pydantic import model_validator as validates

from protocol.codec import LARGEST_INTEGER, Text, Uuid
from protocol.events import EntryName
from protocol.known_fields import KnownFields, in_words
from protocol.roster import PresenceStatus

T = TypeVar("T")

LONGEST_TERM_TEXT = 64
"""Characters of a text, or of a key, in a filter."""
MOST_VALUES_LISTED = 64
"""Values of one list in a filter."""
MOST_PEOPLE_LISTED = 100
"""Uuids of one list in a filter."""

TermText = Annotated[Text, StringConstraints(min_length=1, max_length=LONGEST_TERM_TEXT)]
_Exact = Field(ge=-LARGEST_INTEGER, le=LARGEST_INTEGER)
Number = int | float
ScalarValue = bool | int | float | str
_Values = Field(min_length=1, max_length=MOST_VALUES_LISTED)

_A_TEXT = in_words(f"should be a text of 1 to {LONGEST_TERM_TEXT} characters")
_TEXT: TypeAdapter[str] = TypeAdapter(Annotated[TermText, _A_TEXT])


def _scalar(value: Any) -> ScalarValue:
    if isinstance(value, str):
        return _TEXT.validate_python(value, strict=True)
    if not isinstance(value, bool | int | float):
        raise ValueError("should be a text, a number, true or false")
    return value if isinstance(value, bool) else _number(value)


def _number(value: Any) -> Number:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("should be a number, not bent from another type")
    if not math.isfinite(value) or abs(value) > LARGEST_INTEGER:
        raise ValueError("should be a number that is not beyond 2^53")
    return value


Scalar = Annotated[
    ScalarValue,
    PlainValidator(_scalar, json_schema_input_type=bool | Annotated[float, _Exact] | TermText),
]
_EXACT = PlainValidator(_number, json_schema_input_type=Annotated[float, _Exact])
ExactNumber = Annotated[Number, _EXACT]


def left_out(about: str, example: Any, *, alias: str | None = None) -> Any:
    """Of a field that is no condition where it is not sent; null is none of its values."""
    return Field(
        default=None,
        alias=alias,
        description=about,
        examples=[example],
        json_schema_extra=_without_default,
    )


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


class NumberRange(KnownFields):
    """Numbers from `min` to `max`, both included; one of them may be left out."""

    instead = "is not known: numbers from one to another, both included, are {min, max}"
    min: Annotated[Number | None, _EXACT] = left_out("The least that holds.", 1)
    max: Annotated[Number | None, _EXACT] = left_out("The most that holds.", 8)

    @validates(mode="after")
    def _bounded(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("should have `min`, `max` or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError("has a `min` above its `max`, so nothing is in it")
        return self


def _either(wanted: str, one: Any, *, many: Any = None, whole: Any = None) -> Callable[[Any], Any]:
    """A validator that goes by the shape: of one value, of a list, of an object."""
    adapters: dict[type, TypeAdapter[Any]] = {
        shape: TypeAdapter(type_)
        for shape, type_ in ((list, many), (dict, whole))
        if type_ is not None
    }
    single: TypeAdapter[Any] = TypeAdapter(one)

    def read(value: Any) -> Any:
        if value is None or (isinstance(value, list | dict) and type(value) not in adapters):
            raise ValueError(f"should be {wanted}")
        if value == []:
            raise ValueError("is an empty list, and nothing is in it; leave it out for anything")
        return adapters.get(type(value), single).validate_python(value, strict=True)

    return read


Texts = Annotated[list[TermText], _Values]
Entries = Annotated[list[EntryName], _Values]
Statuses = Annotated[list[PresenceStatus], _Values]
Scalars = Annotated[list[Scalar], _Values]
Uuids = Annotated[
    list[Annotated[Uuid, in_words("should be a uuid")]],
    Field(min_length=1, max_length=MOST_PEOPLE_LISTED),
]

_VALUE_OR_LIST = "a value or a list of values"


def _listed(one: Any, many: Any) -> PlainValidator:
    read = _either(_VALUE_OR_LIST, one, many=many)
    return PlainValidator(read, json_schema_input_type=one | many)


def _not(example: str) -> Any:
    return Field(alias="not", description="What it must not be.", examples=[example])


NOT_ALONE = "is not known: what a value must not be is {not: value or list}, with nothing beside it"


class NotText(KnownFields):
    """Anything but this text, or these; also where there is none."""

    instead = NOT_ALONE
    not_: Annotated[str | list[str], _listed(TermText, Texts)] = _not("eu")


class NotEntry(KnownFields):
    """Anything but this entry, or these."""

    instead = NOT_ALONE
    not_: Annotated[str | list[str], _listed(EntryName, Entries)] = _not("closed")


class NotStatus(KnownFields):
    """Anything but this status, or these."""

    instead = NOT_ALONE
    not_: Annotated[str | list[str], _listed(PresenceStatus, Statuses)] = _not("away")


class NotScalar(KnownFields):
    """Anything but this value, or these; also where there is none."""

    instead = NOT_ALONE
    not_: Annotated[ScalarValue | list[ScalarValue], _listed(Scalar, Scalars)] = _not("duel")


class ScalarRange(NumberRange):
    """The same, where one value, several or none may be meant, too."""

    instead = (
        "is not known: write a value, a list (one of these), {min, max} (both included),"
        " {not: value or list} or null (there is none)"
    )


def _range_or_not(value: dict[str, Any]) -> NumberRange | NotScalar:
    model = NotScalar if "not" in value else ScalarRange
    return model.model_validate(value)


def _condition(one: Any, many: Any, excluded: type[KnownFields]) -> PlainValidator:
    read = _either(f"{_VALUE_OR_LIST}, or {{not}}", one, many=many, whole=excluded)
    return PlainValidator(read, json_schema_input_type=one | many | excluded)


TextCondition = Annotated[str | list[str] | NotText | None, _condition(TermText, Texts, NotText)]
EntryCondition = Annotated[
    str | list[str] | NotEntry | None, _condition(EntryName, Entries, NotEntry)
]
StatusCondition = Annotated[
    str | list[str] | NotStatus | None, _condition(PresenceStatus, Statuses, NotStatus)
]
_scalars = _either(
    "a value, a list of values, {min, max}, {not} or null",
    Scalar,
    many=Scalars,
    whole=Annotated[Any, PlainValidator(_range_or_not)],
)
ScalarCondition = Annotated[
    ScalarValue | list[ScalarValue] | NumberRange | NotScalar | None,
    PlainValidator(
        lambda value: None if value is None else _scalars(value),
        json_schema_input_type=Scalar | Scalars | NumberRange | NotScalar | None,
    ),
]
"""Null: the key is absent."""
NumberCondition = Annotated[
    Number | NumberRange | None,
    PlainValidator(
        _either("a number or {min, max}", ExactNumber, whole=NumberRange),
        json_schema_input_type=ExactNumber | NumberRange,
    ),
]


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError("should be true or false")
    return value


FlagCondition = Annotated[bool | None, PlainValidator(_flag, json_schema_input_type=bool)]


def _yes(value: Any) -> bool:
    if value is not True:
        raise ValueError("should be true; leave it out where it does not matter")
    return True


Only = Annotated[bool | None, PlainValidator(_yes, json_schema_input_type=Literal[True])]
SearchText = Annotated[
    str | None,
    PlainValidator(
        lambda value: _TEXT.validate_python(value, strict=True), json_schema_input_type=TermText
    ),
]


def _friends_or_uuid(value: Any) -> str:
    return FRIENDS if value == FRIENDS else _UUID.validate_python(value, strict=True)


FRIENDS: Literal["friends"] = "friends"
_WHO = 'should be a uuid, a list of uuids, or "friends" alone: those on your list'
_UUID: TypeAdapter[str] = TypeAdapter(Annotated[Uuid, in_words(_WHO)])
PeopleCondition = Annotated[
    str | list[str] | None,
    PlainValidator(
        _either(
            'a uuid, a list of uuids, or "friends"',
            Annotated[str, PlainValidator(_friends_or_uuid)],
            many=Uuids,
        ),
        json_schema_input_type=Literal["friends"] | Uuid | Uuids,
    ),
]
"""`friends`: everybody on the list of whoever asks."""
