"""Both clients hold every scenario of the list, or say why not."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

from tests.clients.conformance import JS, NOT_FOR, SCENARIOS
from tests.clients.links import SCENARIOS as SCRIPTS


def held_by_javascript() -> set[int]:
    """Those that a script in the table says it has held."""
    for name, numbers in JS.items():
        text = (SCRIPTS / f"{name}.mjs").read_text()
        assert all(f"scenario({number}, " in text for number in numbers), name
        assert text.count("await scenario(") == len(numbers), name
    return {number for numbers in JS.values() for number in numbers}


def held_by_python() -> set[int]:
    held: set[int] = set()
    for path in Path(__file__).parent.glob("test_lobby_py*.py"):
        module = importlib.import_module(f"tests.clients.{path.stem}")
        for name, test in vars(module).items():
            if name.startswith("test_"):
                held |= set(getattr(test, "scenarios", ()))
    return held


@pytest.mark.parametrize("client", ["js", "py"])
def test_a_client_holds_every_scenario_or_says_why_not(client: str) -> None:
    held = {"js": held_by_javascript, "py": held_by_python}[client]()
    if client == "py" and not held:
        pytest.skip("its scenarios are not here yet")
    excused = {number for name, number in NOT_FOR if name == client}
    assert held <= set(SCENARIOS), held - set(SCENARIOS)
    assert not held & excused, "held after all"
    assert set(SCENARIOS) == held | excused, sorted(set(SCENARIOS) - held - excused)


def test_the_scenarios_are_numbered_without_a_gap() -> None:
    assert list(SCENARIOS) == list(range(1, len(SCENARIOS) + 1))
