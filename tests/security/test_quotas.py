"""Quotas: how many sessions one player opens, and how many seats they hold, at a time."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator

import httpx2
import pytest

from lobby.actions.accounts import hosts as accounts_of_hosts
from lobby.actions.sessions import invitations, members
from lobby.domain.errors import ListFull, TooMany
from lobby.domain.permissions import Actor, Permit, Role
from lobby.domain.sessions.session import Session
from tests.support.channel_client import Client, Refused
from tests.support.deployments import Deployment, two_processes
from tests.support.http_players import Player, http_game
from tests.support.lobby import LocalLobby, local_lobby
from tests.support.people import Person, new_host, new_user
from tests.support.server_thread import Served, serving

QUOTAS = {"sessions_per_player": 5, "seats_per_player": 10}
TRIES = 200


@pytest.fixture(scope="module")
def pair(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Deployment]:
    yield from two_processes(request, tmp_path_factory, seats_per_player=3)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with serving(seats_per_player=3) as served:
        yield served


def test_shares_one_nameless_player_opens_five_sessions_and_not_thousands() -> None:
    with http_game(**QUOTAS) as game:
        guest = Player(game.http, game.callers, game.callers.player(guest=True))
        answers = [guest.ask_to_create(session_type="party") for _ in range(TRIES)]
        assert Counter(answer.status_code for answer in answers) == {200: 5, 409: TRIES - 5}
        said = answers[-1].json()
        assert (said["error_code"], said["auth_success"]) == ("list_full", True)
        assert "at most 5 sessions" in said["desc"]
        first = str(answers[0].json()["session_id"])
        assert guest.remove(first, guest).status_code == 204
        assert guest.ask_to_create(session_type="party").status_code == 200
        assert guest.ask_to_create(session_type="party").status_code == 409


def test_shares_who_is_full_is_not_seated_by_type_and_is_told_so_at_once() -> None:
    with http_game(sessions_per_player=1, seats_per_player=1) as game:
        ann, bob = game.players(2)
        plaza = ann.create("plaza")
        bob.create("party")
        assert bob.ask_to_create(session_type="plaza").json()["error_code"] == "list_full"
        assert bob.uuid not in str(ann.read(plaza)["teams"])


def test_shares_game_servers_have_no_quota() -> None:
    with http_game(sessions_per_player=1, seats_per_player=1) as game:
        server = game.machine()
        assert {server.ask_to_create(session_type="party").status_code for _ in range(5)} == {200}


async def hosted(url: str, count: int) -> list[Client]:
    """Hosts, each with a session that everybody may join."""
    hosts = []
    for _ in range(count):
        host = await (await new_host(url)).connect()
        await host.command("host.set", only_friends=False, allow_nonames=True)
        await host.command("session.launch")
        hosts.append(host)
    return hosts


async def seats(person: Person, hosts: list[Client]) -> list[httpx2.Response]:
    """They join all at once over the hosts' contract."""
    ask = [{"host": host.uuid, "guest": person.uuid} for host in hosts]
    return await asyncio.gather(*(person.call("POST", "/sessions/players", json=a) for a in ask))


async def test_shares_a_player_holds_so_many_seats_whichever_door_they_come_by(
    served: Served,
) -> None:
    hosts, person = await hosted(served.url, 5), await new_user(served.url)
    answers = await seats(person, hosts[:4])
    assert Counter(a.status_code for a in answers) == {200: 3, 409: 1}
    no = next(a for a in answers if a.status_code == 409)
    assert "at most 3 seats" in no.json()["message"]
    slots = await person.call("GET", "/slots", params={"session": await session_of(hosts[4])})
    free = next(slot["id"] for slot in slots.json() if slot["status"] == "free")
    refused = await person.call("POST", f"/slots/{free}/reserve")
    assert (refused.status_code, "at most 3 seats" in refused.text) == (409, True)
    async with await person.connect() as client:
        with pytest.raises(Refused, match="at most 3 seats") as full:
            await client.command("session.join", host=hosts[4].uuid)
        assert full.value.code == "list_full"
        launched = await client.command("session.launch")
        assert launched["session"]["host"] == person.uuid, "the one that they host is not counted"
        mine = await person.call("GET", f"/slots?session={await session_of(hosts[4])}")
        assert str(person.name) not in mine.text
    for host in hosts:
        await host.close()


async def session_of(host: Client) -> str:
    state = await host.watch(f"host:{host.uuid}")
    return str(state["session"])


async def test_shares_a_seat_is_counted_once_and_no_more_after_its_session(served: Served) -> None:
    hosts, person = await hosted(served.url, 4), await new_user(served.url)
    answers = await seats(person, hosts[:3])
    assert {a.status_code for a in answers} == {200}
    await hosts[0].command("session.close", session=await session_of(hosts[0]))
    second = await session_of(hosts[1])
    await hosts[1].command("session.kick", session=second, guest=person.uuid, for_s=0)
    answers = await seats(person, [hosts[1], hosts[3]])
    assert {a.status_code for a in answers} == {200}
    for host in hosts:
        await host.close()


