"""A bot: it joins the first session that has a free seat, greets whoever speaks, and leaves at
Ctrl-C. It is the same account the next time that it is started.

    pip install lobby-client --find-links https://lobby.example/client/v1/
    python bot.py https://lobby.example bot-secret
"""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress

from lobby_client import Closed, Lobby, Refused, SecretFile


async def joined(lobby: Lobby) -> str:
    """The session that let us in."""
    waiting = lobby.sessions(filter={"free": {"min": 1}, "welcome": True}, limit=5)
    with waiting:
        async for change in waiting:
            for id in change.state["sessions"]:
                with suppress(Refused):  # the next one may
                    await lobby.command("session.join", session=id)
                    return id
    raise SystemExit("the lobby shows no sessions")


async def greet(lobby: Lobby, session: str) -> None:
    """Until we sit there no more."""
    with lobby.chat(session) as chat:
        async for _, entry in chat:
            if lobby.identity and entry["author"] != lobby.identity.uuid:
                text = f"Hello {entry.get('name', 'there')}!"
                with suppress(Refused):
                    await lobby.command("session.say", session=session, text=text)


async def main(url: str, secret: str) -> None:
    async with Lobby(url, anonymous=SecretFile(secret)) as lobby:
        while True:
            print("waiting for a session with a free seat", flush=True)  # noqa: T201
            session = await joined(lobby)
            print("in", session, flush=True)  # noqa: T201
            try:
                await greet(lobby, session)
            except asyncio.CancelledError:
                with suppress(Refused):
                    await lobby.command("session.leave", session=session)
                raise


if __name__ == "__main__":
    try:
        asyncio.run(main(*sys.argv[1:]))
    except Closed as closed:
        sys.exit(str(closed))
    except KeyboardInterrupt:
        pass
