"""The worst that one client sends in one request or one message: each does what it costs the most.

Every one of them is within the limits of its door, or is what a limit is there for.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass

import httpx2

from tests.support.loop_stalls import MeasuredProcess
from tests.support.raw_websocket import RawWebsocket, frame
from tests.support.server_status import User
from tests.support.waiting import TIMEOUT

KIB = 1024
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


@dataclass
class Attacker:
    """Somebody with the rights that the attack needs. `user` is an administrator."""

    process: MeasuredProcess
    http: httpx2.Client
    user: User
    token: str

    def write(self, tail: str, body: bytes) -> int:
        """Change one's own account by the document of server status."""
        return self.user.call(
            "PUT",
            f"/users/{self.user.login}{tail}",
            content=body,
            headers={"Content-Type": "application/json"},
        ).status_code

    def read(self, path: str) -> int:
        return self.user.call("GET", path).status_code

    def page(self, path: str) -> int:
        """By the document of hosts and users."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return self.http.get(path, headers=headers).status_code

    def form(self, content: bytes, type: str) -> int:
        return self.http.post("/users", content=content, headers={"Content-Type": type}).status_code

    def raw(self, target: str, *, method: str = "GET", headers: str = "") -> int:
        """Without a client's own limits. The status, also where the rest is not read any more."""
        head = f"{method} {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
        head += f"Authorization: {self.user.access}\r\n{headers}\r\n"
        with socket.create_connection(("127.0.0.1", self.process.port), TIMEOUT) as link:
            link.sendall(head.encode())
            return int(link.recv(64).split()[1])

    def say(self, text: bytes) -> int:
        """On the channel, once it is greeted: 0 for a reply, 1 for a refusal."""
        raw = RawWebsocket(self.process.port)
        with closing(raw.socket):
            raw.send_handshake("/ws", subprotocol="lobby.v1")
            raw.read_handshake()
            raw.send(frame(0x81, json.dumps(self._hello()).encode()))
            raw.receive_frame()
            raw.send(frame(0x81, text))
            return int(b'"refusal"' in raw.receive_frame()[1])

    def _hello(self) -> dict[str, str]:
        return {"type": "hello", "id": "1", "token": self.token}


def many(unit: str, size: int, *, start: str = "", end: str = "") -> bytes:
    """As many of these, with commas, as fit into so many bytes."""
    count = (size - len(start) - len(end)) // (len(unit) + 1)
    return (start + ",".join([unit] * count) + end).encode()


def members(count: int) -> str:
    """Members of an object, none like another."""
    return ",".join(f'"{n:x}":1' for n in range(count))


LARGE = 1024 * KIB - 64
"""Bytes of a body that may carry an icon."""
PUSH = '{"id":"2","type":"session.push","session":"1","source_of_truth_key":"x","state":'

Attack = Callable[[Attacker], int]
BODIES: dict[str, tuple[Attack, int]] = {
    "30,000 nicknames": (
        lambda a: a.write("", json.dumps({"nicknames": [f"n{n}" for n in range(30_000)]}).encode()),
        200,
    ),
    "60,000 nicknames": (
        lambda a: a.write("", json.dumps({"nicknames": [f"n{n}" for n in range(60_000)]}).encode()),
        400,
    ),
    "half a million nicknames that are none": (
        lambda a: a.write("", many("1", LARGE, start='{"nicknames":[', end="]}")),
        400,
    ),
    "a list of nicknames that are none": (
        lambda a: a.write("/nicknames", many("1", 127 * KIB, start="[", end="]")),
        400,
    ),
    "100,000 unknown fields": (lambda a: a.write("", f"{{{members(100_000)}}}".encode()), 400),
    "13,000 unknown fields": (lambda a: a.write("/name", f"{{{members(13_000)}}}".encode()), 400),
    "one field 90,000 times": (
        lambda a: a.write("", many('"name":"a"', LARGE, start="{", end="}")),
        400,
    ),
    "a million levels": (lambda a: a.write("", b'{"name":' + b"[" * (LARGE - 10)), 400),
    "sixteen levels, 2,000 times": (
        lambda a: a.write("/name", many("[" * 15 + "]" * 15, 64 * KIB, start="[", end="]")),
        400,
    ),
    "a number of a million digits": (
        lambda a: a.write("", b'{"isAdmin":' + b"9" * (LARGE - 20) + b"}"),
        400,
    ),
    "half a million marks on one letter": (
        lambda a: a.write("", ('{"name":"a' + "\u0301" * 500_000 + '"}').encode()),
        200,
    ),
    "a password of marks": (
        lambda a: a.write("/password", ('{"password":"' + "\u1e9b\u0323" * 20_000 + '"}').encode()),
        200,
    ),
    "30,000 fields of a form": (lambda a: a.form(b"a&" * 32_000, FORM), 400),
    "1,200 parts of a form": (lambda a: a.form(PART + (b"\r\n" + PART) * 1_200, PARTS), 400),
}
HEADS: dict[str, tuple[Attack, int]] = {
    "36,000 headers": (lambda a: a.raw("/api/users/x", headers="a:b\r\n" * 36_000), 431),
    "a header of 250 KiB": (
        lambda a: a.raw("/api/users/x", headers="Accept: " + "a/b;c=d," * 30_000 + "\r\n"),
        431,
    ),
    "13,000 escaped parameters": (lambda a: a.raw("/api/users/x?" + "%61&" * 13_000), 400),
    "80,000 escaped slashes": (lambda a: a.raw("/api/users/" + "%2f" * 80_000), 414),
    "as many escaped slashes as a path may have": (
        lambda a: a.raw("/api/users/x" + "%2f" * 18_000, method="PATCH"),
        405,
    ),
}
FRAMES: dict[str, tuple[Attack, int]] = {
    "a state of 30,000 numbers": (
        lambda a: a.say(many("1", 64 * KIB - 64, start=PUSH + '{"a":[', end="]}}")),
        1,
    ),
    "a state of sixteen levels": (
        lambda a: a.say(many("[" * 13 + "]" * 13, 64 * KIB - 64, start=PUSH + '{"a":[', end="]}}")),
        1,
    ),
    "a command of 6,000 unknown fields": (
        lambda a: a.say(f'{{"id":"2","type":"ping",{members(6_000)}}}'.encode()),
        1,
    ),
}
WATCH = b'{"id":"2","type":"watch","topic":"%b"}'
QUESTION = b'{"id":"2","type":"watch","topic":"sessions","filter":{"name":"a"},"limit":200}'
READS: dict[str, tuple[Attack, int]] = {
    "all users": (lambda a: a.read("/users"), 200),
    "all users with nicknames": (lambda a: a.read("/users?nicknames"), 200),
    "all listed sessions": (lambda a: a.say(WATCH % b"sessions"), 1),
    "a question about all listed sessions": (lambda a: a.say(QUESTION), 0),
    "everybody who is online": (lambda a: a.say(WATCH % b"presence"), 0),
    "1,000 users": (lambda a: a.page("/users?limit=1000"), 200),
}
ATTACKS = BODIES | HEADS | FRAMES | READS
