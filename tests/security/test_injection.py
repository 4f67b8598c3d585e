"""Text of clients is never code: not in SQL, not in Lua, not in a shell."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from persistence.ports import Document, Entry, Index, Live, Store
from tests.support.repository import PACKAGES, ROOT, sources

RUFF = Path(sys.executable).with_name("ruff")
LUA = (ROOT / "persistence" / "live").glob("*.lua")
PLANTED = {
    "S608": 'name = input()\nSQL = f"SELECT body FROM documents WHERE key = {name}"\n',
    "S602": "import subprocess\n\nsubprocess.run(input(), shell=True)\n",
    "S307": "eval(input())\n",
    "S301": "import pickle\n\npickle.loads(bytes(1))\n",
    "S323": "import ssl\n\nssl._create_unverified_context()\n",
    "S324": 'import hashlib\n\nhashlib.md5(b"")\n',
    "S101": "assert input()\n",
}
"""By bandit's rule: what is found wherever it stands in the program."""
HOSTILE = [
    "'; DROP TABLE documents; --",
    "' OR '1'='1",
    "x' UNION SELECT name, value, value FROM facts --",
    '"; DELETE FROM claims; --',
    "$1",
    "%s",
    "%",
    "_",
    "?",
    "\\'; --",
    ":kind",
    '"] = nil redis.call("FLUSHALL") --[["',
    "' .. redis.call('FLUSHALL') .. '",
    "]] return redis.call('KEYS', '*') --",
    "a\r\nFLUSHALL\r\n",
    "*",
    "{a}{b}",
    "keepers",
]


def linted(*asked: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    said = [str(RUFF), "check", "--no-cache", "--output-format", "concise", *asked]
    return subprocess.run(said, cwd=ROOT, input=text, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("rule", PLANTED)
@pytest.mark.parametrize("package", PACKAGES)
def test_j2_the_rules_of_bandit_find_what_is_planted(rule: str, package: str) -> None:
    found = linted("--stdin-filename", f"{package}/planted.py", "-", text=PLANTED[rule])
    assert re.search(rf"\b{rule}\b", found.stdout), found.stdout


def test_j2_the_program_has_no_finding() -> None:
    done = linted("--select", "S", *PACKAGES)
    assert (done.returncode, done.stdout) == (0, "All checks passed!\n")


def test_j2_whatever_is_excused_says_why() -> None:
    lines = [line for path in sources() for line in path.read_text().splitlines()]
    excused = [line for line in lines if re.search(r"# noqa: S\d", line)]
    assert 0 < len(excused) < 20
    assert [line for line in excused if not re.search(r"# noqa: S\d+  # \S", line)] == []


def test_j2_scripts_in_redis_are_files_and_build_no_code() -> None:
    found = [path.read_text() for path in LUA]
    assert len(found) == 3
    assert not [text for text in found if re.search(r"\b(loadstring|load|dofile)\b", text)]


async def test_j2_text_in_a_store_is_text(store: Store) -> None:
    for text in HOSTILE:
        index = Index(labels={text: [text]}, claims={text: text})
        await store.put(text, text, f'"{len(text)}"', expected=0, index=index)
        await store.append(text, text)
    for text in HOSTILE:
        here = Document(text, 1, f'"{len(text)}"')
        assert await store.get(text, text) == here
        assert await store.claimed(text, text, text) == here
        assert await store.find(text, text, text) == [here], "nobody else's"
        assert await store.versions(text, HOSTILE) == {text: 1}
        assert (await store.read(text)).entries == [Entry(1, text)]
        assert [one for one in await store.streams(text) if not one.startswith(text)] == []
    assert await store.heads(HOSTILE) == dict.fromkeys(HOSTILE, 1)
    for text in HOSTILE:
        await store.delete(text, text, expected=1)
        assert await store.get(text, text) is None
        await store.forget(text)
    assert await store.heads(HOSTILE) == {}


async def test_j2_text_in_what_fades_is_text(live: Live) -> None:
    await live.notes.put("untouched", "still here", 30)
    for text in HOSTILE:
        await live.notes.put(text, text, 30)
        await live.timers.set(text, 0.001)
        assert await live.locks.acquire(text, text, 30)
        assert not await live.locks.acquire(text, "somebody else", 30)
        await live.roster.heartbeat(text, 30)
        await live.roster.enter(text, {text: f'{{"name":"{len(text)}"}}'})
    for text in HOSTILE:
        assert await live.notes.get(text) == text
        assert await live.roster.present([text]) == {text}
        assert await live.roster.shown([text]) == {text: f'{{"name":"{len(text)}"}}'}
        await live.locks.release(text, text)
    assert await live.notes.get("untouched") == "still here"
    assert len((await live.roster.read()).entries) == len(HOSTILE)
