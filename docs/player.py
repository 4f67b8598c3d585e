"""A whole client, until Ctrl-C: `python docs/player.py host|guest http://127.0.0.1:8000`."""

import asyncio
import json
import random
import sys
import time
from contextlib import suppress
from secrets import token_hex
from urllib.request import Request, urlopen

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus


def merged(patch, target):  # RFC 7396
    if not isinstance(patch, dict):
        return patch
    whole = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        whole[key] = merged(value, whole.get(key))
    return {key: value for key, value in whole.items() if value is not None}


def new_host(lobby):
    """What gives a fresh token, each time that one is asked for."""
    registered = urlopen(f"{lobby}/hosts", data=b"")
    shown = {"Authorization": f"Host {registered.headers['Host-Key']}"}
    address = f"{lobby}/hosts/{json.load(registered)['uuid']}/access_token"
    return lambda: json.load(urlopen(Request(address, headers=shown)))["token"]


class Player:
    known, sessions, printed = None, {}, ""
    socket, failures, grace, lost, wait = None, 0, 0, None, 0
    asked, closed = None, set()  # the session that we asked to join, those that would not have us

    async def say(self, type, **fields):
        await self.socket.send(json.dumps({"type": type, "id": token_hex(16), **fields}))

    async def watch(self):
        await self.say("watch", topic="sessions", **({"known": self.known} if self.known else {}))

    async def greet(self, role):
        await self.say("hello", **self.identity())
        if role == "host":
            await self.say("host.set", only_friends=False, allow_nonames=True)
            await self.say("session.launch", name="First light")
        await self.watch()

    async def hear(self, frame):
        match frame:
            case {"type": "refusal"}:
                print("refused:", frame["code"], frame["message"])
                self.wait = frame.get("retry_after", 0)
                if frame["code"] in ("guest_not_welcome", "session_full", "session_not_joinable"):
                    self.closed.add(self.asked)
                    self.asked = None
            case {"type": "reply", "result": {"grace_ms": grace}}:
                self.grace, self.lost = grace / 1000, None
            case {"type": "drain"}:
                self.wait = frame["return_after_ms"] / 1000
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

    async def live(self, role, lobby):
        """One connection, from hello to its end."""
        async with connect(f"ws{lobby[4:]}/ws", subprotocols=["lobby.v1"]) as self.socket:
            self.asked, self.wait, began = None, 0, time.monotonic()
            try:
                await self.greet(role)
                async for text in self.socket:
                    frames = json.loads(text)
                    for frame in frames if isinstance(frames, list) else [frames]:
                        await self.hear(frame)
                    self.show("; ".join(map(line, self.sessions.values())) or "no open session")
                    if role == "guest" and not self.asked:
                        await self.join()
            finally:
                if time.monotonic() - began > 10:
                    self.failures = 0

    async def come_back(self):
        """At random, so that thousands do not come at once; soon, while our seat is kept."""
        self.lost = self.lost or time.monotonic()
        longest = 2 if time.monotonic() - self.lost < self.grace else 30
        chance = random.uniform(0, min(longest, 0.5 * 2 ** min(self.failures, 10)))
        self.failures += not self.wait  # a wait that we were told is no failure
        await asyncio.sleep(self.wait + chance)

    async def play(self, role, lobby):
        fresh, secret = new_host(lobby) if role == "host" else None, token_hex(32)
        # Asked for each time: a token that has expired is never shown again.
        self.identity = lambda: (
            {"token": fresh()} if fresh else {"anonymous": True, "secret": secret}
        )
        while True:
            try:
                await self.live(role, lobby)
            except ConnectionClosed:
                pass
            except InvalidStatus as refused:
                self.wait = int(refused.response.headers.get("Retry-After", 0))
            except (OSError, InvalidHandshake):
                self.wait = 0
            code = self.socket.close_code if self.socket else None
            if 4500 <= (code or 0) <= 4999:
                return print("stopped:", self.socket.close_reason)
            self.socket = None
            await self.come_back()


def line(session):
    taken = [seat for seat in session["seats"].values() if seat["status"] == "taken"]
    return f"{session.get('name', session['id'])} ({len(taken)} of {len(session['seats'])} seats)"


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(Player().play(*sys.argv[1:]))
