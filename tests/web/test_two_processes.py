"""The host on one process, the guest and the page on the other: the page shows it all the same."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.async_api import expect

from tests.support.deployments import Deployment, two_processes
from tests.support.people import new_host, new_user
from tests.support.waiting import soon
from tests.web.conftest import Open
from tests.web.visitor import card as card_of
from tests.web.visitor import unfold

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(request, tmp_path_factory)


async def test_a_page_on_another_process_shows_the_whole_story(
    browser_page: Open, pair: Deployment
) -> None:
    host, guest = await new_host(pair.here.url), await new_user(pair.there.url)
    window = await browser_page(pair.there.url)
    card = card_of(window.page, "Across")
    # 1. The host comes and launches on one process; the page on the other shows both.
    hosting = await host.connect()
    await hosting.command("host.set", only_friends=False)
    await hosting.command("session.launch", name="Across")
    await expect(card).to_contain_text("1 of 8 seats taken", timeout=soon() * 1000)
    await expect(window.page.locator(".person")).to_have_text("no nameonline")
    await unfold(window.page, "Across")
    # 2. The guest joins on the page's process, and is banned on the host's.
    async with await guest.connect() as joining:
        await joining.command("session.join", host=host.uuid)
        await expect(card).to_contain_text(str(guest.name), timeout=soon() * 1000)
        await hosting.command("host.ban", guest=guest.uuid)
        await expect(card).to_contain_text("1 of 8 seats taken", timeout=soon() * 1000)
    # 3. The host's process is killed: whom it served is gone, and so, in time, is the session.
    pair.here.kill()
    await expect(window.page.locator("#people-count")).to_have_text("nobody online")
    await expect(card).to_contain_text("not open now", timeout=soon() * 1000)
    assert window.troubles == []
