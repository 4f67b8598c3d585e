"""A word between the players of a session, kept nowhere: for all of them, or for one."""

from __future__ import annotations

from tests.support.channel_client import Client
from tests.support.deployments import Deployment
from tests.support.people import new_host, new_user


def bodies(client: Client) -> list[object]:
    return [signal["body"] for signal in client.signals]


async def hears(client: Client, body: object) -> None:
    await client.until(lambda: body in bodies(client))


async def sees(client: Client, topic: str) -> None:
    """The inner view, which only those inside have."""
    await client.until(lambda: "state" in client.states[topic])


async def test_a_signal_without_to_reaches_all_who_sit_in_the_session(lobby: Deployment) -> None:
    host = await new_host(lobby.here.url)
    one, other = await new_user(lobby.there.url), await new_user(lobby.here.url)
    clients = hosting, joining, beside = [await who.connect() for who in (host, one, other)]
    await hosting.command("host.set", only_friends=False)
    session = (await hosting.command("session.launch"))["session"]["id"]
    for client in (joining, beside):
        await client.command("session.join", session=session)
    for client in clients:
        await client.watch(f"session:{session}")
        await sees(client, f"session:{session}")
    await hosting.command("session.signal", session=session, body={"for": "all"})
    await hosting.command("session.signal", session=session, to=one.uuid, body={"for": "one"})
    await hosting.command("session.signal", session=session, body={"for": "all again"})
    for client in clients:
        await hears(client, {"for": "all again"})
    assert [signal["author"] for signal in joining.signals] == [host.uuid] * 3
    assert bodies(joining) == [{"for": "all"}, {"for": "one"}, {"for": "all again"}]
    assert bodies(hosting) == bodies(beside) == [{"for": "all"}, {"for": "all again"}]
    for client in clients:
        assert (client.violations, client.gaps) == ([], 0)
        await client.close()
