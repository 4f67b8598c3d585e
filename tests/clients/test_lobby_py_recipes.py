"""The recipe of a bot in Python, run as one runs it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

from tests.clients.python_scenes import Scene
from tests.support.repository import ROOT
from tests.support.waiting import TIMEOUT

BOT = ROOT / "clients" / "recipes" / "bot.py"


async def test_a_bot_joins_greets_and_leaves_at_ctrl_c(scene: Scene, tmp_path: Path) -> None:
    ada = await scene.host()
    id = (await ada.command("session.launch", name="Harbour"))["session"]["id"]
    live, chat = ada.session(id), ada.chat(id)
    texts: list[str] = []
    chat.on_entry(lambda cursor, entry: texts.append(entry["text"]))
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", str(BOT), scene.link.url, str(tmp_path / "secret")),
        stdout=PIPE,
        stderr=PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python")},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    try:
        await live.when(lambda state: state["free"] < 7, timeout=TIMEOUT)
        assert bot.stdout is not None
        assert b"waiting" in await bot.stdout.readline()
        assert await bot.stdout.readline() == f"in {id}\n".encode()
        scene.link.cut()
        async with asyncio.timeout(TIMEOUT):
            while "Hello there!" not in texts:  # it hears what is said once it listens
                await ada.command("session.say", session=id, text="anybody there?")
                await asyncio.sleep(0.2)
        free = live.state["free"]
        bot.send_signal(signal.SIGINT)
        _, errors = await bot.communicate()
        assert (bot.returncode, errors) == (0, b"")
        await live.when(lambda state: state["free"] == free + 1, timeout=TIMEOUT)
    finally:
        if bot.returncode is None:
            bot.kill()
            await bot.communicate()
        await ada.command("session.close", session=id)
