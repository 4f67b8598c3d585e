"""What a SQLite store promises beyond the ports: one process per file, and no acknowledged loss."""

from __future__ import annotations

import asyncio
import resource
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from persistence.ports import InUse, Unreachable
from persistence.urls import open_store

SAVE_FOR_EVER = textwrap.dedent("""
    import asyncio, os, sys
    from persistence.urls import open_store

    async def save(store, caller):
        for n in range(1_000_000):
            key = f"{sys.argv[2]}-{caller}-{n}"
            await store.put("row", key, "x" * 200, expected=0)
            os.write(1, f"{key}\\n".encode())

    async def main():
        store = await open_store(sys.argv[1])
        await asyncio.gather(*(save(store, caller) for caller in range(16)))

    asyncio.run(main())
""")


def _saving(url: str, name: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", SAVE_FOR_EVER, url, name], stdout=subprocess.PIPE, text=True
    )


async def test_no_acknowledged_row_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    url = f"sqlite:{tmp_path / 'db'}"
    for kill in range(5):
        with _saving(url, str(kill)) as writer:
            assert writer.stdout
            acknowledged = [writer.stdout.readline() for _ in range(300 + 137 * kill)]
            writer.kill()
            acknowledged += [line for line in writer.stdout if line.endswith("\n")]
        keys = [line.strip() for line in acknowledged]
        store = await open_store(url)
        assert set(await store.versions("row", keys)) == set(keys)
        await store.close()


async def test_a_second_process_is_turned_away_within_a_second_and_told_what_to_do(
    tmp_path: Path,
) -> None:
    url = f"sqlite:{tmp_path / 'db'}"
    with _saving(url, "first") as first:
        assert first.stdout
        assert first.stdout.readline()
        started = time.monotonic()
        with pytest.raises(InUse, match=r"LOBBY_DATABASE_URL.*LOBBY_REDIS_URL"):
            await open_store(url)
        assert time.monotonic() - started < 4  # SQLite itself would wait for five
        first.kill()
    store = await open_store(url)
    await store.close()


async def test_a_second_opener_in_the_same_process_is_turned_away_too(tmp_path: Path) -> None:
    first = await open_store(f"sqlite:{tmp_path / 'db'}")
    with pytest.raises(InUse):
        await open_store(f"sqlite:{tmp_path / 'db'}")
    assert await first.put("row", "a", "{}", expected=0) == 1
    await first.close()


async def test_a_full_disk_refuses_saves_and_a_freed_one_takes_them_again(tmp_path: Path) -> None:
    path = tmp_path / "db"
    store = await open_store(f"sqlite:{path}")
    await store.put("row", "before", "{}", expected=0)
    with _files_no_larger_than(400_000):
        for n in range(3):
            with pytest.raises(Unreachable, match="database"):
                await store.put("row", f"large-{n}", "x" * 1_000_000, expected=0)
            assert await store.get("row", "before")
            assert await store.get("row", f"large-{n}") is None
    assert await store.put("row", "large-0", "x" * 1_000_000, expected=0) == 1
    await store.close()
    again = await open_store(f"sqlite:{path}")
    assert await again.get("row", "large-0")
    await again.close()


async def test_what_waits_when_the_store_is_closed_is_still_saved(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path / 'db'}")
    saves = [asyncio.ensure_future(store.put("row", str(n), "", expected=0)) for n in range(50)]
    await asyncio.sleep(0)
    await store.close()
    assert await asyncio.gather(*saves) == [1] * 50
    with pytest.raises(Unreachable):
        await store.get("row", "1")
    await store.close()


@pytest.mark.parametrize("content", [None, b"this is no database" * 100])
async def test_a_file_that_cannot_be_opened_is_unreachable(
    tmp_path: Path, content: bytes | None
) -> None:
    path = tmp_path / "folder" / "db"
    if content:
        path.parent.mkdir()
        path.write_bytes(content)
    with pytest.raises(Unreachable, match="db"):
        await open_store(f"sqlite:{path}")


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """To SQLite, the disk is full there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
