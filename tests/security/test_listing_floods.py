"""What one host lists, and how often: the list of sessions goes to everybody who watches it.

The figure is bytes down per byte up for one watcher. Up: the commands by which hosts change what is
listed, as JSON texts. Down: the frames of the topic `sessions` that one watcher is sent meanwhile.
At most 100; the tests log what it was (`pytest --log-cli-level=info`).
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from tests.support.channel_client import Client, Frame, Refused
from tests.support.http_players import http_game
from tests.support.people import new_host
from tests.support.server_thread import Served, serving

log = logging.getLogger(__name__)

MOST_DOWN_PER_UP = 100
HOSTS = 20
LARGEST = {"text": "x" * (2_048 - len('{"text":""}'))}
TOO_LARGE = {"text": "ü" * 1_024}  # fewer characters than 2,048, more bytes
A_SECOND = 4
"""Patches of one listed session a second, after the first."""


class Counting(Client):
    """Counts what it says and hears of the list. A host has a `session`."""

    down = up = 0
    session = ""

    async def say(self, command: object) -> None:
        self.up += len(json.dumps(command, separators=(",", ":")).encode())
        await super().say(command)

    async def _take(self, frame: Frame) -> None:
        if frame.get("topic") == "sessions":
            self.down += len(json.dumps(frame, separators=(",", ":")).encode())
        await super()._take(frame)

    @property
    def patches(self) -> Counter[str]:
        patches = [f["patch"] for f in self.frames if f["type"] == "patch"]
        return Counter(key for patch in patches for key in patch)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving() as served:
        yield served


@asynccontextmanager
async def launched(served: Served, count: int, **words: Any) -> AsyncIterator[list[Counting]]:
    """So many hosts, each with a session whose id is its `session`."""
    async with AsyncExitStack() as opened:
        hosts = [await _host(served, opened, words) for _ in range(count)]
        yield hosts
        for host in hosts:
            await host.command("session.close", session=host.session)


async def _host(served: Served, opened: AsyncExitStack, words: Any) -> Counting:
    token = (await new_host(served.url)).token
    host = await opened.enter_async_context(await Counting.connect(served.url, token))
    host.session = (await host.command("session.launch", **words))["session"]["id"]
    host.up = 0
    return host


async def every(hosts: list[Counting], times: int, *changes: Frame) -> float:
    """Each host makes the changes in turn, as fast as it can; returns how long it took."""

    async def change(host: Counting) -> None:
        for n in range(times):
            said = changes[n % len(changes)]
            await host.command("session.update", session=host.session, **said)

    began = time.monotonic()
    await asyncio.gather(*map(change, hosts))
    return time.monotonic() - began


async def test_shares_what_a_host_lists_is_small_and_its_refusal_says_where_game_data_goes(
    served: Served,
) -> None:
    async with await Counting.connect(served.url, (await new_host(served.url)).token) as host:
        for type in ("session.launch", "host.set"):
            with pytest.raises(Refused, match=r"2048 bytes.*`state`") as no:
                await host.command(type, attributes=TOO_LARGE)
            assert no.value.code == "malformed"
        session = (await host.command("session.launch", attributes=LARGEST))["session"]["id"]
        with pytest.raises(Refused, match=r"2048 bytes.*`state`"):
            await host.command("session.update", session=session, attributes=TOO_LARGE)
        assert (await host.watch("sessions"))[session]["attributes"] == LARGEST
        await host.command("session.close", session=session)


async def again_and_again(watcher: Counting) -> None:
    for n in range(500):
        await watcher.command("watch", topic="sessions")
        unknown = {"epoch": "x", "version": n}
        await watcher.command("watch", topic="sessions", known=unknown)


async def test_shares_a_list_that_is_asked_for_again_and_again_is_sent_only_so_often(
    served: Served,
) -> None:
    """A `watch` has some sixty bytes, the list as many kilobytes, whether it is watched anew or by
    a version that nobody knows."""
    async with launched(served, HOSTS, attributes=LARGEST) as hosts:
        async with await Counting.connect(served.url) as watcher:
            await watcher.watch("sessions")
            assert hosts[0].session in watcher.states["sessions"]
            watcher.down = 0
            with pytest.raises(Refused, match="name what you have") as no:
                await again_and_again(watcher)
            assert no.value.code == "too_many"
            assert 0 < (no.value.retry_after or 0) < 10
            await watcher.command("ping")
            assert watcher.down < 512 * 1024
        # Who comes back is sent it at once.
        async with await Counting.connect(served.url) as again:
            assert hosts[0].session in await again.watch("sessions")


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_shares_the_data_of_a_listing_are_small_and_nothing_changes_where_they_are_not(
    method: str,
) -> None:
    with http_game() as game:
        player = game.player()
        session = player.open("game")
        path = f"/session/v1/session/{session}/browser"
        assert player.call("POST", path, {"custom_data": {"map": "canyon"}}).status_code == 200
        no = player.call(method, path, {"custom_data": TOO_LARGE})
        assert no.status_code == 422
        assert re.search("2048 bytes", no.json()["detail"][0]["msg"])
        assert player.read(session)["browser"] == {"custom_data": {"map": "canyon"}}
        assert player.call(method, path, {"custom_data": LARGEST}).status_code == 200


async def test_shares_a_burst_of_changes_is_paced_and_everybody_hears_the_last_of_it(
    served: Served,
) -> None:
    """Twenty hosts say as much as they may, as fast as they can."""
    changes: list[Frame] = [{"attributes": LARGEST}, {"attributes": {}}]
    async with launched(served, HOSTS) as hosts, await Counting.connect(served.url) as watcher:
        await watcher.watch("sessions")
        watcher.down = 0
        seconds = await every(hosts, 40, *changes, {"attributes": LARGEST, "name": "the last"})
        await watcher.until(
            lambda: all(watcher.states["sessions"][h.session].get("name") for h in hosts)
        )
        _require_share(watcher, hosts, seconds)


async def test_shares_small_commands_do_not_become_large_frames_for_everybody(
    served: Served,
) -> None:
    """The least that a host can say, which changes what is listed."""
    changes = [{"joinable": False}, {"joinable": True}]
    async with (
        launched(served, HOSTS, attributes=LARGEST) as hosts,
        await Counting.connect(served.url) as watcher,
    ):
        await watcher.watch("sessions")
        await watcher.until(lambda: all(h.session in watcher.states["sessions"] for h in hosts))
        log.info("a watch costs %d bytes for each of %d hosts", watcher.down // HOSTS, HOSTS)
        watcher.down = 0
        seconds = await every(hosts, 41, *changes)
        await watcher.until(
            lambda: not any(watcher.states["sessions"][h.session]["joinable"] for h in hosts)
        )
        _require_share(watcher, hosts, seconds)


def _require_share(watcher: Counting, hosts: list[Counting], seconds: float) -> None:
    up = sum(host.up for host in hosts)
    most = max(watcher.patches[host.session] for host in hosts)
    down = watcher.down
    log.info("%d bytes up, %d down: %.2f; %d patches of one", up, down, down / up, most)
    assert most <= 2 + A_SECOND * (seconds + 1)
    assert down / up <= MOST_DOWN_PER_UP
