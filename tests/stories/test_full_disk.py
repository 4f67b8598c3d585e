"""The disk is full, for the database and the log: nothing is saved, all is read, nobody goes."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from tests.support.channel_client import Refused
from tests.support.people import Person, call, new_host
from tests.support.processes import LobbyProcess
from tests.support.waiting import until

DISK_BYTES = 4 * 2**20
Filled = Callable[[LobbyProcess], AbstractContextManager[None]]


@contextmanager
def _by_a_large_file(lobby: LobbyProcess) -> Iterator[None]:
    filler = lobby.home / "filler"
    with pytest.raises(OSError, match="No space"):
        filler.write_bytes(bytes(DISK_BYTES))
    yield
    filler.unlink()


@contextmanager
def _by_a_limit(lobby: LobbyProcess) -> Iterator[None]:
    """Where nothing may be mounted: no file of the process may grow beyond its first byte."""
    before = resource.prlimit(lobby.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(lobby.pid, resource.RLIMIT_FSIZE, (1, before[1]))
    yield
    resource.prlimit(lobby.pid, resource.RLIMIT_FSIZE, before)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[tuple[Path, Filled]]:
    """A folder on a disk of its own, and how that is filled."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield disk, _by_a_limit
        return
    yield disk, _by_a_large_file
    subprocess.run(["umount", str(disk)], check=True)


async def readiness(lobby: LobbyProcess) -> tuple[int, list[str]]:
    answer = await call(lobby.url, "GET", "/health/ready")
    return answer.status_code, answer.json().get("why", [])


async def set_friends_only(host: Person, wanted: bool) -> int:
    body = {"only_friends": wanted}
    return (await host.call("PUT", f"/hosts/{host.uuid}/only_friends", json=body)).status_code


@pytest.mark.parametrize("how", ["disk", "limit"])
async def test_r20_on_a_full_disk_saves_are_refused_and_reads_go_on_until_there_is_room(
    small_disk: tuple[Path, Filled], how: str
) -> None:
    home, filled = small_disk
    lobby = LobbyProcess(home).start()
    try:
        await _story(lobby, filled if how == "disk" else _by_a_limit)
    finally:
        lobby.remove()


async def _story(lobby: LobbyProcess, filled: Filled) -> None:
    host = await new_host(lobby.url)
    client = await host.connect()
    await client.command("host.set", only_friends=True, attributes={"said": "before"})
    assert await readiness(lobby) == (200, [])
    with filled(lobby):
        # 1. What is to be saved is refused by every door, and the process says why it is not ready.
        with pytest.raises(Refused, match="unavailable: database"):
            await client.command("host.set", attributes={"said": "never"})
        assert await set_friends_only(host, False) == 503
        await until(partial(_is, lobby, (503, ["database cannot be reached"])))
        # 2. What was saved is read, and the process lives.
        shown = await host.call("GET", f"/hosts/{host.uuid}")
        assert (shown.status_code, shown.json()["only_friends"]) == (200, True)
        assert (await call(lobby.url, "GET", "/health/live")).status_code == 200
        await client.until(lambda: client.away == ["database"])
        assert await client.command("ping")
    # 3. There is room: everything goes on as before, on the same connection.
    await until(partial(_is, lobby, (200, [])))
    await client.command("host.set", attributes={"said": "after"})
    assert await set_friends_only(host, False) == 200
    await client.until(lambda: client.away == [])
    assert client.violations == []
    await client.close()


async def _is(lobby: LobbyProcess, standing: tuple[int, list[str]]) -> bool:
    return await readiness(lobby) == standing
