"""What a SQLite store promises beyond the ports: one process per file, and no acknowledged loss."""

from __future__ import annotations

import asyncio
import re
import resource
import sqlite3
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from persistence.ports import Index, InUse, Store, Unreachable
from persistence.urls import open_store
from tests.support.slowness import within

FULL = 2
_CONNECT = sqlite3.connect
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
        with (
            within(4),  # SQLite itself would wait for five
            pytest.raises(InUse, match=r"LOBBY_DATABASE_URL.*LOBBY_REDIS_URL"),
        ):
            await open_store(url)
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


async def test_r18_every_commit_waits_for_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[sqlite3.Connection] = []

    def connect(*args: Any, **options: Any) -> sqlite3.Connection:
        opened.append(_CONNECT(*args, **options))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", connect)
    store = await open_store(f"sqlite:{tmp_path / 'db'}")
    (connection,) = opened
    assert connection.execute("PRAGMA synchronous").fetchone() == (FULL,)
    await store.close()


async def test_r20_a_full_disk_fails_the_probe_although_it_can_be_read(tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path / 'db'}")
    with _files_no_larger_than(1):
        with pytest.raises(Unreachable, match="database"):
            await store.probe()
        assert await store.get("row", "none") is None
    await store.probe()
    await store.close()


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


class PlainPlaceholders(sqlite3.Connection):
    """Takes a sequence of values for plain `?` alone: some versions of Python warn of a number or
    a name behind it, or refuse it."""

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        if re.search(r"[?$:@]\w", sql):
            raise sqlite3.ProgrammingError(f"a placeholder with a name or number: {sql}")
        return super().execute(sql, parameters)


async def test_every_statement_reaches_the_driver_with_plain_placeholders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, factory=PlainPlaceholders))
    store = await open_store(f"sqlite:{tmp_path / 'db'}")
    await _keep_documents(store)
    await _keep_streams(store)
    assert await store.next_number("series") == 1
    await store.close()


async def _keep_documents(store: Store) -> None:
    first, second = Index({"l": ["a"]}, {"c": "1"}), Index({"l": ["b"]}, {"c": "2"})
    assert await store.put("row", "key", "{}", expected=0, index=first) == 1
    assert await store.put("row", "key", '{"n":2}', expected=1, index=second) == 2
    document = await store.get("row", "key")
    assert document is not None
    assert (document.key, document.version, document.body) == ("key", 2, '{"n":2}')
    assert await store.claimed("row", "c", "2") == document
    assert await store.find("row", "l", "b") == await store.ranked("row", "l") == [document]
    assert await store.versions("row", ["key", "absent"]) == {"key": 2}
    await store.delete("row", "key", expected=2)
    assert await store.get("row", "key") is None


async def _keep_streams(store: Store) -> None:
    assert await store.append("stream", "a", "b", "c", keep=2) == 3
    assert [entry.body for entry in (await store.read("stream", after=1)).entries] == ["b", "c"]
    assert await store.head("stream") == 3
    assert await store.heads(["stream", "absent"]) == {"stream": 3}
    assert await store.streams("str") == ["stream"]
    await store.forget("stream")
    assert await store.streams("") == []


@contextmanager
def _files_no_larger_than(size: int) -> Iterator[None]:
    """To SQLite, the disk is full there."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
