"""Request targets: what is checked of a path and a query before they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel

from lobby.domain.errors import Malformed
from protocol.codec import problem

MOST_PARAMETERS = 100
"""Parameters of a query; those that nobody asks for count, too."""


def require_utf8(where: str, sent: bytes) -> None:
    """The server and Starlette replace bytes that are not UTF-8: two names would become one."""
    try:
        unquote_to_bytes(sent).decode()
    except UnicodeDecodeError:
        raise Malformed([problem("malformed", "must be UTF-8", where)]) from None


def require_few_parameters(query: bytes) -> None:
    """Counted before they are read, which takes far longer."""
    if query.count(b"&") >= MOST_PARAMETERS:
        raise Malformed([problem("too_long", f"at most {MOST_PARAMETERS} are read", "query")])


WHOLE = re.compile(r"-?(0|[1-9][0-9]*)", re.ASCII)
"""A whole number as JSON writes it. The library that validates would also read `1_0`, `+5`, `05`,
`1.0` and blanks, as other programs on the way do not."""
NO_NUMBER = "Input should be a valid integer, unable to parse string as an integer"


def require_plain_numbers(where: str, said: Mapping[str, str], model: type[BaseModel]) -> None:
    """Raises Malformed for a whole number in another spelling: ids have one."""
    wrong = [n for n in _numbers(model) if n in said and not WHOLE.fullmatch(said[n])]
    if wrong:
        raise Malformed([problem("int_parsing", NO_NUMBER, where, name) for name in wrong])


@cache
def _numbers(model: type[BaseModel]) -> tuple[str, ...]:
    fields = model.model_fields.items()
    return tuple(f.alias or name for name, f in fields if _is_number(f.annotation))


def _is_number(annotation: Any) -> bool:
    """Also where it is optional, or has bounds."""
    return annotation is int or any(map(_is_number, get_args(annotation)))
