"""Files of the lobby that other accounts of the machine would like to read."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from persistence.store import backups
from persistence.urls import open_store
from tests.support.people import new_user
from tests.support.processes import LobbyProcess


@pytest.fixture(params=[0o022, 0o000], ids=["umask 022", "umask 000"])
def lax_umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def modes(folder: Path, name: str = "lobby.db") -> dict[str, str]:
    found = {file.name: file.stat().st_mode for file in folder.glob(f"{name}*")}
    return {one: oct(stat.S_IMODE(mode)) for one, mode in found.items()}


async def test_j1_the_database_and_its_log_are_for_their_owner_alone(
    lax_umask: None, own_lobby: LobbyProcess
) -> None:
    own_lobby.start()
    await new_user(own_lobby.url)
    assert modes(own_lobby.home) == {"lobby.db": "0o600", "lobby.db-wal": "0o600"}
    own_lobby.kill()
    for file in own_lobby.home.glob("lobby.db*"):
        file.chmod(0o644)  # as an older version left it
    own_lobby.start()
    await new_user(own_lobby.url)
    assert modes(own_lobby.home) == {"lobby.db": "0o600", "lobby.db-wal": "0o600"}


async def test_j1_so_are_a_backup_and_what_is_restored(lax_umask: None, tmp_path: Path) -> None:
    store = await open_store(f"sqlite:{tmp_path}/lobby.db")
    await store.back_up(f"{tmp_path}/backup")
    await store.close()
    backups.restore(f"{tmp_path}/restored", f"{tmp_path}/backup", fresh="another epoch")
    assert modes(tmp_path, "backup") == {"backup": "0o600"}
    assert modes(tmp_path, "restored") == {"restored": "0o600"}
    with closing(sqlite3.connect(tmp_path / "restored")) as copy:
        assert copy.execute("SELECT count(*) FROM facts").fetchone() != (0,)
