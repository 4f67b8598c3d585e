"""Icons: what is no small picture is refused and costs nothing; what is one is drawn anew."""

from __future__ import annotations

import base64
import random
import struct
import zlib
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from tests.support.pictures import (
    END,
    PREFIX,
    SIGNATURE,
    SVG,
    animated,
    chunk,
    data_url,
    header,
    noise,
    opened,
    pixels,
    png,
    saved,
)
from tests.support.server_status import User, add, error

GOOD = png()
RED = Image.new("RGB", (8, 8), "red")

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
    "one pixel too wide": data_url(png(513, 512)),
    "one pixel too high": data_url(png(512, 513)),
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
    "129 KiB": data_url(noise(129 * 1024)),
    "one byte too many": data_url(noise(128 * 1024 - len(GOOD) - 11)),
    "a long text": "x" * 300_000,
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
    for size, status in ((200_000, 200), (1_000_000, 200), (1_100_000, 413)):
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
    "RGB": RED,
    "the largest": Image.new("RGBA", (512, 512), (1, 2, 3, 4)),
    "one pixel": Image.new("RGBA", (1, 1), (1, 2, 3, 0)),
}


@pytest.mark.parametrize("picture", KINDS.values(), ids=KINDS)
def test_every_kind_of_png_is_an_icon(picture: Image.Image, user: User) -> None:
    sent = data_url(saved("PNG", picture))
    assert user.own("PUT", "/icon", json={"icon": sent}) == {}
    kept = opened(user.own("GET", "/icon")["icon"])
    assert (kept.mode, kept.size) == ("RGBA", picture.size)
    assert kept.tobytes() == opened(sent).convert("RGBA").tobytes()


def test_the_largest_file_is_an_icon(user: User) -> None:
    largest = noise(128 * 1024 - len(GOOD) - 12)
    assert len(largest) == 128 * 1024
    assert user.own("PUT", "/icon", json={"icon": data_url(largest)}) == {}


SHADES = [0, 0x4000, 0x8000, 0xFFFF, 0x40FF, 0x00FF]
SHOWN = [0, 64, 128, 255, 64, 0]


def wide(colour: int, *, more: bytes = b"", alpha: bytes = b"", times: int = 1) -> str:
    """A picture of 16 bits a channel, a line of shades."""
    line = b"".join(struct.pack(">H", shade) * times + alpha for shade in SHADES)
    size = header(len(SHADES), 1, depth=16, colour=colour)
    return data_url(SIGNATURE + size + more + chunk(b"IDAT", zlib.compress(b"\0" + line)) + END)


@pytest.mark.parametrize(
    ("icon", "alphas"),
    [
        (wide(0), [255] * 6),
        (wide(0, more=chunk(b"tRNS", b"\x40\0")), [255, 0, 255, 255, 255, 255]),
        (wide(4, alpha=b"\x80\x80"), [128] * 6),
        (wide(2, times=3), [255] * 6),
        (wide(6, times=3, alpha=b"\x80\x80"), [128] * 6),
    ],
    ids=["grey", "grey with a clear shade", "grey and alpha", "colours", "colours and alpha"],
)
def test_sixteen_bits_keep_their_shades(icon: str, alphas: list[int], user: User) -> None:
    assert user.own("PUT", "/icon", json={"icon": icon}) == {}
    drawn = opened(user.own("GET", "/icon")["icon"]).tobytes()
    assert [list(drawn[n : n + 4]) for n in range(0, len(drawn), 4)] == [
        [shade, shade, shade, alpha] for shade, alpha in zip(SHOWN, alphas, strict=True)
    ]


def dithered(**options: Any) -> bytes:
    """512 by 512 pixels of eight colours, without any order: small for its palette alone."""
    draw = random.Random(1)
    picture = Image.frombytes("P", (512, 512), bytes(draw.choices(range(8), k=512 * 512)))
    picture.putpalette(draw.randbytes(24))
    return saved("PNG", picture, optimize=True, **options)


FULL = {
    "a palette": dithered(),
    "a palette with a clear colour": dithered(transparency=3),
    "a palette with alphas": dithered(transparency=b"\x80\x10\xff"),
    "colours": saved(
        "PNG", Image.frombytes("RGB", (208, 208), random.Random(1).randbytes(129_792))
    ),
    "16 bits": saved(
        "PNG", Image.frombytes("I;16", (255, 256), random.Random(1).randbytes(130_560))
    ),
}


@pytest.mark.parametrize("picture", FULL.values(), ids=FULL)
def test_what_is_read_can_be_sent_again_also_where_it_is_as_large_as_may_be(
    picture: bytes, user: User
) -> None:
    assert 110_000 < len(picture) <= 128 * 1024
    assert user.own("PUT", "/icon", json={"icon": data_url(picture)}) == {}
    kept = user.own("GET", "/icon")["icon"]
    assert (
        opened(kept).convert("RGBA").tobytes()
        == opened(data_url(picture)).convert("RGBA").tobytes()
    )
    assert user.own("PUT", json={"icon": kept}) == {}
    assert user.own("GET", "/icon")["icon"] == kept


def test_an_icon_is_taken_away_by_null(user: User) -> None:
    user.own("PUT", "/icon", json={"icon": data_url(GOOD)})
    assert user.own("GET", "?icon")["icon"]
    assert user.own("PUT", "/icon", json={"icon": None}) == {}
    assert user.own("GET", "?icon")["icon"] is None
