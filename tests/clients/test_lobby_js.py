"""The JavaScript client, scenario by scenario: each is a script in tests/clients/scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.clients.conftest import SCENARIOS, Scenario, own_lobby

SHARED = ("coming_in", "watching", "journals", "coming_back", "silence", "ending", "hostile")
OWN = {"restarts", "limits", "harness"}


def test_every_scenario_is_run() -> None:
    assert {path.stem for path in SCENARIOS.glob("*.mjs")} == {*SHARED, *OWN}


@pytest.mark.parametrize("name", SHARED)
def test_a_scenario_of_the_client_holds(scenario: Scenario, name: str) -> None:
    scenario.run(name)


def test_a_lobby_that_is_killed_and_stopped_is_come_back_to(tmp_path: Path) -> None:
    with own_lobby(tmp_path, database_url=f"sqlite:{tmp_path}/lobby.db") as scenario:
        scenario.run("restarts")


def test_the_rate_that_hello_tells_is_kept(tmp_path: Path) -> None:
    few = {"commands_per_second": 20, "commands_burst": 30}
    with own_lobby(tmp_path, database_url="sqlite::memory:", **few) as scenario:
        scenario.run("limits")
