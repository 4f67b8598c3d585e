"""A whole client, until Ctrl-C: `python docs/player.py host|guest http://127.0.0.1:8000`."""

import asyncio
import sys
from contextlib import suppress

from lobby_client import Closed, Lobby, Refused
from lobby_client.http import LobbyHttp


async def play(role, url):
    async with Lobby(url, token=new_host(url) if role == "host" else None, anonymous=True) as lobby:
        if role == "host":
            await lobby.command("host.set", only_friends=False, allow_nonames=True)
            await lobby.command("session.launch", name="First light")
        sessions, printed, closed = lobby.sessions(), "", set()
        async for change in sessions:
            text = "; ".join(map(line, change.state.values())) or "no open session"
            if text != printed:
                print(printed := text)
            if role == "guest" and not any(sits(lobby, one) for one in change.state.values()):
                await join(lobby, sessions, closed)


async def join(lobby, sessions, closed):
    """The first session that lets us in; those that do not are `closed`."""
    for id, session in sessions.state.items():
        if session["joinable"] and id not in closed:
            try:
                await lobby.command("session.join", session=id)
                await sessions.when(lambda now, id=id: id not in now or sits(lobby, now[id]))
                return
            except Refused as refused:
                print("refused:", refused.code, refused.message)
                closed.add(id)


def new_host(url):
    """What gives a token of one new host, each time that one is asked for."""
    host = None

    async def token(expired):
        nonlocal host
        async with LobbyHttp(url) as http:
            host = host or await http.hosts.register()
            return await http.hosts.login(host["uuid"], host["key"])

    return token


def sits(lobby, session):
    return any(seat.get("player") == lobby.identity.uuid for seat in session["seats"].values())


def line(session):
    taken = [seat for seat in session["seats"].values() if seat["status"] == "taken"]
    return f"{session.get('name', session['id'])} ({len(taken)} of {len(session['seats'])} seats)"


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        try:
            asyncio.run(play(*sys.argv[1:]))
        except Closed as closed:
            print("stopped:", closed.why.reason)
