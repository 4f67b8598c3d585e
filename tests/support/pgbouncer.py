"""PgBouncer, the connection pooler that stands before many a PostgreSQL."""

from __future__ import annotations

import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.services import LOOPBACK, Missing, PostgresServer, Server, postgres_user


class PgBouncer(Server):
    """Before the server; `mode`: session, transaction or statement. `ignored`: settings of a
    connection that it takes and does not pass on."""

    def __init__(self, server: PostgresServer, mode: str, *, ignored: str) -> None:
        program = shutil.which("pgbouncer", path="/usr/sbin:/usr/local/bin:/usr/bin")
        if program is None:
            raise Missing("there is no pgbouncer: install it")
        self._program, user = program, postgres_user()
        super().__init__(Path(tempfile.mkdtemp(prefix="lobby-pgbouncer-")), user=user)
        self._settings = self.home / "pgbouncer.ini"
        self._settings.write_text(
            f"[databases]\n* = host={LOOPBACK} port={server.port} user=lobby\n"
            f"[pgbouncer]\nlisten_addr = {LOOPBACK}\nlisten_port = {self.port}\n"
            f"unix_socket_dir =\nauth_type = any\npool_mode = {mode}\n"
            f"ignore_startup_parameters = {ignored}\n"
        )
        if user:
            shutil.chown(self.home, user)
            self.home.chmod(0o755)

    def command(self) -> list[str]:
        return [self._program, str(self._settings)]

    def answers(self) -> bool:
        try:
            with socket.create_connection((LOOPBACK, self.port), timeout=2):
                return True
        except OSError:
            return False

    def before(self, url: str) -> str:
        """The URL of the same database through it."""
        name = url.rpartition("/")[2]
        return f"postgresql://lobby@{LOOPBACK}:{self.port}/{name}"


@contextmanager
def pgbouncer(server: PostgresServer, mode: str, *, ignored: str) -> Iterator[PgBouncer]:
    """Raises Missing."""
    pooler = PgBouncer(server, mode, ignored=ignored)
    pooler.start()
    try:
        yield pooler
    finally:
        pooler.remove()
