"""Client of operator commands: over the admin socket where a running server owns the store, else in
this process.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from lobby import catalogue as catalogues
from lobby import logs
from lobby.cli.options import settings, stop
from lobby.config import Settings
from lobby.exit_codes import Exit
from lobby.identity import tokens
from lobby.operator import admin_socket
from persistence.ports import InUse, Newer, Unreachable, Unsuitable
from protocol.codec import encode


def run_command(
    command: str, *, patience: float = admin_socket.ANSWER_SECONDS, **fields: object
) -> dict[str, Any]:
    """The command's result; exits where there is none. Fields that are None are left out.
    `patience`: seconds until a server must have answered."""
    chosen = settings()
    named = {name: value for name, value in fields.items() if value is not None}
    said = {"command": command, **named}
    try:
        answer = _ask(chosen, said, patience)
    except InUse as busy:
        where = f"no server answers at {chosen.admin_socket} (LOBBY_ADMIN_SOCKET)"
        raise stop(f"{busy} Yet {where}: call me where the server runs.", Exit.IN_USE) from None
    except (Newer, Unsuitable) as wrong:
        raise stop(str(wrong), Exit.SETTINGS) from None
    except Unreachable as away:
        raise stop(str(away), Exit.UNREACHABLE) from None
    except tokens.BadKeys as wrong:
        raise stop(str(wrong), Exit.SETTINGS) from None
    except catalogues.InvalidCatalogue as wrong:
        raise stop("\nlobby: ".join(wrong.lines), Exit.SETTINGS) from None
    if refused := answer.get("refused"):
        raise stop(refused["message"], Exit.FAILED)
    result: dict[str, Any] = answer["result"]
    return result


def _ask(settings: Settings, said: dict[str, Any], patience: float) -> dict[str, Any]:
    if settings.alone:
        try:
            return admin_socket.ask(Path(settings.admin_socket), said, seconds=patience)
        except admin_socket.NoServer:
            pass
    logs.configure(settings)
    return asyncio.run(_run_here(settings, said))


async def _run_here(settings: Settings, said: dict[str, Any]) -> dict[str, Any]:
    from lobby import main as application
    from lobby.operator import commands  # loads the whole program

    async with application.open_lobby(settings) as lobby:
        answer: dict[str, Any] = json.loads(await commands.answer(lobby, encode(said)))
        return answer
