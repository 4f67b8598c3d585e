"""A local lobby whose game sells items, and the entitlement provider of a platform."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path
from typing import Any

from lobby.actions.economy import entitlements
from lobby.actions.login.credentials import Credential
from lobby.actions.platform_login import login
from lobby.actions.timers import dispatch
from lobby.domain.entitlements import Item, Submission
from lobby.domain.permissions import Actor, Permit
from lobby.workers import fulfilment
from persistence.ports import Live, Store
from tests.support.game import entry, written
from tests.support.lobby import ADDRESS, LocalLobby, local_lobby
from tests.support.upstream import Reply, Upstream, UpstreamRequest

GOLD, SWORD = 1001, 1002
SECRET = "what the provider knows, too"
GAME = (
    entry("templates", session_type="game")
    + entry("skus", platform="Steam", sku="gold", item_id=GOLD, quantity=100)
    + entry("skus", platform="Steam", sku="sword", item_id=SWORD)
    + entry("skus", platform="Epic", sku="gold", item_id=GOLD)
    + entry("skus", platform="Anon", sku="gold", item_id=GOLD, unproven=True)
    + entry("entitlement_providers", platform="Steam", url="%s/steam", secret=SECRET)
)
numbers = count(1)


class Provider:
    """An entitlement provider: consumes a purchase once per order id (idempotent). `owned`: open
    purchases on the platform, by their id; `away`: answer 503."""

    def __init__(self, service: Upstream) -> None:
        self.owned: dict[str, tuple[str, int]] = {}
        self.consumed: dict[str, dict[str, Any]] = {}
        self.away = False
        self.service = service
        service.answer = self.answer

    def answer(self, asked: UpstreamRequest) -> Reply:
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


class EntitlementsWorld:
    def __init__(self, local: LocalLobby) -> None:
        self.local = local

    @property
    def lobby(self) -> Any:
        return self.local.lobby

    async def player(self) -> Actor:
        shown = Credential("anon", f"buyer {next(numbers)}")
        return (await login.log_in(self.lobby, shown, address=ADDRESS)).account.actor()

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

    async def told(self, who: Actor) -> list[tuple[str, str]]:
        """Orders and requests that their inbox names."""
        page = await self.lobby.store.read(f"inbox:{who.uuid}", limit=500)
        entries = [json.loads(entry.body) for entry in page.entries]
        assert {entry["kind"] for entry in entries} <= {"entitlement_fulfilled"}
        return [
            ("order", entry["order"]) if "order" in entry else ("request", entry["request"])
            for entry in entries
        ]

    async def pass_time(self, seconds: float) -> None:
        self.local.clock.advance(seconds)
        await dispatch.fire_due(self.lobby)


def became(submission: Submission) -> list[tuple[str, str]]:
    """Status and error of each item."""
    return [(item.status.value, item.error) for item in submission.items]


def entitlements_game(tmp_path: Path, service: Upstream) -> str:
    return str(written(tmp_path, GAME % service.url))


@asynccontextmanager
async def entitlements_world(
    catalogue: str, store: Store | None = None, live: Live | None = None
) -> AsyncIterator[EntitlementsWorld]:
    async with local_lobby(store, live, catalogue=catalogue, outbound_hosts=["127.0.0.1"]) as local:
        yield EntitlementsWorld(local)
