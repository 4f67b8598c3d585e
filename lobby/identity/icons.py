"""Icons: PNG images, whose size is validated before decoding, re-encoded before they are stored."""

from __future__ import annotations

import base64
import binascii
import struct
import warnings
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

from lobby.domain.errors import Unacceptable
from lobby.identity.fair_threads import FairThreads

PREFIX = "data:image/png;base64,"
LARGEST_FILE, WIDEST = 128 * 1024, 512
"""Bounds of an icon: bytes as a file, pixels of its longer side."""
LARGEST_TEXT = len(PREFIX) + (LARGEST_FILE + 2) // 3 * 4
"""Characters of an icon as a data URL."""
THREADS, MOST_WAITING, EACH = 2, 32, 2
"""Icons that are decoded at once, that wait for it, and that either may be of one account."""
QUICKLY = 4
"""Compression of a stored icon (zlib's level)."""
SIGNATURE = b"\x89PNG\r\n\x1a\n"
IMAGE_CHUNKS = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""The chunks needed to decode it. The others are dropped: they may be decompression bombs."""
ANIMATION_CHUNKS = (b"acTL", b"fcTL", b"fdAT")
UNREADABLE = "the icon cannot be read as a PNG"


class IconEncoder:
    """Decodes and encodes in threads of its own; raises TooMany where too many wait for them."""

    def __init__(self) -> None:
        self._threads = FairThreads(
            THREADS, waiting=MOST_WAITING, each=EACH, what="icons", whose="account"
        )

    async def reencode(self, data_url: str, *, by: str) -> str:
        """The icon as a data URL, re-encoded: same picture, no metadata, one frame. `by`: whose
        turn it is, an account."""
        _require_fitting(data_url)
        return await self._threads.run(lambda: reencoded(data_url), by=by)

    def close(self) -> None:
        self._threads.close()


def reencoded(data_url: str) -> str:
    png = _strip(_png(data_url))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(png), formats=("PNG",)) as image:
                drawn = _drawn(image)
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError, struct.error):
        raise Unacceptable(UNREADABLE) from None
    return PREFIX + base64.b64encode(drawn).decode()


def _drawn(image: Image.Image) -> bytes:
    """The same picture as a new file with four channels, or with its own where that would be larger
    than an icon may be: whoever reads it can also send it. Compressed harder only where nothing
    else fits, which may take ten times as long."""
    picture = _of_four_channels(image)
    four = Image.frombytes("RGBA", picture.size, picture.tobytes())
    shown = {"transparency": image.info["transparency"]} if "transparency" in image.info else {}
    image.info.clear()
    files: list[bytes] = []
    for how in ({"compress_level": QUICKLY}, {"optimize": True}):
        for drawn, options in ((four, how), (image, {**how, **shown})):
            files.append(_saved(drawn, **options))
            if len(files[-1]) <= LARGEST_FILE:
                return files[-1]
    return min(files, key=len)


def _saved(image: Image.Image, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, "PNG", **options)
    return out.getvalue()


def _of_four_channels(image: Image.Image) -> Image.Image:
    """16 bits of grey keep the higher eight, as those of colours do; the library would cut off all
    that is brighter than 255."""
    if not image.mode.startswith("I"):
        return image.convert("RGBA")
    transparent = image.info.get("transparency")
    wide = memoryview(image.convert("I").tobytes()).cast("i")
    grey = Image.frombytes("L", image.size, bytes(shade >> 8 for shade in wide))
    alpha = bytes(0 if shade == transparent else 255 for shade in wide)
    return Image.merge("RGBA", (grey, grey, grey, Image.frombytes("L", image.size, alpha)))


def _require_fitting(data_url: str) -> None:
    if not data_url.startswith(PREFIX):
        raise Unacceptable(f"an icon is a data URL that begins with {PREFIX}")
    if len(data_url) > LARGEST_TEXT:
        raise Unacceptable(f"an icon is at most {LARGEST_FILE} bytes")


def _png(data_url: str) -> bytes:
    try:
        png = base64.b64decode(data_url.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise Unacceptable("the icon is not base64") from None
    if len(png) > LARGEST_FILE:
        raise Unacceptable(f"an icon is at most {LARGEST_FILE} bytes")
    return png


def _strip(png: bytes) -> bytes:
    """The PNG with the needed chunks only, and with dimensions within bounds."""
    kept, at = [SIGNATURE], len(SIGNATURE)
    if not png.startswith(SIGNATURE):
        raise Unacceptable(UNREADABLE)
    while at < len(png):
        kind, end = _chunk(png, at)
        if (kind == b"IHDR") != (len(kept) == 1) or kept[-1][4:8] == b"IEND":
            raise Unacceptable(UNREADABLE)
        if kind in ANIMATION_CHUNKS:
            raise Unacceptable("an icon does not move")
        if kind in IMAGE_CHUNKS:
            kept.append(png[at:end])
        at = end
    if kept[-1][4:8] != b"IEND":
        raise Unacceptable(UNREADABLE)
    _require_small(kept[1])
    return b"".join(kept)


def _chunk(png: bytes, at: int) -> tuple[bytes, int]:
    """Type and end of the chunk at this offset; its checksum is verified."""
    end = at + 12 + int.from_bytes(png[at : at + 4], "big")
    if end > len(png) or zlib.crc32(png[at + 4 : end - 4]) != int.from_bytes(
        png[end - 4 : end], "big"
    ):
        raise Unacceptable(UNREADABLE)
    return png[at + 4 : at + 8], end


def _require_small(header: bytes) -> None:
    width, height = struct.unpack(">II", header[8:16].ljust(8, b"\0"))
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise Unacceptable(f"an icon is at most {WIDEST} by {WIDEST} pixels")
