"""What a game writes: mypy is asked whether its types hold, and finds what is marked as wrong."""

from __future__ import annotations

from lobby_client import Change, Lobby, Refused
from lobby_client.http import LobbyHttp
from lobby_client.models import InboxEntry, ListedSession, PresenceCount, SessionsWindow


def show(*things: object) -> None:
    """To the player."""


async def game() -> None:
    async with LobbyHttp("http://x") as http:
        host = await http.hosts.register()
        await http.call("get_hosts__host__get", path={"host": host["uuid"]})
        await http.call("no_such_operation")  # type: ignore[arg-type]
    async with Lobby("http://x", token=http.hosts.tokens(host), anonymous=True) as lobby:
        await watching(lobby)
        await commanding(lobby)


async def watching(lobby: Lobby) -> None:
    listed: dict[str, ListedSession] = await lobby.sessions().ready()
    window: SessionsWindow = await lobby.sessions(filter={"free": {"min": 1}}, limit=5).ready()
    count: PresenceCount = lobby.presence_count().state
    names: list[str | None] = [one.get("name") for one in window["sessions"].values()]
    show(listed, count["online"], names)
    async for change in lobby.session("1"):
        shown = change.state
        show(shown["seats"]["0"]["status"], change.paths)
        if "state" in shown:  # inside
            show(shown["state"])
    async for cursor, entry in lobby.chat("1", after=0):
        text: str = entry["text"]
        show(cursor + 1, text)
    async for session, author, body in lobby.signals():
        show(session.upper(), author.upper(), body["x"])
    lobby.sessions().on_change(draw)
    lobby.inbox().on_entry(told)
    lobby.sessions().on_change(told)  # type: ignore[arg-type]
    lobby.session()  # type: ignore[call-arg]
    lobby.sessions(filter={"fre": 1})  # type: ignore[call-overload]


def draw(change: Change[dict[str, ListedSession]]) -> None:
    show(change.state["1"]["joinable"])


def told(cursor: int, entry: InboxEntry) -> None:
    show(cursor, entry["message"])


async def commanding(lobby: Lobby) -> None:
    try:
        joined = await lobby.command("session.join", host="u", timeout=3)
    except Refused as refused:
        show(refused.code == "session_full", refused.retry_after)
        raise
    show(joined["session"]["seats"])
    launched = await lobby.command("session.launch", attributes={"map": "dust"})
    show(launched.get("source_of_truth_key", "").upper())
    await lobby.command("session.update", session="1", password=None)
    await lobby.command("session.join")  # type: ignore[call-overload]
    await lobby.command("session.join", session="1", host="u")  # type: ignore[call-overload]
    await lobby.command("session.say", session="1", text=7)  # type: ignore[call-overload]
    await lobby.command("no.such")  # type: ignore[call-overload]
