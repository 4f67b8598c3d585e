"""Icons: what is no small picture is refused and costs nothing; what is one is drawn anew."""

from __future__ import annotations

import base64
import time
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from tests.processes import LobbyProcess
from tests.server_status.people import User, add, error, said
from tests.server_status.pictures import (
    END,
    PREFIX,
    SIGNATURE,
    SVG,
    animated,
    chunk,
    data_url,
    header,
    international_text_bomb,
    noise,
    opened,
    packed,
    pixels,
    png,
    saved,
    text_bomb,
)

GOOD = png()
RED = Image.new("RGB", (8, 8), "red")
MEBIBYTE = 1024 * 1024
MOST_MEMORY, MOST_SECONDS = 5 * MEBIBYTE, 0.5

BAD: dict[str, str] = {
    "nothing": "",
    "a prefix alone": PREFIX,
    "an address": "https://elsewhere.example/icon.png",
    "SVG": data_url(SVG, "data:image/svg+xml;base64,"),
    "SVG that says it is PNG": data_url(SVG),
    "another mime": data_url(GOOD, "data:image/gif;base64,"),
    "an upper case prefix": data_url(GOOD, PREFIX.upper()),
    "a parameter": data_url(GOOD, "data:image/png;charset=x;base64,"),
    "not base64": PREFIX + "ä" * 40,
    "base64 with spaces": PREFIX + "iVBOR w0KGgo=",
    "base64 cut short": data_url(GOOD)[:-1],
    "JPEG named PNG": data_url(saved("JPEG", RED)),
    "GIF named PNG": data_url(saved("GIF", RED)),
    "WebP named PNG": data_url(saved("WEBP", RED)),
    "moving": data_url(animated()),
    "moving in one frame": data_url(png(more=chunk(b"acTL", b"\0\0\0\1\0\0\0\0"))),
    "one pixel too wide": data_url(png(257, 256)),
    "one pixel too high": data_url(png(256, 257)),
    "no pixel": data_url(png(0, 8)),
    "2^31 pixels wide": data_url(SIGNATURE + header(2**31, 1) + pixels(1, 1) + END),
    "cut in the header": data_url(GOOD[:20]),
    "cut in the pixels": data_url(GOOD[: len(GOOD) // 2]),
    "cut before the end": data_url(GOOD[: -len(END)]),
    "something behind the end": data_url(GOOD + b"<script>"),
    "another file behind the end": data_url(GOOD + GOOD),
    "a header twice": data_url(png(more=header(9000, 9000))),
    "a wrong sum in the header": data_url(
        SIGNATURE + chunk(b"IHDR", header(8, 8)[8:21], crc=1) + pixels(8, 8) + END
    ),
    "a wrong sum in the pixels": data_url(
        SIGNATURE + header(8, 8) + pixels(8, 8)[:-1] + b"\0" + END
    ),
    "pixels that are none": data_url(
        SIGNATURE + header(8, 8) + chunk(b"IDAT", b"not packed") + END
    ),
    "a depth that is none": data_url(SIGNATURE + header(8, 8, depth=3) + pixels(8, 8) + END),
    "65 KiB": data_url(noise(65 * 1024)),
    "a chunk longer than the file": data_url(png(more=b"\x7f\xff\xff\xffteXt")),
}


@pytest.fixture(scope="module")
def user(admin: User) -> User:
    """One for all of these: what is refused leaves the icon that was there."""
    return add(admin)


@pytest.mark.parametrize("icon", BAD.values(), ids=BAD)
def test_what_is_no_small_still_png_is_refused_in_clear_words(icon: str, user: User) -> None:
    before = user.own("GET", "/icon")
    answer = user.call("PUT", f"/users/{user.login}/icon", json={"icon": icon})
    assert "icon" in error(answer)
    assert user.own("GET", "/icon") == before


def test_what_is_longer_than_any_icon_is_not_even_looked_at(user: User) -> None:
    before = user.own("GET", "/icon")
    for size, status in ((100_000, 400), (200_000, 413)):
        body = {"icon": PREFIX + "A" * size}
        assert user.call("PUT", f"/users/{user.login}/icon", json=body).status_code == status
    assert user.own("GET", "/icon") == before


def test_a_good_one_is_drawn_anew_without_what_hid_in_it(user: User) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "whereabouts")
    info.add_text("XML:com.adobe.xmp", "secret", zip=True)
    picture = Image.frombytes("RGBA", (16, 16), bytes(n % 256 for n in range(1024)))
    sent = saved("PNG", picture, pnginfo=info, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0", dpi=(72, 72))
    assert user.own("PUT", "/icon", json={"icon": data_url(sent)}) == {}
    kept = user.own("GET", "/icon")["icon"]
    assert kept != data_url(sent)
    found = opened(kept)
    assert (found.tobytes(), found.size, found.format) == (picture.tobytes(), (16, 16), "PNG")
    assert found.info == {}
    raw = base64.b64decode(kept.removeprefix(PREFIX))
    assert b"whereabouts" not in raw
    assert raw.endswith(END)


KINDS = {
    "grey": RED.convert("L"),
    "black and white": RED.convert("1"),
    "palette": RED.convert("P"),
    "16 bits": Image.new("I;16", (8, 8), 40_000),
    "RGB": RED,
    "the largest": Image.new("RGBA", (256, 256), (1, 2, 3, 4)),
    "one pixel": Image.new("RGBA", (1, 1), (1, 2, 3, 0)),
}


@pytest.mark.parametrize("picture", KINDS.values(), ids=KINDS)
def test_every_kind_of_png_is_an_icon(picture: Image.Image, user: User) -> None:
    sent = data_url(saved("PNG", picture))
    assert user.own("PUT", "/icon", json={"icon": sent}) == {}
    kept = opened(user.own("GET", "/icon")["icon"])
    assert (kept.mode, kept.size) == ("RGBA", picture.size)
    assert kept.tobytes() == opened(sent).convert("RGBA").tobytes()


def test_an_icon_is_taken_away_by_null(user: User) -> None:
    user.own("PUT", "/icon", json={"icon": data_url(GOOD)})
    assert user.own("GET", "?icon")["icon"]
    assert user.own("PUT", "/icon", json={"icon": None}) == {}
    assert user.own("GET", "?icon")["icon"] is None


BOMBS = {
    "zTXt": png(more=b"".join(text_bomb(f"n{n}", 1_000_000) for n in range(60))),
    "one large zTXt": png(more=text_bomb("name", 40 * MEBIBYTE)),
    "iTXt": png(more=b"".join(international_text_bomb(f"n{n}", 1_000_000) for n in range(60))),
    "iCCP": png(more=text_bomb("name", 40 * MEBIBYTE, kind=b"iCCP")),
    "pixels": SIGNATURE + header(256, 256) + chunk(b"IDAT", packed(60 * MEBIBYTE)) + END,
    "81 million pixels": SIGNATURE
    + header(9000, 9000, depth=1, colour=0)
    + chunk(b"IDAT", packed(9000 * 1126))
    + END,
}


@pytest.mark.parametrize("picture", BOMBS.values(), ids=BOMBS)
def test_a_bomb_costs_neither_memory_nor_time(
    picture: bytes, lobby_server: LobbyProcess, user: User
) -> None:
    assert len(picture) < 65_536
    put = ("PUT", f"/users/{user.login}/icon")
    said(user.call(*put, json={"icon": data_url(GOOD)}))
    process = Path("/proc") / str(lobby_server.pid)
    before = kilobytes(process, "VmRSS")
    (process / "clear_refs").write_text("5")
    began = time.monotonic()
    answer = user.call(*put, json={"icon": data_url(picture)})
    took = time.monotonic() - began
    assert answer.status_code == 200
    assert (kilobytes(process, "VmHWM") - before) * 1024 < MOST_MEMORY
    assert took < MOST_SECONDS
    assert len(user.own("GET", "/icon")["icon"]) < 4096


def kilobytes(process: Path, name: str) -> int:
    line = next(each for each in (process / "status").read_text().splitlines() if name in each)
    return int(line.split()[1])
