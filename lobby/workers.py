"""Several serving processes behind one port: started, replaced when they die, stopped together.

Knows processes and signals; what they serve is theirs.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from multiprocessing import connection, get_context
from multiprocessing.connection import Connection
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from lobby import loading, logs
from lobby.config import Settings
from lobby.exits import Exit

if TYPE_CHECKING:
    from lobby.serving import Server

log = structlog.get_logger(__name__)
spawning = get_context("spawn")

PAUSE_SECONDS = 1.0
"""Before a worker is replaced that never came to serve."""
HOPELESS = (Exit.SETTINGS, Exit.IN_USE, Exit.UNREACHABLE)
"""What another try would end with as well."""


class Worker:
    """`line` tells us that it serves, and it to end at once or that nobody watches it."""

    def __init__(self, settings: Settings, sock: socket.socket) -> None:
        self.line, theirs = spawning.Pipe()
        self.process = spawning.Process(target=work, args=(settings, sock, theirs), name="lobby")
        self.process.start()
        theirs.close()
        self.ready = False

    def hear(self) -> None:
        """What came through the line: that it serves, or that it has ended."""
        try:
            self.line.recv()
            self.ready = True
        except EOFError:
            self.process.join()

    @property
    def ended(self) -> bool:
        return self.process.exitcode is not None


class Supervisor:
    """`ready` is called once, when all of them serve."""

    def __init__(
        self, settings: Settings, sock: socket.socket, count: int, ready: Callable[[], None]
    ) -> None:
        self._settings, self._sock, self._count, self._ready = settings, sock, count, ready
        self._workers: list[Worker] = []
        self._stopping = False
        self._code = Exit.OK

    def run(self) -> Exit:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        for _ in range(self._count):
            self._start()
        announced = False
        while self._workers:
            self._wait()
            if not announced and all(w.ready for w in self._workers) and not self._stopping:
                self._ready()
                announced = True
        return self._code

    def _start(self) -> None:
        worker = Worker(self._settings, self._sock)
        self._workers.append(worker)
        if self._stopping:
            worker.process.terminate()

    def _wait(self) -> None:
        lines = {worker.line: worker for worker in self._workers}
        for line in connection.wait(lines):
            worker = lines[line]  # type: ignore[index]
            worker.hear()
            if worker.ended:
                self._replace(worker)

    def _replace(self, worker: Worker) -> None:
        self._workers.remove(worker)
        code = worker.process.exitcode
        if self._stopping:
            return
        if code in HOPELESS:
            self._code = Exit(code)
            self._stop()
            return
        log.error("worker_died", pid=worker.process.pid, code=code)
        if not worker.ready:
            time.sleep(PAUSE_SECONDS)
        self._start()

    def _stop(self, number: int = signal.SIGTERM, frame: FrameType | None = None) -> None:
        """Once: they drain, also when they were told by another way. Twice: they end."""
        for worker in list(self._workers):
            if self._stopping:
                with suppress(OSError):
                    worker.line.send("now")
            else:
                worker.process.terminate()
        self._stopping = True


def work(settings: Settings, sock: socket.socket, line: Connection) -> None:
    """What a worker process does. A terminal's Ctrl+C is for its supervisor to answer."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure(settings)
    serving = loading.program()

    def above(server: Server) -> None:
        threading.Thread(target=_listen, args=(line, server), daemon=True).start()

    sys.exit(serving.run(settings, sock, lambda: line.send(os.getpid()), above=above))


def _listen(line: Connection, server: Server) -> None:
    """A word means now. No more of them means that nobody watches us: end as if told to."""
    try:
        line.recv()
        server.end_now()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
