"""A backup is whole as of one moment while others are served; a restore is whole, or is none."""

from __future__ import annotations

import _sqlite3
import asyncio
import ctypes
import os
import sqlite3
import stat
import sys
from contextlib import closing
from pathlib import Path

import pytest

from persistence.ports import Index, InUse, Newer, NoBackup
from persistence.urls import open_store, restore_store


async def filled(url: str, rows: int) -> str:
    """Returns the epoch."""
    store = await open_store(url)
    marks = Index(labels={"l": ["yes"]})
    puts = (store.put("row", f"{n}", "x" * 2000, expected=0, index=marks) for n in range(rows))
    await asyncio.gather(*puts)
    await store.append("stream", "one", "two")
    epoch = await store.epoch()
    await store.close()
    return epoch


async def rows_of(url: str) -> int:
    store = await open_store(url)
    found = len(await store.find("row", "l", "yes", limit=10_000))
    await store.close()
    return found


async def test_others_are_served_while_a_backup_is_written(tmp_path: Path) -> None:
    url, backup = f"sqlite:{tmp_path / 'db'}", tmp_path / "backup"
    await filled(url, 2_000)
    store = await open_store(url)
    copying = asyncio.create_task(store.back_up(str(backup)))
    marks, written = Index(labels={"l": ["yes"]}), 0
    while not copying.done():
        await store.put("row", f"later-{written}", "x", expected=0, index=marks)
        assert await store.get("row", "7") is not None
        written += 1
    await copying
    await store.close()
    assert written > 1
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert not (tmp_path / "backup.unfinished").exists()
    # Whole, and at least what was there when it was asked for.
    with closing(sqlite3.connect(backup)) as copy:
        assert copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert 2_000 <= await rows_of(f"sqlite:{backup}") <= 2_000 + written


async def test_r28_a_backup_holds_few_pages_in_memory(tmp_path: Path) -> None:
    """In place of two megabytes: between the peaks the allocator does not give them back."""
    try:
        library = ctypes.CDLL(_sqlite3.__file__)
        used, peak = library.sqlite3_memory_used, library.sqlite3_memory_highwater
    except AttributeError:
        pytest.skip("this Python does not show its SQLite")
    used.restype = peak.restype = ctypes.c_int64
    url = f"sqlite:{tmp_path / 'db'}"
    await filled(url, 2_000)
    store = await open_store(url)
    assert len(await store.find("row", "l", "yes", limit=10_000)) == 2_000  # its own cache is full
    before = used()
    peak(1)
    await store.back_up(str(tmp_path / "backup"))
    assert peak(0) - before < 1024 * 1024
    await store.close()


async def test_what_is_restored_is_as_it_was_in_another_epoch(tmp_path: Path) -> None:
    url, backup = f"sqlite:{tmp_path / 'db'}", str(tmp_path / "backup")
    epoch = await filled(url, 10)
    store = await open_store(url)
    await store.back_up(backup)
    await store.put("row", "0", "changed", expected=1)
    await store.append("stream", "three")
    await store.close()
    await restore_store(url, backup)
    store = await open_store(url)
    document = await store.get("row", "0")
    assert document is not None
    assert (document.version, document.body) == (1, "x" * 2000)
    assert await store.head("stream") == 2
    assert await store.epoch() != epoch
    await store.close()
    assert await rows_of(url) == 10


async def test_a_restore_makes_the_file_where_there_is_none(tmp_path: Path) -> None:
    await filled(f"sqlite:{tmp_path / 'old'}", 3)
    await restore_store(f"sqlite:{tmp_path / 'new'}", str(tmp_path / "old"))
    assert await rows_of(f"sqlite:{tmp_path / 'new'}") == 3


async def test_nothing_is_restored_while_the_store_is_open(tmp_path: Path) -> None:
    url, backup = f"sqlite:{tmp_path / 'db'}", str(tmp_path / "backup")
    await filled(url, 3)
    store = await open_store(url)
    await store.back_up(backup)
    with pytest.raises(InUse, match="stop the server"):
        await restore_store(url, backup)
    assert await store.get("row", "0") is not None
    await store.close()


async def test_a_file_that_is_no_good_backup_leaves_the_store_alone(tmp_path: Path) -> None:
    url, backup = f"sqlite:{tmp_path / 'db'}", tmp_path / "backup"
    epoch = await filled(url, 3)
    for spoil in (b"", b"nonsense" * 1000):
        backup.write_bytes(spoil)
        with pytest.raises(NoBackup, match="no backup of a lobby"):
            await restore_store(url, str(backup))
    with pytest.raises(NoBackup, match="no such file"):
        await restore_store(url, str(tmp_path / "absent"))
    await filled(f"sqlite:{tmp_path / 'newer'}", 1)
    with sqlite3.connect(tmp_path / "newer") as newer:
        newer.execute("UPDATE facts SET value = '99' WHERE name = 'schema'")
    newer.close()
    with pytest.raises(Newer):
        await restore_store(url, str(tmp_path / "newer"))
    store = await open_store(url)
    assert await store.epoch() == epoch
    await store.close()


async def test_a_backup_is_never_written_over_anything(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("dear")
    store = await open_store("sqlite::memory:")
    for path in (there, tmp_path / "no folder" / "backup"):
        with pytest.raises(NoBackup, match=str(path)):
            await store.back_up(str(path))
    assert there.read_text() == "dear"
    await store.back_up(str(tmp_path / "backup"))
    await store.close()


async def test_postgres_is_restored_by_its_tools_and_then_given_an_epoch(postgres_url: str) -> None:
    store = await open_store(postgres_url)
    epoch = await store.epoch()
    with pytest.raises(NoBackup, match="pg_dump"):
        await store.back_up("/anywhere")
    with pytest.raises(NoBackup, match="pg_restore"):
        await restore_store(postgres_url, "/anywhere")
    with pytest.raises(InUse, match="stop every server"):
        await restore_store(postgres_url, None)
    await store.close()
    await restore_store(postgres_url, None)
    store = await open_store(postgres_url)
    assert await store.epoch() != epoch
    await store.close()


BOUND = 24 * 1024 * 1024
RESTORE_WITHIN = """
import asyncio, pathlib, resource, sys
from persistence.store import backups
from persistence.urls import restore_store
had = next(l for l in pathlib.Path("/proc/self/status").read_text().splitlines() if "VmData" in l)
most = int(had.split()[1]) * 1024 + int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_DATA, (most, most))
asyncio.run(restore_store(sys.argv[1], sys.argv[2]))
"""


async def test_a_backup_larger_than_the_memory_that_is_left_is_restored(tmp_path: Path) -> None:
    source, url = tmp_path / "backup", f"sqlite:{tmp_path / 'db'}"
    await filled(f"sqlite:{source}", 10)
    with closing(sqlite3.connect(source)) as large:
        large.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 48)"
            " INSERT INTO documents SELECT 'large', i, 1, hex(randomblob(512 * 1024)) FROM n"
        )
        large.commit()
    await filled(url, 3)
    assert source.stat().st_size > 2 * BOUND
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", RESTORE_WITHIN, url, str(source), str(BOUND)),
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await ran.communicate()
    assert ran.returncode == 0, said.decode()
    assert await rows_of(url) == 10
    assert sorted(os.listdir(tmp_path)) == ["backup", "db"]
