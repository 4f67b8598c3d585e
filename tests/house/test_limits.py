"""The page of limits: it is what the source says, and the source says what each limit is."""

from __future__ import annotations

import runpy
from typing import Any

import pytest

from tests.support.repository import ROOT

MADE: dict[str, Any] = runpy.run_path(str(ROOT / "scripts" / "limits"))


def test_the_page_of_limits_is_current() -> None:
    page = (ROOT / "docs" / "limits.md").read_text(encoding="utf-8")
    assert page == MADE["page"](), "run `make limits`"


def test_every_limit_says_what_it_is() -> None:
    silent = [f"{limit.place}.{limit.name}" for limit in MADE["limits"]() if not limit.about]
    assert not silent, "a docstring below each: then run `make limits`"


def test_limits_of_every_sort_are_found() -> None:
    found = {(limit.place, limit.name): limit.value for limit in MADE["limits"]()}
    assert found["lobby.identity.tokens", "LEEWAY_SECONDS"] == "30 s", "a constant"
    assert found["lobby.identity.icons", "LARGEST_FILE"] == "128 KiB", "one of several in a line"
    assert found["lobby.config.Settings", "host_token_seconds"] == "1 day", "a setting"
    assert any(place.endswith("Limits") for place, _ in found), "the defaults of a class"


@pytest.mark.parametrize(
    ("name", "value", "source", "shown"),
    [
        ("A_SECONDS", 0.25, "", "250 ms"),
        ("A_SECONDS", 90, "", "90 s"),
        ("A_SECONDS", 600.0, "", "10 min"),
        ("A_SECONDS", 86_400.0, "", "1 day"),
        ("A_SECONDS", 0.0, "", "0 s"),
        ("RETRY_SECONDS", (0.25, 2.0), "", "250 ms / 2 s"),
        ("most", 20_000, "most = 20_000", "20,000"),
        ("LARGEST", 64 * 1024, "LARGEST = 64 * 1024", "64 KiB"),
        ("LARGEST", 1024 * 1024, "LARGEST = 1024 * 1024", "1 MiB"),
        ("KEPT", 1024, "KEPT = 1024", "1,024"),
        ("x_per_second", 200.0, "", "200 a second"),
        ("x_per_hour", 60, "", "60 an hour"),
        ("x_days", 180.0, "", "180 days"),
    ],
)
def test_a_value_is_shown_with_its_unit(name: str, value: Any, source: str, shown: str) -> None:
    assert MADE["_shown"](name, value, source) == shown
