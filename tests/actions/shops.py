"""A platform where things are bought, its provider, and a lobby whose game sells them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from lobby.actions import alarms, entitlements, fulfilment, portals
from lobby.actions.proofs import Credential
from lobby.domain.entitlements import Item, Submission
from lobby.domain.permissions import Actor, Permit
from persistence.ports import Live, Store
from tests.actions.houses import ADDRESS, House, house
from tests.upstreams import Asked, Reply, Upstream

GOLD, SWORD = 1001, 1002
SECRET = "what the provider knows, too"
GAME = f"""
[[templates]]
session_type = "game"
[[skus]]
platform = "Steam"
sku = "gold"
item_id = {GOLD}
quantity = 100
[[skus]]
platform = "Steam"
sku = "sword"
item_id = {SWORD}
[[skus]]
platform = "Epic"
sku = "gold"
item_id = {GOLD}
[[skus]]
platform = "Anon"
sku = "gold"
item_id = {GOLD}
unproven = true
[[entitlement_providers]]
platform = "Steam"
url = "%s/steam"
secret = "{SECRET}"
"""
numbers = count(1)


class Provider:
    """Uses up what somebody has bought, once for each order; the same order gets the same answer.
    `owned`: what is on the platform, by its id there."""

    def __init__(self, service: Upstream) -> None:
        self.owned: dict[str, tuple[str, int]] = {}
        self.consumed: dict[str, dict[str, Any]] = {}
        self.away = False
        self.service = service
        service.answer = self.answer

    def answer(self, asked: Asked) -> Reply:
        if self.away:
            return Reply(503)
        said = asked.json
        found = self._inventory() if said["ask"] == "inventory" else self._consume(said)
        return Reply(body=json.dumps(found).encode())

    def _inventory(self) -> dict[str, Any]:
        return {
            "entitlements": [
                {"platform_sku": sku, "platform_entitlement_id": id, "quantity": quantity}
                for id, (sku, quantity) in self.owned.items()
            ]
        }

    def _consume(self, said: dict[str, Any]) -> dict[str, Any]:
        done = self.consumed.get(said["order_id"])
        if done is None:
            sku, quantity = self.owned.pop(said["platform_entitlement_id"], ("", 0))
            good = sku == said["platform_sku"]
            done = {"consumed": quantity} if good else {"error_code": "failed_to_consume"}
            if good:
                self.consumed[said["order_id"]] = done
        return done


class Shop:
    def __init__(self, house: House) -> None:
        self.house = house

    @property
    def lobby(self) -> Any:
        return self.house.lobby

    async def player(self) -> Actor:
        shown = Credential("anon", f"buyer {next(numbers)}")
        return (await portals.log_in(self.lobby, shown, address=ADDRESS)).account.actor()

    async def submit(
        self,
        who: Actor,
        *items: tuple[str, str, int],
        platform: str = "Steam",
        outright: bool = False,
    ) -> Submission:
        return await entitlements.submit(
            self.lobby,
            Permit(who, outright=outright),
            player=who.uuid,
            platform=platform,
            items=[Item(*item) for item in items],
            transaction="receipt 1",
            token="the player's own",
            region="EU",
            client="WIN",
        )

    async def settle(self, submission: Submission) -> Submission:
        await fulfilment.settle(self.lobby, submission.id)
        return await self.now(submission)

    async def buy(self, who: Actor, *items: tuple[str, str, int], **words: Any) -> Submission:
        return await self.settle(await self.submit(who, *items, **words))

    async def now(self, submission: Submission) -> Submission:
        found: Submission = await self.lobby.submissions.get(submission.id)
        return found

    async def owned(self, who: Actor, item: int = GOLD) -> int:
        return await entitlements.owned(self.lobby, who.uuid, item)

    async def told(self, who: Actor) -> list[str]:
        """What they are to look at again."""
        page = await self.lobby.store.read(f"inbox:{who.uuid}", limit=500)
        entries = [json.loads(entry.body) for entry in page.entries]
        assert {entry["kind"] for entry in entries} <= {"entitlement_fulfilled"}
        return [entry["rh_url"] for entry in entries]

    async def pass_time(self, seconds: float) -> None:
        self.house.clock.advance(seconds)
        names = [name for name in await self.lobby.leases.lapsed() if alarms.is_alarm(name)]
        for name in names:
            await alarms.ring(self.lobby, name)
        await self.lobby.leases.settle(names)


def became(submission: Submission) -> list[tuple[str, str]]:
    return [(item.status.value, item.error) for item in submission.items]


def game(tmp_path: Path, service: Upstream) -> str:
    file = tmp_path / "game.toml"
    file.write_text(GAME % service.url)
    return str(file)


@asynccontextmanager
async def shop(
    catalogue: str, store: Store | None = None, live: Live | None = None
) -> AsyncIterator[Shop]:
    async with house(store, live, catalogue=catalogue, outbound_hosts=["127.0.0.1"]) as home:
        yield Shop(home)
