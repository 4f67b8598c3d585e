"""`lobby why` where there are many accounts: its cost does not grow with them."""

from __future__ import annotations

import pytest
from pydantic_core import from_json, to_json

from lobby.operator import commands
from lobby.operator.why import Why, why
from tests.support.lobby import local_lobby
from tests.support.long_runs import long_run, scaled
from tests.support.trails import add_with_trails, seconds_of_why

FEW, MANY = 10, scaled(10_000)
TRIES = 40
MOST_TIMES = 3.0
"""As long as it may take among many, of the time among few."""


async def test_it_says_of_one_account_what_happened_to_that_one() -> None:
    async with local_lobby() as local:
        first, second = await add_with_trails(local.lobby, range(1, 3))
        found = await why(local.lobby, Why(command="why", who=second.uuid))
        assert (found["account"], found["name"]) == (second.uuid, second.shown_name)
        assert found["said"].startswith("left session 5 at ")
        assert {entry["session"] for entry in found["entries"]} == {"1", "2", "3", "4", "5"}
        assert first.uuid not in str(found)


async def test_what_an_operator_did_stands_once_and_no_departure_of_others() -> None:
    async with local_lobby() as local:
        host, guest = await local.person(), await local.person()
        await local.join(await local.open_session(host), guest)
        for said in (
            {
                "command": "player restrict",
                "player": host.uuid,
                "type": "account_ban",
                "reason": "cheats",
            },
            {"command": "player lift", "player": host.uuid},
        ):
            answered = from_json(await commands.answer(local.lobby, to_json(said)))
            assert "result" in answered, answered
        found = await why(local.lobby, Why(command="why", who=host.uuid))
        done = [entry["what"] for entry in reversed(found["entries"])]
        assert done == ["joined", "restricted", "gone", "restriction lifted"]
        assert guest.uuid not in str(found)
        (gone,) = [e for e in found["entries"] if e["what"] == "gone"]
        assert gone["reason"] == "restricted"


@long_run
@pytest.mark.parametrize("word", ["uuid", "number", "login", "name"])
async def test_its_cost_does_not_grow_with_accounts_that_have_trails(word: str) -> None:
    async with local_lobby() as local:
        some = await add_with_trails(local.lobby, range(1, FEW + 1))
        who = str(getattr(some[FEW // 2], word))
        among_few = await seconds_of_why(local.lobby, who, tries=TRIES)
        await add_with_trails(local.lobby, range(FEW + 1, MANY + 1))
        among_many = await seconds_of_why(local.lobby, who, tries=TRIES)
        assert among_many[0] < MOST_TIMES * among_few[0]
