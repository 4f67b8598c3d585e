"""The Host header: a page that lets its own name point here (DNS rebinding) is refused."""

from __future__ import annotations

import socket

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from lobby.api.host_names import AllowedHosts
from lobby.config import Settings
from tests.support.server_thread import serving

MACHINE = socket.gethostname()
OURS = [
    "127.0.0.1",
    "127.0.0.1:8000",
    "192.168.1.7:8000",
    "10.0.0.4",
    "[::1]:8000",
    "[fe80::1]",
    "localhost",
    "LOCALHOST:8000",
    "localhost.",
    MACHINE,
    f"{MACHINE.partition('.')[0]}.local:8000",
    "lobby.example",
    "lobby.example:443",
]
FOREIGN = [
    "evil.example",
    "evil.example:8000",
    "127.0.0.1.evil.example",
    "localhost.evil.example",
    f"{MACHINE}.evil.example",
    "evil.local",
    "lobby.example.evil.example",
    "xlobby.example",
    "0x7f.1.evil",
    "2130706433.nip",
    "evil.example@127.0.0.1",
    "127.0.0.1, evil.example",
    "",
]


def answers(host: str, path: str = "/users", *, headers: int = 1, **settings: str) -> bool:
    chosen = {"public_url": "https://lobby.example", **settings}
    scope = {"path": path, "http_version": "1.1", "headers": [(b"host", host.encode())] * headers}
    return AllowedHosts(Settings.model_validate(chosen)).refuse(scope) is None


@pytest.mark.parametrize("host", OURS)
def test_g4_by_default_it_answers_by_address_and_under_its_own_names(host: str) -> None:
    assert answers(host)


@pytest.mark.parametrize("host", FOREIGN)
def test_g4_by_default_it_answers_under_no_name_of_another(host: str) -> None:
    assert not answers(host)


def test_g4_probes_come_under_any_name_and_a_star_turns_the_check_off() -> None:
    assert answers("evil.example", "/health/ready")
    assert answers("evil.example", allowed_hosts="*")
    assert not answers("lobby.example", headers=2, allowed_hosts="*")
    assert not answers("192.168.1.7", allowed_hosts="lobby.example")


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/hosts", "message"),
        ("/api/users", "error"),
        ("/session/v1/session", "message"),
        ("/", "message"),
    ],
)
def test_g4_a_poisoned_host_is_400_in_the_words_of_the_door(path: str, field: str) -> None:
    with serving() as served:
        answer = httpx2.get(f"{served.url}{path}", headers={"Host": "evil.example"})
        plain = httpx2.get(f"{served.url}/users", headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "LOBBY_ALLOWED_HOSTS" in answer.json()[field]
    assert "evil.example" not in answer.text
    assert (plain.status_code, plain.headers["content-type"][:10]) == (400, "text/plain")


async def test_g4_the_channel_opens_under_no_name_of_another() -> None:
    with serving() as served:
        url = f"ws{served.url.removeprefix('http')}/ws"
        with pytest.raises(InvalidStatus) as refused:
            await connect(url, additional_headers={"Host": "evil.example"})
    assert refused.value.response.status_code == 400
