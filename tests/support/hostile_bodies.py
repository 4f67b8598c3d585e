"""Hostile bodies: what is no body of any operation, with its Content-Type."""

from __future__ import annotations

import gzip

from tests.support.callers import PASSWORD

DEEP = b"[" * 30_000 + b"]" * 30_000
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", JSON),
    "no JSON": (b"{", JSON),
    "null": (b"null", JSON),
    "a number": (b"1", JSON),
    "a list": (b"[]", JSON),
    "an empty object": (b"{}", JSON),
    "deep": (DEEP, JSON),
    "deep object": (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, JSON),
    "very deep": (b"[" * 100_000, JSON),
    "a megabyte": (b'{"host": "' + b"x" * 1_000_000 + b'"}', JSON),
    "NaN": (b"NaN", JSON),
    "Infinity": (b'{"host": Infinity}', JSON),
    "1e400": (b'{"host": 1e400}', JSON),
    "an endless integer": (b'{"host": ' + b"9" * 5_000 + b"}", JSON),
    "half a surrogate": (b'{"host": "\\ud800"}', JSON),
    "half a surrogate as name": (b'{"\\udc00": 1}', JSON),
    "NUL": (b'{"host": "\\u0000"}', JSON),
    "a byte order mark": (b"\xef\xbb\xbf{}", JSON),
    "no UTF-8": (b'{"host": "\xff"}', JSON),
    "UTF-16": ('{"host": 1}'.encode("utf-16"), JSON),
    "UTF-16 without a mark": ('{"host": 1}'.encode("utf-16-le"), JSON),
    "UTF-16 by its name": ("{}".encode("utf-16"), "application/json; charset=utf-16"),
    "Latin-1 by its name": (
        '{"name": "Zo\xeb"}'.encode("latin-1"),
        "application/json; charset=latin-1",
    ),
    "compressed": (gzip.compress(b"{}"), JSON),
    "two values": (b"{}{}", JSON),
    "a comment": (b"{/* */}", JSON),
    "single quotes": (b"{'host': 1}", JSON),
    "a form": (b"host=1&guest=2", FORM),
    "XML": (b"<host/>", "application/xml"),
    "bytes": (bytes(range(256)), "application/octet-stream"),
    "parts without a boundary": (b"--x\r\n", "multipart/form-data"),
    "parts without an end": (b"--x\r\nContent-Dis", "multipart/form-data; boundary=x"),
    "parts in no charset": (
        b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\n\xff\r\n--x--\r\n',
        "multipart/form-data; boundary=x; charset=nonsense",
    ),
    "a file": (
        b'--x\r\nContent-Disposition: form-data; name="username"; filename="f"\r\n\r\nf\r\n'
        b"--x--\r\n",
        "multipart/form-data; boundary=x",
    ),
    "many fields": (b"a=1&" * 1_000, FORM),
    "a long field": (b"username=" + b"x" * 20_000, FORM),
    "no UTF-8 in a form": (b"username=%ff%fe&password=%ed%a0%80%ed%a0%80%ed%a0%80", FORM),
    "NUL in a form": (b"username=a%00bc&password=" + PASSWORD.encode() + b"%00", FORM),
    "a raw byte of another charset": (b"username=somebody&password=p\xe4ssw\xf6rter", FORM),
    "a part in Latin-1": (
        b'--x\r\nContent-Disposition: form-data; name="username"\r\n\r\nsomebody\r\n--x\r\n'
        b'Content-Disposition: form-data; name="password"\r\n'
        b"Content-Type: text/plain; charset=ISO-8859-1\r\n\r\np\xe4ssw\xf6rter\r\n--x--\r\n",
        "multipart/form-data; boundary=x; charset=iso-8859-1",
    ),
    "a name in Latin-1": (b"n%E4me=1&username=somebody&password=long+enough", FORM),
    "brackets": (b"username[]=admin&password[$ne]=1", FORM),
    "a kind that is none": (b"{}", ";;;"),
}
