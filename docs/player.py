"""A whole client, until Ctrl-C: `python docs/player.py host|guest http://127.0.0.1:8000`."""

import asyncio
import json
import sys
from urllib.request import Request, urlopen
from uuid import uuid4

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


def merged(patch, target):  # RFC 7396
    if not isinstance(patch, dict):
        return patch
    whole = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        whole[key] = merged(value, whole.get(key))
    return {key: value for key, value in whole.items() if value is not None}


def new_host(lobby):
    registered = urlopen(f"{lobby}/hosts", data=b"")
    shown = {"Authorization": f"Host {registered.headers['Host-Key']}"}
    address = f"{lobby}/hosts/{json.load(registered)['uuid']}/access_token"
    return json.load(urlopen(Request(address, headers=shown)))["token"]


class Player:
    token, known, sessions, printed = None, None, {}, ""
    asked, closed = None, set()  # the session that we asked to join, those that would not have us

    async def say(self, type, **fields):
        await self.socket.send(json.dumps({"type": type, "id": uuid4().hex, **fields}))

    async def watch(self):
        await self.say("watch", topic="sessions", **({"known": self.known} if self.known else {}))

    async def greet(self, role):
        await self.say("hello", **({"token": self.token} if self.token else {"anonymous": True}))
        if role == "host":
            await self.say("host.set", only_friends=False, allow_nonames=True)
            await self.say("session.launch", name="First light")
        await self.watch()

    async def hear(self, frame):
        match frame:
            case {"type": "refusal"}:
                print("refused:", frame["code"], frame["message"])
                if frame["code"] in ("guest_not_welcome", "session_full", "session_not_joinable"):
                    self.closed.add(self.asked)
                    self.asked = None
            case {"type": "reply", "result": {"token": token}}:
                self.token = token  # the identity just made for us: come back as the same
            case {"type": "state"}:
                self.known = {"epoch": frame["epoch"], "version": frame["version"]}
                self.sessions = frame["state"]
            case {"type": "patch"} if frame["since"] == self.known["version"]:
                self.known["version"] = frame["version"]
                self.sessions = merged(frame["patch"], self.sessions)
            case {"type": "patch"} if frame["version"] > self.known["version"]:
                await self.watch()

    async def join(self):
        joinable = [id for id, session in self.sessions.items() if session["joinable"]]
        if open := [id for id in joinable if id not in self.closed]:
            self.asked = open[0]
            await self.say("session.join", session=self.asked)

    def show(self, text):
        if text != self.printed:
            print(text)
        self.printed = text

    async def play(self, role, lobby):
        self.token = new_host(lobby) if role == "host" else None
        async for self.socket in connect(f"ws{lobby[4:]}/ws", subprotocols=["lobby.v1"]):
            self.asked = None
            try:
                await self.greet(role)
                async for text in self.socket:
                    frames = json.loads(text)
                    for frame in frames if isinstance(frames, list) else [frames]:
                        await self.hear(frame)
                    self.show("; ".join(map(line, self.sessions.values())) or "no open session")
                    if role == "guest" and not self.asked:
                        await self.join()
            except ConnectionClosed:
                if 4500 <= (self.socket.close_code or 0) <= 4999:
                    return print("stopped:", self.socket.close_reason)


def line(session):
    taken = [seat for seat in session["seats"].values() if seat["status"] == "taken"]
    return f"{session.get('name', session['id'])} ({len(taken)} of {len(session['seats'])} seats)"


if __name__ == "__main__":
    asyncio.run(Player().play(*sys.argv[1:]))
