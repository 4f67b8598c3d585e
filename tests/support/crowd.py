"""A store with thousands of accounts and sessions, written in one go: by the lobby's own kinds and
indexes, without a request for each. The file must not be open.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from lobby.domain.accounts import Account
from lobby.domain.permissions import Kind
from lobby.domain.sessions.seats import SPAN, Guest
from lobby.domain.sessions.session import Session
from lobby.domain.sessions.templates import HOSTED, Template
from lobby.storage.kinds import ACCOUNTS, SESSIONS, DocumentKind
from persistence.urls import open_store

REGISTERED = 1_760_000_000.0


def fill(file: Path, *, accounts: int, nicknames: int = 0, sessions: int = 0) -> None:
    """Accounts `user1`, `user2` ..., of which the first have nicknames, three each; the first of
    them host a session each."""
    asyncio.run(_create(file))
    people = [account(n, nicknames=n * 3 <= nicknames) for n in range(1, accounts + 1)]
    with closing(sqlite3.connect(file)) as store:
        _write(store, ACCOUNTS, people)
        _write(store, SESSIONS, [session(of) for of in people[:sessions]])
        for series, last in (("account", accounts), ("session", sessions)):
            store.execute("INSERT OR REPLACE INTO series VALUES (?, ?)", (series, last))
        store.commit()


def account(number: int, *, nicknames: bool = False) -> Account:
    return Account(
        uuid=str(UUID(int=number << 64 | number)),
        number=number,
        kind=Kind.USER,
        registered=REGISTERED + number,
        login=f"user{number}",
        name=f"The {number}th",
        nicknames=[f"{kind} {number}" for kind in ("Wolf", "Bear", "Hawk")] if nicknames else [],
    )


def session(host: Account) -> Session:
    leader = Guest(host.uuid, host.shown_name, host.number)
    made = Session.launch(
        host.number * SPAN, Template(HOSTED, 2, 4), leader, now=REGISTERED, key_hash="0" * 64
    )
    made.name, made.sequence, made.listing = f"Game {host.number}", host.number, {"map": "old town"}
    return made


def _write(store: sqlite3.Connection, kind: DocumentKind[Any], things: Iterable[Any]) -> None:
    body = TypeAdapter(kind.model).dump_json
    for thing in things:
        key, index = kind.key(thing), kind.index(thing)
        store.execute(
            "INSERT INTO documents VALUES (?, ?, 1, ?)", (kind.name, key, body(thing).decode())
        )
        store.executemany(
            "INSERT INTO labels VALUES (?, ?, ?, ?)",
            [(kind.name, label, v, key) for label, values in index.labels.items() for v in values],
        )
        store.executemany(
            "INSERT INTO claims VALUES (?, ?, ?, ?)",
            [
                (kind.name, claim, value, key)
                for claim, values in index.claims.items()
                for value in ([values] if isinstance(values, str) else values)
            ],
        )


async def _create(file: Path) -> None:
    await (await open_store(f"sqlite:{file}")).close()
