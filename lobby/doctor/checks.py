"""`lobby doctor`: checks what a server needs, and says what to do about what is missing.

Settings, keys, port, file limit, database, Redis; by connections of its own. Changes nothing.
"""

from __future__ import annotations

import asyncio
import os
import stat
import sys
from pathlib import Path
from typing import Any

from rich.table import Column, Table
from rich.text import Text

from lobby.config import SHORTEST_KEY, Settings, keys_of, unknown
from lobby.doctor import dependencies, redis_checks
from lobby.doctor.dependencies import Finding, Mark
from lobby.domain.entropy import is_guessable
from lobby.operator import admin_socket
from lobby.process import descriptors, listener

__all__ = ["Finding", "Mark", "examine", "table"]

COLOURS = {Mark.GOOD: "green", Mark.NOTE: "yellow", Mark.WRONG: "red"}


async def examine(settings: Settings | None, complaints: list[str]) -> list[Finding]:
    """All findings; only those about the settings where these are invalid (`settings` is None)."""
    findings = [Finding(Mark.WRONG, "setting", line, "Correct it.") for line in complaints]
    findings += [
        Finding(Mark.NOTE, "setting", f"{name} is no setting of this program", "Is it mistyped?")
        for name in unknown(os.environ)
    ]
    findings.append(_python())
    if settings is None:
        return findings
    if not findings[:-1]:
        findings.insert(0, Finding(Mark.GOOD, "settings", "understood"))
    running = await asyncio.to_thread(_running, settings)
    findings.append(_server(settings, running))
    findings += await dependencies.database(settings, running)
    findings += await redis_checks.redis(settings)
    findings += [_processes(settings), *_keys(settings), _port(settings, running), _files(settings)]
    return findings


def table(findings: list[Finding]) -> Table:
    """The findings for a terminal."""
    # Names of settings are longer than a column: they are broken, never cut short.
    columns = [Column(head, overflow="fold") for head in ("", "what", "found", "what to do")]
    shown = Table(*columns, show_lines=True)
    for finding in findings:
        mark = Text(finding.mark, style=COLOURS[finding.mark])
        shown.add_row(mark, Text(finding.what), Text(finding.found), Text(finding.advice))
    return shown


def _python() -> Finding:
    return Finding(Mark.GOOD, "Python", sys.version.split()[0])


def _running(settings: Settings) -> dict[str, Any]:
    """The status of the server behind the admin socket; empty where none answers."""
    try:
        answer = admin_socket.ask(Path(settings.admin_socket), {"command": "status"})
    except (admin_socket.NoServer, OSError, ValueError):
        return {}
    result: dict[str, Any] = answer.get("result", {})
    return result


def _server(settings: Settings, running: dict[str, Any]) -> Finding:
    if running:
        found = f"process {running['pid']} answers at {settings.admin_socket}"
        return Finding(Mark.GOOD, "server", found)
    if not settings.alone:
        return Finding(Mark.GOOD, "server", "shared data: servers are not asked, nor needed")
    return Finding(Mark.GOOD, "server", f"none answers at {settings.admin_socket}")


def _processes(settings: Settings) -> Finding:
    missing = [
        name
        for name, lacks in (
            ("LOBBY_DATABASE_URL to PostgreSQL", settings.database_url.startswith("sqlite:")),
            ("LOBBY_REDIS_URL to Redis", settings.embedded),
        )
        if lacks
    ]
    if not missing:
        return Finding(Mark.GOOD, "processes", "as many as you like")
    return Finding(Mark.GOOD, "processes", "one", f"For more, set {' and '.join(missing)}.")


def _keys(settings: Settings) -> list[Finding]:
    path = Path(settings.secret_file)
    if given := keys_of(settings.secret):
        return [_strength("LOBBY_SECRET", given)]
    if not path.exists():
        return [Finding(Mark.GOOD, "signing key", f"{path} will be made at the first start")]
    mode = stat.S_IMODE(path.stat().st_mode)
    findings = []
    try:
        findings.append(_strength(str(path), path.read_text().strip().split(",")))
    except OSError as failure:
        advice = "Let the server's user read it."
        return [Finding(Mark.WRONG, "signing key", f"{path}: {failure.strerror}", advice)]
    if mode & 0o077:
        found = f"{path} can be read by others (mode {mode:03o})"
        findings.append(Finding(Mark.WRONG, "signing key", found, f"chmod 600 {path}"))
    if not settings.alone:
        advice = "Where processes run on several machines, set LOBBY_SECRET alike for all."
        findings.append(Finding(Mark.NOTE, "signing key", f"kept in {path}", advice))
    return findings


def _strength(where: str, keys: list[str]) -> Finding:
    weak = [k for k in keys if len(k.encode()) < SHORTEST_KEY or is_guessable(k)]
    if weak:
        found = f"{where}: {len(weak)} of {len(keys)} can be guessed"
        return Finding(Mark.WRONG, "signing key", found, "Make one with: lobby token secret")
    return Finding(Mark.GOOD, "signing key", f"{where}: {len(keys)}, none too short")


def _port(settings: Settings, running: dict[str, Any]) -> Finding:
    where = f"{settings.host} port {settings.port}"
    try:
        listener.listening_socket(settings).close()
    except listener.CannotListen as no:
        if no.taken and running:
            return Finding(Mark.GOOD, "port", f"{where}: the running server has it")
        mark = Mark.NOTE if no.taken and not settings.alone else Mark.WRONG
        return Finding(mark, "port", str(no), "Stop what has it, or choose another one.")
    if settings.host not in dependencies.LOOPBACK and not settings.public_url:
        advice = "Set LOBBY_PUBLIC_URL to the address that clients use."
        return Finding(Mark.NOTE, "port", f"{where} is free, and reached from elsewhere", advice)
    return Finding(Mark.GOOD, "port", f"{where} is free")


def _files(settings: Settings) -> Finding:
    limit, needed = descriptors.attainable(), descriptors.needed(settings)
    if limit >= needed:
        return Finding(Mark.GOOD, "open files", f"{limit} allowed, {needed} needed at most")
    return Finding(
        Mark.WRONG,
        "open files",
        f"{limit} allowed, LOBBY_CONNECTIONS={settings.connections} needs {needed}",
        f"ulimit -Hn {needed}, or LimitNOFILE={needed} in systemd, or fewer LOBBY_CONNECTIONS.",
    )
