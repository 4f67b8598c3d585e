"""Fork server: a process that has imported the whole program, and forks at each request, so that a
start costs a tenth of a new interpreter's.

What is forked is the real program in a process of its own: its arguments, environment, folder,
descriptors and signals are those of the request, it runs the same `main`, and ends as an
interpreter does. The server knows nothing of tests, and starts neither thread nor event loop, since
neither outlives a fork.

A request is a JSON object in one line with `argv`, `cwd` and `env`, and four descriptors: stdin,
stdout, stderr, and a pipe into which go the pid, and the exit code once there is one, a line each.
"""

from __future__ import annotations

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

PIECE = 64 * 1024
DESCRIPTORS = 4


@dataclass
class Request:
    said: dict[str, Any]
    standard: list[int]
    answer: int


class ForkServer:
    """It ends when the other end of the socket closes, and with it all that it forked."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._wakes, wake = os.pipe()
        os.set_blocking(wake, False)
        self._own = [requests.fileno(), self._wakes, wake]
        self._answers: dict[int, int] = {}  # by pid
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)

    def run(self) -> bool:
        """True in each process that was forked, False at the end."""
        while True:
            ready, _, _ = select.select([self._requests.fileno(), self._wakes], [], [])
            if self._wakes in ready:
                os.read(self._wakes, PIECE)
                self._report_ended()
            if self._requests.fileno() in ready:
                request = self._next()
                if request is None:
                    return self._end()
                if self._forked(request):
                    return True

    def _next(self) -> Request | None:
        said, descriptors, _, _ = socket.recv_fds(self._requests, PIECE, DESCRIPTORS)
        while said and not said.endswith(b"\n"):
            said += self._requests.recv(PIECE)
        return Request(json.loads(said), descriptors[:-1], descriptors[-1]) if said else None

    def _forked(self, request: Request) -> bool:
        if pid := os.fork():
            self._answers[pid] = request.answer
            for descriptor in request.standard:
                os.close(descriptor)
            _tell(request.answer, pid)
            return False
        _become(request, [*self._own, *self._answers.values()])
        return True

    def _report_ended(self) -> None:
        for pid in list(self._answers):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                answer = self._answers.pop(pid)
                _tell(answer, os.waitstatus_to_exitcode(status))
                os.close(answer)

    def _end(self) -> bool:
        for pid in self._answers:
            os.kill(pid, signal.SIGKILL)
        return False


def _tell(answer: int, number: int) -> None:
    with suppress(BrokenPipeError):  # who asked has gone
        os.write(answer, b"%d\n" % number)


def _become(request: Request, inherited: list[int]) -> None:
    """Be the process that was asked for."""
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for place, descriptor in enumerate(request.standard):
        os.dup2(descriptor, place)
    for descriptor in [*request.standard, request.answer, *inherited]:
        os.close(descriptor)
    os.chdir(request.said["cwd"])
    os.environ.clear()
    os.environ.update(request.said["env"])
    sys.argv = request.said["argv"]


def serve_forks() -> None:
    """Serve the socket that is stdin. An interrupt from the terminal is for the tests, which end
    what they started. What is imported is kept from the collector, which would copy it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests = socket.socket(fileno=os.dup(0))
    gc.disable()
    import lobby.process.server  # noqa: F401
    from lobby.cli import main as program

    gc.freeze()
    gc.enable()
    if ForkServer(requests).run():
        requests.detach()
        program()


if __name__ == "__main__":
    serve_forks()
