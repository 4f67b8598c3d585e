"""Why somebody is gone: `lobby why` on the real program, for each way of being gone."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.channel_client import Client, Refused
from tests.support.commands import lobby
from tests.support.people import Person, new_host, new_user
from tests.support.processes import LobbyProcess
from tests.support.waiting import until


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    home = tmp_path_factory.mktemp("lobby")
    server = LobbyProcess(home, grace_seconds=0.5, restart_grace_seconds=2).start()
    yield server
    server.remove()


def why(server: LobbyProcess, *words: str) -> str:
    """The first line."""
    told = lobby(server.home, "why", *words)
    assert told.returncode == 0, told.stderr
    return told.stdout.splitlines()[0]


def entries(server: LobbyProcess, *words: str) -> list[dict[str, Any]]:
    told = lobby(server.home, "why", *words, "--json")
    assert told.returncode == 0, told.stderr
    found: list[dict[str, Any]] = json.loads(told.stdout)["entries"]
    return found


@asynccontextmanager
async def seated(
    server: LobbyProcess,
) -> AsyncIterator[tuple[Person, Client, Person, Client, str]]:
    """A host and its socket, a guest and theirs, and the session in which both sit."""
    host, guest = await new_host(server.url), await new_user(server.url)
    async with await host.connect() as leader, await guest.connect() as other:
        id = await together(leader, other)
        yield host, leader, guest, other, id


async def together(leader: Client, other: Client) -> str:
    await leader.command("host.set", only_friends=False, allow_nonames=True)
    id = str((await leader.command("session.launch"))["session"]["id"])
    await other.command("session.join", session=id)
    await leader.watch(f"session:{id}")
    return id


async def free(leader: Client, id: str) -> None:
    await leader.until(lambda: leader.states[f"session:{id}"]["seats"]["1"]["status"] == "free")


async def test_who_was_kicked_is_found_by_login_with_by_whom_and_what_they_said(
    server: LobbyProcess,
) -> None:
    async with seated(server) as (host, leader, guest, _, id):
        await leader.command("session.kick", session=id, guest=guest.uuid, message="afk for long")
        said = why(server, guest.name or "")
        assert said.startswith(f"left session {id} at ")
        assert "kicked by " in said
        assert host.uuid in said
        assert said.endswith('("afk for long")')
        (line,) = [one for one in entries(server, guest.uuid) if one.get("reason")]
        assert (line["what"], line["by"], line["door"]) == ("kicked", host.uuid, "channel")


async def test_who_was_banned_and_who_comes_again_is_found_with_both(server: LobbyProcess) -> None:
    async with seated(server) as (_, leader, guest, other, id):
        await leader.command("host.ban", guest=guest.uuid)
        with pytest.raises(Refused):
            await other.command("session.join", session=id)
        assert ": banned by " in why(server, guest.uuid)
        last = entries(server, guest.uuid)[0]
        assert (last["what"], last["operation"]) == ("refused", "session.join")


async def test_who_dropped_is_found_with_the_end_of_the_socket(server: LobbyProcess) -> None:
    async with seated(server) as (_, leader, guest, other, id):
        await other.drop()
        await free(leader, id)
        assert why(server, guest.uuid).endswith(
            "the connection was gone and did not come back in time"
        )
        closed = [one for one in entries(server, guest.uuid) if one["what"] == "socket closed"]
        assert closed[0]["code"] == "1006"


async def test_whose_host_left_is_found_and_so_is_what_became_of_the_session(
    server: LobbyProcess,
) -> None:
    async with seated(server) as (_, leader, guest, _, id):
        await leader.command("session.leave", session=id, reason="dinner")
        assert ": the host left, " in why(server, guest.uuid)
        assert why(server, "--session", id).startswith("ended at ")
        codes = [one["code"] for one in entries(server, "--session", id)]
        assert codes[0] == "session_created"
        assert codes[-1] == "session_deleted"


async def test_who_was_in_a_process_that_was_killed_is_found_once_it_is_back(
    server: LobbyProcess,
) -> None:
    async with seated(server) as (_, _, guest, _, id):
        server.kill()
        server.start()
        await until(lambda: why(server, guest.uuid).startswith(f"left session {id}"))
        (line,) = [one for one in entries(server, guest.uuid) if one.get("reason")]
        assert line["reason"] in ("dropped", "host_gone")


async def test_an_invitation_taken_back_and_who_came_back_are_no_departure(
    server: LobbyProcess,
) -> None:
    async with seated(server) as (_, leader, guest, other, id):
        await other.command("session.leave", session=id)
        await free(leader, id)
        assert why(server, guest.uuid).startswith(f"left session {id} at ")
        await leader.command("session.invite", session=id, guest=guest.uuid)
        await leader.command("session.kick", session=id, guest=guest.uuid)
        said = why(server, guest.uuid)
        assert said.startswith(f"no longer invited to session {id} at ")
        assert ": the invitation was taken back by " in said
        await other.command("session.join", session=id)
        assert why(server, guest.uuid).startswith(f"came back into session {id} at ")


async def test_who_is_restricted_is_found_with_the_operators_words(server: LobbyProcess) -> None:
    async with seated(server) as (_, leader, guest, _, id):
        done = lobby(server.home, "restrict", guest.uuid, "--reason", "wall hacks")
        assert done.returncode == 0, done.stderr
        await free(leader, id)
        told = lobby(server.home, "why", guest.uuid).stdout.splitlines()
        assert told[0].startswith(f"left session {id} at ")
        assert told[0].endswith(': restricted by moderation ("wall hacks")')
        assert told[1] == 'restricted (account_ban) for good: "wall hacks"'


def test_who_is_unknown_and_who_says_nothing_are_told(server: LobbyProcess) -> None:
    for words, code in ((["nobody"], 1), ([], 2), (["--session", "x"], 1)):
        told = lobby(server.home, "why", *words)
        assert told.returncode == code
        assert told.stderr.startswith("lobby: ")


def test_a_session_that_never_was_is_not_known(server: LobbyProcess) -> None:
    assert why(server, "--session", "1024") == "nothing is known of this session"
