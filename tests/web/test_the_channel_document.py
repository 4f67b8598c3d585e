"""The document for those who write clients says what the code says, and its example runs."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

from lobby.channel.close_codes import Close
from lobby.channel.commands import COMMANDS
from lobby.channel.outcomes import ALWAYS, GREETED, ONCE, OUTCOMES, codes, refusals_of
from lobby.domain.errors import SessionNotFound
from protocol.channel import COMMAND, SUBPROTOCOL, Commands, Hello
from protocol.codec import decode
from protocol.frames import FRAME
from tests.channel.good_commands import name_of
from tests.support.channel_client import Client
from tests.support.processes import LobbyProcess
from tests.support.waiting import TIMEOUT

DOCS = Path(__file__).parents[2] / "docs"
DOCUMENT = (DOCS / "the-channel.md").read_text()
PLAYER = DOCS / "player.py"
CLIENT = DOCS.parent / "clients" / "python"


def rows() -> Iterator[list[str]]:
    for line in DOCUMENT.splitlines():
        if line.startswith("| `"):
            yield [cell.strip() for cell in line.strip("|").split("|")]


EITHER = {
    ("session.join", "session"),
    ("session.join", "host"),
    ("watch", "topic"),
    ("watch", "topics"),
}
"""Fields of which one is needed, whichever."""


def test_every_command_is_there_with_each_of_its_fields() -> None:
    table = {row[0].strip("`"): row[1] for row in rows() if len(row) == 4}
    kinds = {get_args(kind.model_fields["type"].annotation)[0]: kind for kind in get_args(Commands)}
    assert table.keys() == kinds.keys()
    assert {*COMMANDS, Hello} == set(kinds.values())
    for name, kind in kinds.items():
        for field, about in kind.model_fields.items():
            if field not in ("type", "id"):
                optional = not about.is_required() and (name, field) not in EITHER
                assert f"`{field}{'?' if optional else ''}`" in table[name], (name, field)


def test_it_names_the_refusals_of_each_command_and_no_others() -> None:
    cells = {row[0].strip("`"): row[3] for row in rows() if len(row) == 4}
    known = codes(tuple(no for command in OUTCOMES for no in refusals_of(command))).keys()
    general = codes((*GREETED, *ONCE, *ALWAYS, SessionNotFound)).keys()
    for command, outcome in OUTCOMES.items():
        named = set(re.findall(r"`(\w+)`", cells[name_of(command)])) & known
        assert named <= codes(refusals_of(command)).keys(), command
        assert codes(outcome.refusals).keys() - general <= named, command
    told = DOCUMENT[DOCUMENT.index("Any command may also") : DOCUMENT.index("## Topics")]
    assert general <= set(re.findall(r"`(\w+)`", told))


def test_every_close_code_of_ours_is_explained() -> None:
    for code in Close:
        assert re.search(rf"^\| {code.value} \|", DOCUMENT, re.MULTILINE), code


def test_its_transcript_is_in_the_agreed_words() -> None:
    lines = re.findall(r"^[ABGH] ([><]) (.+)$", DOCUMENT, re.MULTILINE)
    assert len(lines) > 50
    for way, text in lines:
        if way == ">":
            decode(text.encode(), COMMAND)
        else:
            decode(text.encode(), FRAME)
    assert f"`{SUBPROTOCOL}`" in DOCUMENT


def test_its_example_is_the_file_that_runs() -> None:
    assert f"```python\n{PLAYER.read_text()}```" in DOCUMENT


async def test_its_example_hosts_joins_and_shows_who_sits(lobby_server: LobbyProcess) -> None:
    async with await Client.connect(lobby_server.url) as watcher:
        await watcher.watch("sessions")
        host = await start("host", lobby_server.url)
        guest = None
        try:
            await watcher.until(lambda: taken(watcher) == 1)
            guest = await start("guest", lobby_server.url)
            await watcher.until(lambda: taken(watcher) == 2)
            for player in (host, guest):
                assert player.stdout
                async with asyncio.timeout(TIMEOUT):
                    while await player.stdout.readline() != b"First light (2 of 8 seats)\n":
                        assert player.returncode is None
        finally:
            for player in filter(None, (host, guest)):
                player.kill()
                await player.communicate()
        assert watcher.violations == []


async def test_its_example_ends_at_ctrl_c_without_a_traceback(lobby_server: LobbyProcess) -> None:
    player = await start("host", lobby_server.url)
    assert player.stdout
    async with asyncio.timeout(TIMEOUT):
        await player.stdout.readline()
        player.send_signal(signal.SIGINT)
        _, errors = await player.communicate()
    assert errors == b""
    assert player.returncode == 0


async def start(role: str, url: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-u",
        str(PLAYER),
        role,
        url,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(CLIENT)},
        preexec_fn=heed_ctrl_c,
    )


def heed_ctrl_c() -> None:
    """As in a terminal: what a shell starts in the background inherits that SIGINT is ignored."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def taken(watcher: Client) -> int:
    (session,) = watcher.states["sessions"].values() or [{"seats": {}}]
    return sum(seat["status"] == "taken" for seat in session["seats"].values())
