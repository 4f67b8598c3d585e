"""Nobody gets us to call what only we can reach: addresses of our own network in every spelling,
names that mean them, redirects that lead there.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_address

import pytest

from lobby.domain.upstream_errors import UpstreamFailed
from lobby.integrations.http import HttpClient
from lobby.integrations.http.ssrf_guard import is_allowed, resolve_host
from tests.support.upstream import Reply, Upstream, upstream

TARGETS = [
    "http://127.0.0.1:{port}/",
    "https://127.0.0.1:{port}/",
    "https://127.1:{port}/",
    "https://2130706433:{port}/",
    "https://0x7f000001:{port}/",
    "https://0177.0.0.1:{port}/",
    "https://[::1]:{port}/",
    "https://[::ffff:127.0.0.1]:{port}/",
    "https://[64:ff9b::7f00:1]:{port}/",
    "https://[2002:7f00:1::]:{port}/",
    "https://0.0.0.0:{port}/",
    "https://localhost:{port}/",
    "https://LOCALHOST.:{port}/",
    "https://169.254.169.254/latest/meta-data/",
    "https://[fd00:ec2::254]/latest/meta-data/",
    "https://[fe80::1]:{port}/",
    "https://10.0.0.1:{port}/",
    "https://rebinding.test:{port}/",
    "https://both.test:{port}/",
    "https://nowhere.test:{port}/",
    "https://public.test@127.0.0.1:{port}/",
    "https://news.test:{port}@127.0.0.1:{port}/",
    "gopher://127.0.0.1:{port}/_POST",
    "file:///etc/passwd",
    "//127.0.0.1:{port}/",
    "https://",
    "https://[::1",
]
NAMES = {
    "rebinding.test": ["127.0.0.1"],
    "both.test": ["8.8.8.8", "127.0.0.1"],
    "nowhere.test": [],
}


async def resolve(host: str, port: int) -> list[str]:
    """Names of the tests' own; numbers as everybody's."""
    return NAMES[host] if host in NAMES else await resolve_host(host, port)


@pytest.fixture(scope="module")
def inner() -> Iterator[Upstream]:
    with upstream() as inner:
        yield inner


@pytest.mark.parametrize("target", TARGETS)
async def test_f1_what_is_not_listed_is_not_called(target: str, inner: Upstream) -> None:
    outbound = HttpClient(["news.test"], resolve=resolve)
    inner.asked.clear()
    with pytest.raises(UpstreamFailed):
        await outbound.post(target.format(port=inner.port), b"{}", about={})
    assert inner.asked == []


async def test_f1_a_redirect_is_not_followed(inner: Upstream) -> None:
    with upstream() as service:
        away = {"Location": f"{inner.url}/secret"}
        outbound = HttpClient([f"127.0.0.1:{service.port}"])
        inner.asked.clear()
        for status in (301, 302, 303, 307, 308):
            service.answer = lambda asked, status=status: Reply(status, headers=away)  # type: ignore[misc]
            with pytest.raises(UpstreamFailed):
                await outbound.post(f"{service.url}/hook", b"{}", about={})
        assert (len(service.asked), inner.asked) == (5, [])


async def test_f1_a_name_is_asked_once_and_what_it_meant_then_is_called() -> None:
    with upstream("127.0.0.1") as meant, upstream("127.0.0.2", meant.port) as later:
        meanings = [["127.0.0.1"], ["127.0.0.2"], ["169.254.169.254"]]

        async def rebinding(host: str, port: int) -> list[str]:
            return meanings.pop(0)

        outbound = HttpClient(["news.test"], resolve=rebinding)
        await outbound.post(f"http://news.test:{meant.port}/", b"{}", about={})
        assert (len(meant.asked), len(later.asked), len(meanings)) == (1, 0, 2)
        assert meant.asked[0].headers["Host"] == f"news.test:{meant.port}"


async def test_f1_a_listed_name_that_begins_to_mean_metadata_is_not_called() -> None:
    async def rebound(host: str, port: int) -> list[str]:
        return ["169.254.169.254"]

    with pytest.raises(UpstreamFailed):
        await HttpClient(["news.test"], resolve=rebound).post("http://news.test/", b"", about={})


@pytest.mark.parametrize("listed", ["127.0.0.1", "127.0.0.1:{port}", "NEWS.test"])
async def test_f1_what_is_listed_is_called(listed: str, inner: Upstream) -> None:
    async def near(host: str, port: int) -> list[str]:
        return ["127.0.0.1"]

    host = "news.test" if listed == "NEWS.test" else "127.0.0.1"
    outbound = HttpClient([listed.format(port=inner.port)], resolve=near)
    answer = await outbound.post(f"http://{host}:{inner.port}/", b"{}", about={})
    assert answer.body == b"{}"


async def test_f1_another_port_of_what_is_listed_is_not_called(inner: Upstream) -> None:
    inner.asked.clear()
    with pytest.raises(UpstreamFailed):
        await HttpClient(["127.0.0.1:9"]).post(f"{inner.url}/", b"{}", about={})
    assert inner.asked == []


@pytest.mark.parametrize(
    ("address", "far", "near"),
    [
        ("8.8.8.8", True, True),
        ("2606:4700::1111", True, True),
        ("192.168.1.1", False, True),
        ("fd12::1", False, True),
        ("100.64.0.1", False, False),
        ("168.63.129.16", False, False),
        ("224.0.0.1", False, False),
        ("255.255.255.255", False, False),
        ("ff02::1", False, False),
        ("::", False, False),
        ("::ffff:8.8.8.8", True, True),
        ("64:ff9b::a9fe:a9fe", False, False),
    ],
)
def test_f1_listing_opens_our_own_network_and_nothing_else(
    address: str, far: bool, near: bool
) -> None:
    assert is_allowed(ip_address(address), allowlisted=False) is far
    assert is_allowed(ip_address(address), allowlisted=True) is near
