"""A fake upstream HTTP service: a test sets its answers and reads the requests it got."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

JSON = "application/json"


@dataclass
class UpstreamRequest:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Reply:
    """A response. `wait`: an event to wait for before it is sent."""

    status: int = 200
    body: bytes = b"{}"
    type: str | None = JSON
    headers: dict[str, str] = field(default_factory=dict)
    wait: threading.Event | None = None


Answering = Callable[[UpstreamRequest], Reply]


class Upstream:
    """The service. `answer`: the handler, replaceable at any time; `asked`: the requests."""

    def __init__(self, address: str, port: int) -> None:
        self.asked: list[UpstreamRequest] = []
        self.answer: Answering = lambda asked: Reply()
        service = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                asked = UpstreamRequest(
                    self.path, dict(self.headers.items()), self.rfile.read(length)
                )
                service.asked.append(asked)
                _send(self, service.answer(asked))

            def do_GET(self) -> None:
                self.do_POST()

            def log_message(self, format: str, *args: Any) -> None:
                """No log lines in the test output."""

        self.server = ThreadingHTTPServer((address, port), Handler)
        self.address, self.port = address, self.server.server_address[1]
        self.url = f"http://{address}:{self.port}"


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    if reply.wait is not None:
        reply.wait.wait(30)
    try:
        handler.send_response(reply.status)
        if reply.type is not None:
            handler.send_header("Content-Type", reply.type)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(reply.body)))
        handler.end_headers()
        handler.wfile.write(reply.body)
    except OSError:
        handler.close_connection = True


@contextmanager
def upstream(address: str = "127.0.0.1", port: int = 0) -> Iterator[Upstream]:
    service = Upstream(address, port)
    thread = threading.Thread(target=service.server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield service
    finally:
        service.server.shutdown()
        thread.join(10)
        service.server.server_close()
        assert not thread.is_alive()
