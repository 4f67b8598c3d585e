"""What Notes promises, over every implementation."""

from __future__ import annotations

import time

from persistence.live.memory import open_memory
from persistence.ports import Notes
from tests.contracts.listener import until


async def test_a_note_is_read_letter_by_letter_until_its_time_is_up(notes: Notes) -> None:
    note = '{"n": 1.0, "é": "漢字🎲", "empty": []}'
    started = time.monotonic()
    await notes.put("reply:1", note, 0.4)
    assert await notes.get("reply:1") == note

    async def gone() -> bool:
        return await notes.get("reply:1") is None

    await until(gone)
    assert time.monotonic() - started >= 0.39


async def test_a_note_is_replaced_by_the_next(notes: Notes) -> None:
    await notes.put("a", "1", 30)
    await notes.put("a", "2", 30)
    assert await notes.get("a") == "2"
    assert await notes.get("b") is None


async def test_a_note_lives_as_long_as_the_clock_says() -> None:
    clock = [100.0]
    notes = open_memory(clock=lambda: clock[0]).notes
    await notes.put("n", "1", 5)
    clock[0] = 104.9
    assert await notes.get("n") == "1"
    clock[0] = 105.0
    assert await notes.get("n") is None
