"""Requests that two readers would read differently: refused, and nothing behind them is done."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.process.test_http import statuses
from tests.support.server_thread import Served, serving
from tests.support.store_contents import kept

BODY = b"username=smuggled&password=correct+horse+9"
FORM = b"Content-Type: application/x-www-form-urlencoded"
LENGTH = b"Content-Length: %d\r\nConnection: close" % len(BODY)
SMUGGLED = b"POST /users HTTP/1.1\r\nHost: localhost\r\n%b\r\n%b\r\n\r\n%b" % (FORM, LENGTH, BODY)
"""What an attacker hides behind the body of another: if it is read as a request, it registers."""


def post(*headers: bytes, body: bytes = b"", line: bytes = b"POST /users HTTP/1.1") -> bytes:
    return b"\r\n".join([line, b"Host: localhost", FORM, *headers, b"", b""]) + body + SMUGGLED


def chunked(body: bytes, *more: bytes) -> bytes:
    return post(b"Transfer-Encoding: chunked", *more, body=body)


CHUNKED = b"Transfer-Encoding: chunked"
END = b"0\r\n\r\n"
MALFORMED = {
    "TE and CL": post(CHUNKED, b"Content-Length: 5", body=END),
    "CL and TE": post(b"Content-Length: 5", CHUNKED, body=END),
    "two CL": post(b"Content-Length: 0", b"Content-Length: 5", body=b"abcde"),
    "two CL alike": post(b"Content-Length: 5", b"Content-Length: 5", body=b"abcde"),
    "CL a list": post(b"Content-Length: 5, 6", body=b"abcde"),
    "CL +": post(b"Content-Length: +5", body=b"abcde"),
    "CL -": post(b"Content-Length: -1"),
    "CL in hexadecimal": post(b"Content-Length: 0x5", body=b"abcde"),
    "CL two words": post(b"Content-Length: 5 5", body=b"abcde"),
    "CL a fraction": post(b"Content-Length: 5.0", body=b"abcde"),
    "CL beyond 64 bits": post(b"Content-Length: 18446744073709551621", body=b"abcde"),
    "TE unknown": post(b"Transfer-Encoding: xchunked", body=END),
    "TE chunked first": post(b"Transfer-Encoding: chunked, identity", body=END),
    "TE folded": post(b"Transfer-Encoding:\r\n xchunked", body=END),
    "a space before the colon": post(b"Transfer-Encoding : chunked", body=END),
    "a space in a name": post(b"Content Length: 5", body=b"abcde"),
    "no colon": post(b"Content-Length 5", body=b"abcde"),
    "no name": post(b": 5", body=b"abcde"),
    "NUL in a value": post(b"X: a\x00b", b"Content-Length: 0"),
    "CR in a value": post(b"X: a\rContent-Length: 5", b"Content-Length: 0"),
    "NUL in a name": post(b"X\x00: a", b"Content-Length: 0"),
    "a chunk below zero": chunked(b"-1\r\n\r\n"),
    "a chunk in C": chunked(b"0x0\r\n\r\n"),
    "a chunk beyond 64 bits": chunked(b"10000000000000000\r\n\r\n"),
    "a chunk that goes on": chunked(b"1\r\nabcde\r\n0\r\n\r\n"),
    "a chunk without a size": chunked(b"\r\nabc\r\n0\r\n\r\n"),
    "a method that is none": post(b"Content-Length: 0", line=b"PO(ST /users HTTP/1.1"),
    "no version": post(b"Content-Length: 0", line=b"POST /users"),
    "version 2": post(b"Content-Length: 0", line=b"POST /users HTTP/2.0"),
    "version 1.10": post(b"Content-Length: 0", line=b"POST /users HTTP/1.10"),
    "spaces in the path": post(b"Content-Length: 0", line=b"POST /us ers HTTP/1.1"),
    "NUL in the path": post(b"Content-Length: 0", line=b"POST /us\x00ers HTTP/1.1"),
    "a folded first header": b"POST /users HTTP/1.1\r\n Host: localhost\r\n\r\n" + SMUGGLED,
}


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED)
def test_h2_a_malformed_request_is_400_and_nothing_behind_it_is_done(
    request_: bytes, served: Served
) -> None:
    before = served.do(kept(served.lobby))
    assert statuses(served, request_) == [400]
    assert served.do(kept(served.lobby)) == before


@pytest.mark.parametrize("request_", MALFORMED.values(), ids=MALFORMED)
def test_h2_it_is_the_same_byte_by_byte(request_: bytes, served: Served) -> None:
    before = served.do(kept(served.lobby))
    head = request_[: -len(SMUGGLED)]
    pieces = [head[n : n + 1] for n in range(len(head))]
    with suppress(ConnectionError):  # closed before all was sent
        assert statuses(served, *pieces, SMUGGLED) == [400]
    assert served.do(kept(served.lobby)) == before


def test_h2_what_is_behind_a_good_request_is_done(served: Served) -> None:
    """Else nothing of the above would show anything."""
    assert len(MALFORMED) >= 20
    good = post(b"Content-Length: 5", body=b"abcde")
    assert statuses(served, good) == [400, 201]
