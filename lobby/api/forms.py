"""Forms: the text fields of a body that is `application/x-www-form-urlencoded` (WHATWG URL) or
`multipart/form-data` (RFC 7578). Strict: what is broken, or a file, is no form, and a value that
is not UTF-8 is no text. Knows no field.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from lobby.domain.errors import Malformed

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
MOST_FIELDS = 8
"""Fields of a form."""

Form = dict[str, str | None]
"""Fields by name, the last of each name; None: the value is not UTF-8."""


class NoForm(Malformed):
    """The body is no form."""

    code = "no_form"


def read(content_type: str, body: bytes) -> Form:
    """The fields; raises NoForm."""
    kind, options = parse_options_header(content_type)
    match kind.decode("latin-1").strip():
        case "application/x-www-form-urlencoded":
            fields = _urlencoded(body)
        case "multipart/form-data":
            fields = _multipart(options.get(b"boundary"), body)
        case _:
            raise NoForm
    if len(fields) > MOST_FIELDS:
        raise NoForm
    return {_name(name): _text(value) for name, value in fields}


Fields = list[tuple[bytes, bytes]]


def _urlencoded(body: bytes) -> Fields:
    """Escaped or raw, the bytes are the same text: clients may send UTF-8 unescaped. Counted before
    they are unescaped, which takes far longer."""
    pairs = [pair.partition(b"=") for pair in body.split(b"&") if pair]
    if len(pairs) > MOST_FIELDS:
        raise NoForm
    return [(_unescaped(name), _unescaped(value)) for name, _, value in pairs]


def _unescaped(text: bytes) -> bytes:
    return unquote_to_bytes(text.replace(b"+", b" "))


def _multipart(boundary: bytes | None, body: bytes) -> Fields:
    if not boundary:
        raise NoForm
    parts = MultipartBody()
    try:
        parser = MultipartParser(boundary, parts.callbacks())
        parser.write(body)
        parser.finalize()
    except FormParserError:
        raise NoForm from None
    if not parts.ended:
        raise NoForm
    return parts.fields


class MultipartBody:
    """Collects the parts of a multipart body; `ended` after its closing delimiter."""

    def __init__(self) -> None:
        self.fields: Fields = []
        self.ended = False
        self._headers: dict[bytes, bytes] = {}
        self._header, self._value, self._data = b"", b"", b""

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._begin,
            "on_header_field": self._on_header_field,
            "on_header_value": self._on_header_value,
            "on_header_end": self._end_header,
            "on_part_data": self._on_data,
            "on_part_end": self._end,
            "on_end": self._end_all,
        }

    def _begin(self) -> None:
        self._headers, self._data = {}, b""

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _end_header(self) -> None:
        self._headers[self._header.lower()] = self._value
        self._header, self._value = b"", b""

    def _on_data(self, data: bytes, start: int, end: int) -> None:
        self._data += data[start:end]

    def _end(self) -> None:
        kind, options = parse_options_header(self._headers.get(b"content-disposition"))
        if kind != b"form-data" or b"name" not in options or b"filename" in options:
            raise NoForm
        self.fields.append((options[b"name"], self._data))

    def _end_all(self) -> None:
        self.ended = True


def _name(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        raise NoForm from None


def _text(value: bytes) -> str | None:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return None
