"""Supervisor: starts several worker processes behind one port, and replaces those that die.

Knows processes and signals; not what they serve.
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

from lobby import logs
from lobby.config import Settings
from lobby.exit_codes import Exit
from lobby.process import lazy
from lobby.process.reload import sound

if TYPE_CHECKING:
    from lobby.process.server import LobbyServer

log = structlog.get_logger(__name__)
spawning = get_context("spawn")

PAUSE_SECONDS = 1.0
"""Pause before a worker is replaced that failed to start."""
NOT_RETRIED = (Exit.SETTINGS, Exit.IN_USE, Exit.UNREACHABLE)
"""Exit codes of workers that a restart would not help."""


class Worker:
    """A worker process. By `pipe` it says that it serves, and is told to end at once.

    Closed at our end, the pipe tells it that the supervisor is gone.
    """

    def __init__(self, settings: Settings, sock: socket.socket) -> None:
        self.pipe, theirs = spawning.Pipe()
        self.process = spawning.Process(
            target=run_worker, args=(settings, sock, theirs), name="lobby"
        )
        self.process.start()
        theirs.close()
        self.ready = self.leaving = False

    def leave(self) -> None:
        """Drain: others serve."""
        self.leaving = True
        with suppress(OSError):
            self.pipe.send("leave")

    def receive(self) -> None:
        """Read the pipe: the worker serves, or it has ended."""
        try:
            self.pipe.recv()
            self.ready = True
        except EOFError:
            self.process.join()

    @property
    def ended(self) -> bool:
        return self.process.exitcode is not None


class Supervisor:
    """Runs `count` workers on one listening socket; `ready` is called once, when all serve."""

    def __init__(
        self, settings: Settings, sock: socket.socket, count: int, ready: Callable[[], None]
    ) -> None:
        self._settings, self._sock, self._count, self._ready = settings, sock, count, ready
        self._workers: list[Worker] = []
        self._stopping = False
        self._code = Exit.OK
        self._outdated: list[Worker] = []
        self._successor: Worker | None = None
        self._told, self._tell = spawning.Pipe(duplex=False)

    def run(self) -> Exit:
        """Until told to stop, or until a worker fails in a way that a restart does not help."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        signal.signal(signal.SIGHUP, lambda number, frame: self._tell.send("reload"))
        for _ in range(self._count):
            if not self._stopping:
                self._start()
        announced = False
        while self._workers:
            self._wait()
            self._roll()
            if not announced and all(w.ready for w in self._workers) and not self._stopping:
                self._ready()
                announced = True
        return self._code

    def _start(self) -> Worker:
        worker = Worker(self._settings, self._sock)
        self._workers.append(worker)
        if self._stopping:
            worker.process.terminate()
        return worker

    def _wait(self) -> None:
        pipes = {worker.pipe: worker for worker in self._workers}
        for pipe in connection.wait([*pipes, self._told]):
            if pipe is self._told:
                if self._told.recv() == "reload":
                    self._reload()
                else:
                    self._sock.close()  # the last worker to close it refuses whoever comes
                continue
            worker = pipes[pipe]  # type: ignore[index]
            worker.receive()
            if worker.ended:
                self._replace(worker)

    def _reload(self) -> None:
        """From now on replace those who serve, one after another; not where no other would come."""
        if not self._stopping and not self._outdated and sound(self._settings):
            log.info("reloading", pids=[worker.process.pid for worker in self._workers])
            self._outdated = list(self._workers)

    def _roll(self) -> None:
        """First the new one serves, then the old one drains; then it is the next one's turn."""
        if self._stopping or not self._outdated or self._outdated[0].leaving:
            return
        if self._successor is None:
            self._successor = self._start()
        elif self._successor.ready:
            self._successor = None
            self._outdated[0].leave()

    def _replace(self, worker: Worker) -> None:
        self._workers.remove(worker)
        code = worker.process.exitcode
        if worker in self._outdated:
            self._outdated.remove(worker)
        if self._stopping or worker.leaving:
            return
        if worker is self._successor:
            log.error("reload_failed", pid=worker.process.pid, code=code)
            self._successor, self._outdated = None, []
            return
        if code in NOT_RETRIED:
            self._code = Exit(code)
            self._stop()
            return
        log.error("worker_died", pid=worker.process.pid, code=code)
        if not worker.ready:
            time.sleep(PAUSE_SECONDS)
        self._start()

    def _stop(self, number: int = signal.SIGTERM, frame: FrameType | None = None) -> None:
        """The first signal drains the workers, the second one ends them at once."""
        for worker in list(self._workers):
            if self._stopping:
                with suppress(OSError):
                    worker.pipe.send("now")
            else:
                worker.process.terminate()
        self._stopping = True
        self._tell.send("stop")


def run_worker(settings: Settings, sock: socket.socket, pipe: Connection) -> None:
    """The body of a worker process. Ctrl+C of the terminal is handled by the supervisor."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    logs.configure(settings)
    server = lazy.load_server()

    def on_server(server: LobbyServer) -> None:
        threading.Thread(target=_watch_supervisor, args=(pipe, server), daemon=True).start()

    sys.exit(server.run(settings, sock, lambda: pipe.send(os.getpid()), on_server=on_server))


def _watch_supervisor(pipe: Connection, server: LobbyServer) -> None:
    """`leave` means: drain, others serve; another message: end at once. A closed pipe means: no
    supervisor, so drain and stop."""
    try:
        while pipe.recv() == "leave":
            server.step_down()
        server.end_now()
    except (EOFError, OSError):
        os.kill(os.getpid(), signal.SIGTERM)
