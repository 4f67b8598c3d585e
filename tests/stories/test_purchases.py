"""Players buy things while processes are killed in the middle of it: each thing is given once, and
whoever bought it hears of it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest

from lobby.storage.kinds import ORDERS
from persistence.urls import open_store
from tests.support.checked_clients import PLAIN
from tests.support.deployments import Deployment, two_processes
from tests.support.entitlements import GAME, GOLD, Provider
from tests.support.people import call
from tests.support.processes import LobbyProcess
from tests.support.upstream import Reply, UpstreamRequest, upstream
from tests.support.waiting import TIMEOUT, until

CLIENT = ("game", "the game's own secret")
PATH = "/inventory/v2/player/me/entitlement"
MOMENTS = [(1, False), (2, True), (4, False)]
"""At which question to the provider somebody is killed, and whether it has done by then what it was
asked. Every moment between two calls of the store has its test beside the verbs."""


@dataclass
class Scene:
    lobby: Deployment
    provider: Provider
    store: str
    buyers: list[str] = field(default_factory=list)

    async def owned(self, player: str) -> int:
        """Of gold, as it stands in the store."""
        store = await open_store(self.store)
        try:
            orders = await ORDERS.repository(store).all("owns", f"{player}:{GOLD}")
            return sum(order.granted for order in orders)
        finally:
            await store.close()


@pytest.fixture(scope="module", params=["one-process", "two-processes"])
def scene(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    home = tmp_path_factory.mktemp("shop")
    client = f'[[auth.clients]]\nid = "{CLIENT[0]}"\nsecret = "{CLIENT[1]}"\n'
    with upstream() as service:
        (home / "game.toml").write_text(GAME % service.url + client)
        settings: dict[str, Any] = {
            "catalogue": home / "game.toml",
            "outbound_hosts": f"127.0.0.1:{service.port}",
        }
        for lobby, store in deployed(request, home, tmp_path_factory, settings):
            yield Scene(lobby, Provider(service), store)


def deployed(
    request: pytest.FixtureRequest,
    home: Path,
    folders: pytest.TempPathFactory,
    settings: dict[str, Any],
) -> Iterator[tuple[Deployment, str]]:
    if request.param == "one-process":
        alone = LobbyProcess(home, **settings).start()
        yield Deployment(alone, alone), f"sqlite:{home / 'lobby.db'}"
        alone.remove()
        return
    for lobby in two_processes(request, folders, **settings):
        yield lobby, lobby.here.settings["LOBBY_DATABASE_URL"]


class Killing:
    """Kills a process in the middle of a question to the provider, before or after it has done what
    it was asked."""

    def __init__(self, scene: Scene, *, at: int, done: bool) -> None:
        self.scene, self.at, self.done = scene, at, done
        self.asked = 0
        scene.provider.service.answer = self.answer

    def answer(self, asked: UpstreamRequest) -> Reply:
        self.asked += 1
        kills = self.asked == self.at
        if kills and not self.done:
            self.scene.lobby.here.kill()
        reply = self.scene.provider.answer(asked)
        if kills and self.done:
            self.scene.lobby.here.kill()
        return reply


async def newcomer(url: str, name: str) -> dict[str, str]:
    """What a player who has just come in shows."""
    said = {
        "grant_type": "anon",
        "portal_access_token": f"a secret of {name}",
        "portal_display_name": name,
        "include_refresh": False,
    }
    async with httpx2.AsyncClient(base_url=url, **PLAIN, auth=CLIENT) as http:
        answer = await http.post("/users/v1/login", json=said)
    assert answer.status_code == 200, answer.text
    return {
        "Authorization": f"Bearer {answer.json()['access_token']}",
        "player": answer.json()["active_player_uuid"],
    }


async def submit(url: str, who: dict[str, str], *ids: str) -> dict[str, Any]:
    said = {
        "transaction_id": "",
        "platform_token": "mine",
        "platform_id": "Steam",
        "platform_region": "EU",
        "client_type": "WIN",
        "entitlements": [{"platform_sku": "gold", "platform_entitlement_id": id} for id in ids],
    }
    answer = await call(url, "POST", PATH, headers=who, json=said)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def settled(url: str, who: dict[str, str], id: str) -> dict[str, Any]:
    async with asyncio.timeout(TIMEOUT):
        while True:
            answer = await call(url, "GET", f"{PATH}/request/{id}", headers=who)
            assert answer.status_code == 200, answer.text
            if answer.json()["status"] != "SUBMITTED":
                return dict(answer.json())
            await asyncio.sleep(0.05)


async def told(url: str, who: dict[str, str]) -> set[str]:
    path = "/notification/v1/player/me/notification?page_size=50"
    answer = await call(url, "GET", path, headers=who)
    return {one["rh_url"] for one in answer.json()["notifications"]}


@pytest.mark.parametrize(("at", "done"), MOMENTS)
async def test_a_purchase_outlives_whoever_carries_it_out(
    scene: Scene, at: int, done: bool
) -> None:
    here, there = scene.lobby.here, scene.lobby.there
    # 1. Ann has bought three things on her platform, and the game knows of two.
    who = await newcomer(here.url, f"Ann {at} {done}")
    scene.provider.owned = {name: ("gold", 1) for name in "abc"}
    scene.provider.consumed.clear()
    killing = Killing(scene, at=at, done=done)
    # 2. The process that she tells dies at it.
    sent = await submit(here.url, who, "a", "b")
    await until(lambda: killing.asked >= at and not here.running())
    # 3. Another one, or its successor, goes on.
    if here is there:
        here.start()
    found = await settled(there.url, who, sent["request_id"])
    assert found["status"] == "FULFILLED"
    items = [*found["client_entitlements"], *found["server_entitlements"]]
    assert [item["status"] for item in items] == ["FULFILLED"] * 3
    # 4. She has heard of each thing, and reports them once more in vain.
    orders = {f"/inventory/v2/player/{who['player']}/order/{item['order_id']}" for item in items}
    assert orders <= await told(there.url, who)
    again = await submit(there.url, who, "a", "b", "c")
    found = await settled(there.url, who, again["request_id"])
    assert {item["error_code"] for item in found["client_entitlements"]} == {"previously_applied"}
    # 5. The platform was asked for each thing once.
    assert len(scene.provider.consumed) == 3
    scene.buyers.append(who["player"])
    if not here.running():
        here.start()


async def test_in_the_end_everybody_has_what_they_bought_once(scene: Scene) -> None:
    if scene.lobby.here is scene.lobby.there:
        scene.lobby.here.stop()  # a file is looked at when nobody has it
    assert len(scene.buyers) == len(MOMENTS)
    for player in scene.buyers:
        assert await scene.owned(player) == 300
