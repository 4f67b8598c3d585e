"""The program in a process of its own, forked from one that has imported it already.

A test process has one fork server, which begins with the first start, and ends with it.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from threading import Lock

from tests.support.repository import ROOT

READ_AT_START = ("LD_", "DYLD_", "PYTHON", "MALLOC_", "FAKETIME", "TZ", "LC_", "LANG")
"""Beginnings of variables that the loader and the interpreter read before any of our code."""


def can_fork(changes: Mapping[str, str]) -> bool:
    """Whether a fork can have these variables: not what only a new interpreter would read."""
    return not any(name.startswith(READ_AT_START) for name in changes)


class ForkedProgram:
    """A process, with what tests need of `subprocess.Popen`."""

    def __init__(self, answers: int) -> None:
        self.pid = _number(answers)
        self.returncode: int | None = None
        self._answers, self._reading = answers, Lock()

    def __del__(self) -> None:
        os.close(self._answers)

    def poll(self) -> int | None:
        """The exit code, once there is one; negative for a signal."""
        return self._ended(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._ended(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("lobby", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _ended(self, seconds: float | None) -> int | None:
        """Several threads may ask."""
        if self.returncode is None and select.select([self._answers], [], [], seconds)[0]:
            with self._reading:
                if self.returncode is None:
                    self.returncode = _number(self._answers)
        return self.returncode


def start(
    words: Sequence[str], *, cwd: Path, env: Mapping[str, str], standard: tuple[int, int, int]
) -> ForkedProgram:
    """`lobby WORDS` with these as stdin, stdout and stderr; they stay the caller's to close."""
    answers, answer = os.pipe()
    request = {"argv": ["lobby", *words], "cwd": str(cwd), "env": dict(env)}
    try:
        _server().ask(json.dumps(request).encode() + b"\n", [*standard, answer])
    finally:
        os.close(answer)
    return ForkedProgram(answers)


class _Server:
    def __init__(self) -> None:
        self._socket, theirs = socket.socketpair()
        self._turn = Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.fork_server"],
            cwd=ROOT,
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
        )
        theirs.close()
        atexit.register(self._end)

    def ask(self, line: bytes, descriptors: list[int]) -> None:
        """Threads may start processes at the same time."""
        with self._turn:
            sent = socket.send_fds(self._socket, [line], descriptors)
            self._socket.sendall(line[sent:])

    def _end(self) -> None:
        self._socket.close()
        self._process.wait()


@cache
def _server() -> _Server:
    return _Server()


def _number(answers: int) -> int:
    """What the fork server says in one line."""
    said = b""
    while not said.endswith(b"\n"):
        one = os.read(answers, 1)
        if not one:
            raise RuntimeError("the fork server has ended; its stderr says why")
        said += one
    return int(said)
