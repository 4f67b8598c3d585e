"""How a command reaches the lobby: through the running server where that has the store for itself,
else here.
"""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

from lobby import catalogue as catalogues
from lobby import console, logs, tokens
from lobby.cli.given import settings, stop
from lobby.config import Settings
from lobby.exits import Exit
from persistence.ports import InUse, Unreachable
from protocol.codec import encode


def do(command: str, **fields: object) -> dict[str, Any]:
    """The result; ends the command where there is none. Fields that are None are left out."""
    chosen = settings()
    named = {name: value for name, value in fields.items() if value is not None}
    said = {"command": command, **named}
    try:
        answer = _ask(chosen, said)
    except InUse as busy:
        where = f"no server answers at {chosen.admin_socket} (LOBBY_ADMIN_SOCKET)"
        raise stop(f"{busy} Yet {where}: call me where the server runs.", Exit.IN_USE) from None
    except Unreachable as away:
        raise stop(str(away), Exit.UNREACHABLE) from None
    except tokens.BadKeys as wrong:
        raise stop(str(wrong), Exit.SETTINGS) from None
    except catalogues.WrongCatalogue as wrong:
        raise stop("\nlobby: ".join(wrong.lines), Exit.SETTINGS) from None
    if refused := answer.get("refused"):
        raise stop(refused["message"], Exit.FAILED)
    result: dict[str, Any] = answer["result"]
    return result


def _ask(settings: Settings, said: dict[str, Any]) -> dict[str, Any]:
    if settings.alone:
        try:
            return console.ask(Path(settings.admin_socket), said)
        except console.NoServer:
            pass
    logs.configure(settings)
    return asyncio.run(_do_here(settings, said))


async def _do_here(settings: Settings, said: dict[str, Any]) -> dict[str, Any]:
    from lobby import main as application
    from lobby import operating  # and with it all that can be done

    async with application.open_lobby(settings) as lobby:
        answer: dict[str, Any] = json.loads(await operating.answer(lobby, encode(said)))
        return answer
