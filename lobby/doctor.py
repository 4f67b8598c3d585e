"""What an operator would check by hand before and after a start, and what to do about it.

Looks at things from outside, with connections of its own; changes nothing.
"""

from __future__ import annotations

import asyncio
import os
import resource
import stat
import sys
from pathlib import Path
from typing import Any

from rich.table import Table
from rich.text import Text

from lobby import console, listening, parts
from lobby.config import SHORTEST_KEY, Settings, keys_of, unknown
from lobby.parts import Finding, Mark

__all__ = ["Finding", "Mark", "examine", "table"]

COLOURS = {Mark.GOOD: "green", Mark.NOTE: "yellow", Mark.WRONG: "red"}
SPARE_FILES = 200
"""Beside one for each connection: databases, logs, files of the page."""
FEW_LETTERS = 8


async def examine(settings: Settings | None, complaints: list[str]) -> list[Finding]:
    """Everything, or only what is wrong with the settings where there are none to go by."""
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
    findings += await parts.database(settings, running)
    findings += await parts.redis(settings)
    findings += [_processes(settings), *_keys(settings), _port(settings, running), _files(settings)]
    return findings


def table(findings: list[Finding]) -> Table:
    shown = Table("", "what", "found", "what to do", show_lines=True)
    for finding in findings:
        mark = Text(finding.mark, style=COLOURS[finding.mark])
        shown.add_row(mark, Text(finding.what), Text(finding.found), Text(finding.advice))
    return shown


def _python() -> Finding:
    return Finding(Mark.GOOD, "Python", sys.version.split()[0])


def _running(settings: Settings) -> dict[str, Any]:
    """What the server behind the admin socket says of itself; nothing, where there is none."""
    try:
        answer = console.ask(Path(settings.admin_socket), {"command": "status"})
    except (console.NoServer, OSError, ValueError):
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
    weak = [k for k in keys if len(k.encode()) < SHORTEST_KEY or len(set(k)) < FEW_LETTERS]
    if weak:
        found = f"{where}: {len(weak)} of {len(keys)} can be guessed"
        return Finding(Mark.WRONG, "signing key", found, "Make one with: lobby token secret")
    return Finding(Mark.GOOD, "signing key", f"{where}: {len(keys)}, none too short")


def _port(settings: Settings, running: dict[str, Any]) -> Finding:
    where = f"{settings.host} port {settings.port}"
    try:
        listening.listening_socket(settings).close()
    except listening.CannotListen as no:
        if no.taken and running:
            return Finding(Mark.GOOD, "port", f"{where}: the running server has it")
        mark = Mark.NOTE if no.taken and not settings.alone else Mark.WRONG
        return Finding(mark, "port", str(no), "Stop what has it, or choose another one.")
    if settings.host not in parts.LOOPBACK and not settings.public_url:
        advice = "Set LOBBY_PUBLIC_URL to the address that clients use."
        return Finding(Mark.NOTE, "port", f"{where} is free, and reached from elsewhere", advice)
    return Finding(Mark.GOOD, "port", f"{where} is free")


def _files(settings: Settings) -> Finding:
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    needed = settings.connections + SPARE_FILES
    if limit == resource.RLIM_INFINITY or limit >= needed:
        return Finding(Mark.GOOD, "open files", f"{limit} allowed, {needed} needed at most")
    return Finding(
        Mark.WRONG,
        "open files",
        f"{limit} allowed, LOBBY_CONNECTIONS={settings.connections} needs {needed}",
        f"ulimit -n {needed}, or LimitNOFILE={needed} in systemd, or fewer LOBBY_CONNECTIONS.",
    )
