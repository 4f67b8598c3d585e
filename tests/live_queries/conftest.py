"""Small slices, so that few rows show what many would."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lobby.live_queries import engine, learning, masks, search


@pytest.fixture(scope="package", autouse=True)
def small_slices() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(learning, "SLICE_OF_WORK", 100)
        patch.setattr(learning, "SLICE_OF_SORTING", 4)
        patch.setattr(learning, "SLICE_OF_CHANGES", 2)
        patch.setattr(engine, "LEARNT_TOGETHER", 2)
        patch.setattr(engine, "REMOVED_BEFORE_SWEEP", 2)
        patch.setattr(engine, "SLICE_OF_SWEEP", 3)
        patch.setattr(engine, "SLICE_OF_REPLACED", 2)
        patch.setattr(search, "SLICE_OF_SEARCHED", 2)
        patch.setattr(masks, "MOST_REMEMBERED", 3)
        yield