async def test_shares_a_quota_holds_over_two_processes(pair: Deployment) -> None:
    hosts, person = await hosted(pair.here.url, 12), await new_user(pair.here.url)
    there = Person(pair.there.url, person.uuid, person.token, person.name)
    half = await asyncio.gather(seats(person, hosts[:6]), seats(there, hosts[6:]))
    assert Counter(a.status_code for some in half for a in some) == {200: 3, 409: 9}
    for host in hosts:
        await host.close()


@pytest.fixture
async def local() -> AsyncIterator[LocalLobby]:
    async with local_lobby(seats_per_player=1) as local:
        yield local


async def test_shares_seats_that_matchmaking_gives_are_not_counted(local: LocalLobby) -> None:
    host, other, guest = [await local.person() for _ in range(3)]
    first, second = [await local.open_session(one) for one in (host, other)]
    await local.join(first, guest)
    with pytest.raises(ListFull):
        await local.join(second, guest)
    await matched(local, second)
    assert (await local.join(second, guest)).seats.sits(guest.uuid)


async def matched(local: LocalLobby, session: Session) -> None:
    def decide(session: Session) -> None:
        session.created_by_matchmaking = True

    await local.lobby.sessions.change(str(session.id), decide)


async def test_shares_invitations_take_no_place_before_they_are_accepted(local: LocalLobby) -> None:
    host, other, guest = [await local.person() for _ in range(3)]
    first, second = [await local.open_session(one) for one in (host, other)]
    inviting = Permit(host, role=Role.ADMIN)
    await invitations.invite(local.lobby, inviting, id=first.id, player=guest.uuid)
    await local.join(second, guest)
    with pytest.raises(ListFull):
        await local.join(first, guest)
    assert (await local.now(first)).seats.invited(guest.uuid)


def test_shares_a_player_who_passes_the_lead_on_is_still_counted_while_they_sit() -> None:
    with http_game(sessions_per_player=1) as game:
        ann, bob = game.players(2)
        session = ann.open("party", bob)
        assert ann.place(session, bob, status="leader").status_code == 200
        assert ann.ask_to_create(session_type="party").status_code == 409
        assert ann.remove(session, ann).status_code == 204
        assert ann.ask_to_create(session_type="party").status_code == 200


async def test_shares_one_account_invites_so_many_and_strangers_invite_one_so_often() -> None:
    async with local_lobby(invitations_per_hour=4, invitations_by_strangers=2) as local:
        target, *hosts = [await local.person() for _ in range(5)]
        for n, host in enumerate(hosts):
            session = await local.open_session(host)
            if n < 2:
                await invite_and_decline(local, host, session, target)
                continue
            with pytest.raises(TooMany, match="strangers invite this player at most 2") as no:
                await invite_and_decline(local, host, session, target)
            assert no.value.retry_after
            assert not (await local.now(session)).seats.held_by(target.uuid)
        told = [kind for kind, _ in await local.inbox(target)]
        assert told.count("session_invited") == 2
        friend = hosts[-1]
        await accounts_of_hosts.befriend(
            local.lobby, Permit(target), host=target.uuid, friend=friend.uuid
        )
        for _ in range(4):
            await invite_and_decline(local, friend, session, target)
        with pytest.raises(TooMany, match="your account invites at most 4"):
            await invite_and_decline(local, friend, session, target)


async def invite_and_decline(
    local: LocalLobby, host: Actor, session: Session, target: Actor
) -> None:
    leading = Permit(host, role=Role.ADMIN)
    await invitations.invite(local.lobby, leading, id=session.id, player=target.uuid)
    await members.leave(local.lobby, Permit(target), id=session.id)


def test_shares_one_member_writes_so_many_lines_and_a_game_server_all() -> None:
    with http_game(event_lines_per_minute=5) as game:
        ann, bob = game.players(2)
        session = ann.open("game", bob)
        line = {
            "event_code": "lap",
            "description": "",
            "custom_data": {},
            "timestamp": "2023-11-01T12:30:00.123Z",
        }

        def write(who: Player) -> httpx2.Response:
            return who.call("POST", f"/session/v1/session/{session}/event", line)

        answers = [write(ann) for _ in range(20)]
        assert Counter(answer.status_code for answer in answers) == {200: 5, 429: 15}
        assert answers[-1].json()["error_code"] == "too_many"
        assert "your account adds at most 5 lines" in answers[-1].json()["desc"]
        assert int(answers[-1].headers["Retry-After"]) >= 1
        assert write(bob).status_code == 200
        server = game.machine()
        assert {write(server).status_code for _ in range(10)} == {200}
