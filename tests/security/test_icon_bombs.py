"""Pictures that are no icons, or are made to cost: twenty files, at the door and in the encoder."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from PIL import Image

from lobby.domain.errors import TooMany, Unacceptable
from lobby.identity.icons import IconEncoder, reencoded
from tests.support.checked_clients import recorded
from tests.support.pictures import (
    END,
    SIGNATURE,
    SVG,
    animated,
    chunk,
    data_url,
    header,
    international_text_bomb,
    noise,
    packed,
    pixels,
    png,
    saved,
    text_bomb,
)
from tests.support.processes import LobbyProcess
from tests.support.server_status import User, add, new_admin, said
from tests.support.slowness import best_of

MEBIBYTE = 1024 * 1024
MOST_MEMORY, MOST_MS = 5 * MEBIBYTE, 50.0
TRIES = 5
GOOD, RED = png(), Image.new("RGB", (8, 8), "red")
draw = random.Random(1)


def noisy(mode: str, side: int, **options: int) -> bytes:
    """Without any order, so that packing it takes the longest."""
    channels = {"P": 1, "L": 1, "RGB": 3, "RGBA": 4, "I;16": 2}[mode]
    shades = 2 ** options.get("bits", 8)
    picture = Image.frombytes(
        mode, (side, side), bytes(draw.choices(range(shades), k=side * side * channels))
    )
    if mode == "P":
        picture.putpalette(draw.randbytes(3 * shades))
    return saved("PNG", picture, **options)


CORPUS = {
    "SVG": SVG,
    "JPEG named PNG": saved("JPEG", RED),
    "GIF named PNG": saved("GIF", RED),
    "APNG": animated(),
    "a wrong sum": SIGNATURE + header(8, 8) + pixels(8, 8)[:-1] + b"\0" + END,
    "a header twice": png(more=header(9000, 9000)),
    "a file behind the end": GOOD + GOOD,
    "cut in the pixels": GOOD[: len(GOOD) // 2],
    "10,000 chunks": png(more=chunk(b"prVt", b"") * 10_000),
    "129 KiB": noise(129 * 1024),
    "zTXt": png(more=b"".join(text_bomb(f"n{n}", 1_000_000) for n in range(60))),
    "one large zTXt": png(more=text_bomb("name", 40 * MEBIBYTE)),
    "iTXt": png(more=b"".join(international_text_bomb(f"n{n}", 1_000_000) for n in range(60))),
    "iCCP": png(more=text_bomb("name", 40 * MEBIBYTE, kind=b"iCCP")),
    "more pixels than it says": (
        SIGNATURE + header(512, 512) + chunk(b"IDAT", packed(60 * MEBIBYTE)) + END
    ),
    "81 million pixels": SIGNATURE
    + header(9000, 9000, depth=1, colour=0)
    + chunk(b"IDAT", packed(9000 * 1126))
    + END,
    "noise of one bit": noisy("P", 512, bits=1),
    "noise of two bits": noisy("P", 512, bits=2),
    "noise of eight bits": noisy("P", 355),
    "noise of four channels": noisy("RGBA", 178),
}


@pytest.fixture(scope="module")
def lobby(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LobbyProcess]:
    process = LobbyProcess(tmp_path_factory.mktemp("icons"), admin_socket="lobby.sock").start()
    yield process
    process.remove()


@pytest.fixture(scope="module")
def user(lobby: LobbyProcess) -> Iterator[User]:
    with recorded(lobby.url) as http:
        yield add(new_admin(lobby, http))


def test_d6_there_are_twenty() -> None:
    assert len(CORPUS) == 20


@pytest.mark.parametrize("picture", CORPUS.values(), ids=CORPUS)
def test_d6_a_bomb_costs_no_memory_and_is_never_kept_as_it_came(
    picture: bytes, lobby: LobbyProcess, user: User
) -> None:
    put = ("PUT", f"/users/{user.login}/icon")
    said(user.call(*put, json={"icon": data_url(GOOD)}))
    process = Path("/proc") / str(lobby.pid)
    before = kilobytes(process, "VmRSS")
    (process / "clear_refs").write_text("5")
    assert user.call(*put, json={"icon": data_url(picture)}).status_code == 200
    assert (kilobytes(process, "VmHWM") - before) * 1024 < MOST_MEMORY
    assert user.own("GET", "/icon")["icon"] != data_url(picture)


@pytest.mark.parametrize("picture", CORPUS.values(), ids=CORPUS)
def test_d6_a_bomb_costs_no_time(picture: bytes) -> None:
    """Of the processor, in the thread that decodes it."""

    def decode() -> None:
        with suppress(Unacceptable):
            reencoded(data_url(picture))

    assert best_of(TRIES, decode, enough=MOST_MS / 1000) * 1000 <= MOST_MS


async def test_d6_pictures_of_one_account_take_turns_with_those_of_others() -> None:
    """A flood waits in its own line; what is more than that is told to come back."""
    encoder, picture = IconEncoder(), data_url(CORPUS["noise of eight bits"])
    flood = [asyncio.ensure_future(encoder.reencode(picture, by="flood")) for _ in range(60)]
    await asyncio.sleep(0)
    await encoder.reencode(picture, by="somebody")
    assert sum(not one.done() for one in flood) > 20
    ends = await asyncio.gather(*flood, return_exceptions=True)
    refused = [end for end in ends if isinstance(end, TooMany)]
    assert len(refused) == 60 - 34
    assert "too many icons at once from this account" in str(refused[0])
    encoder.close()


def kilobytes(process: Path, name: str) -> int:
    line = next(each for each in (process / "status").read_text().splitlines() if name in each)
    return int(line.split()[1])
