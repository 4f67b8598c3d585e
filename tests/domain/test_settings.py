"""What players keep has an end, and what is not there cannot be removed."""

from __future__ import annotations

import pytest

from lobby.domain.settings import (
    LARGEST,
    MOST_KEYS,
    NothingToRemove,
    PlayerSettings,
    Setting,
    SettingsFull,
)


def test_there_is_room_for_so_many_keys_and_no_more() -> None:
    kept = PlayerSettings("ann", "controls")
    for number in range(MOST_KEYS):
        kept.put(str(number), Setting(1, number, size=1))
    with pytest.raises(SettingsFull):
        kept.put("one more", Setting(1, 0, size=1))
    kept.put("0", Setting(1, "in place of the first", size=1))
    assert len(kept.values) == MOST_KEYS


def test_there_is_room_for_so_many_bytes_and_no_more() -> None:
    kept = PlayerSettings("ann", "controls")
    kept.put("large", Setting(1, "...", size=LARGEST))
    with pytest.raises(SettingsFull):
        kept.put("small", Setting(1, "", size=1))
    assert list(kept.values) == ["large"]
    kept.put("large", Setting(1, "", size=1))
    kept.put("small", Setting(1, "", size=1))


def test_what_is_not_there_cannot_be_removed() -> None:
    kept = PlayerSettings("ann", "controls")
    with pytest.raises(NothingToRemove):
        kept.remove("jump")
    with pytest.raises(NothingToRemove):
        kept.clear()
    kept.put("jump", Setting(1, "space", size=7))
    kept.remove("jump")
    assert kept.values == {}
