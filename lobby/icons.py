"""Icons: a small real PNG, looked at before it is decoded, and drawn anew before it is kept."""

from __future__ import annotations

import asyncio
import base64
import binascii
import struct
import warnings
import zlib
from io import BytesIO

from PIL import Image

from lobby.domain.errors import Unacceptable

PREFIX = "data:image/png;base64,"
LARGEST_TEXT, LARGEST_FILE, WIDEST = 96 * 1024, 64 * 1024, 256
SIGNATURE = b"\x89PNG\r\n\x1a\n"
PICTURE = (b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND")
"""The chunks that are needed to draw it. The others may unpack to anything: nobody reads them."""
MOVING = (b"acTL", b"fcTL", b"fdAT")
UNREADABLE = "the icon cannot be read as a PNG"


async def drawn(data_url: str) -> str:
    """The icon as a data URL of our own drawing: same picture, no metadata, one frame."""
    return await asyncio.to_thread(_draw, data_url)


def _draw(data_url: str) -> str:
    png = _still(_png(data_url))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(png), formats=("PNG",)) as image:
                picture = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError, struct.error):
        raise Unacceptable(UNREADABLE) from None
    out = BytesIO()
    Image.frombytes("RGBA", picture.size, picture.tobytes()).save(out, "PNG", optimize=True)
    if len(out.getvalue()) > LARGEST_FILE:
        raise Unacceptable(f"an icon is at most {LARGEST_FILE} bytes")
    return PREFIX + base64.b64encode(out.getvalue()).decode()


def _png(data_url: str) -> bytes:
    if len(data_url) > LARGEST_TEXT or not data_url.startswith(PREFIX):
        raise Unacceptable(f"an icon is a data URL that begins with {PREFIX}")
    try:
        png = base64.b64decode(data_url.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise Unacceptable("the icon is not base64") from None
    if len(png) > LARGEST_FILE:
        raise Unacceptable(f"an icon is at most {LARGEST_FILE} bytes")
    return png


def _still(png: bytes) -> bytes:
    """The picture and nothing else, known to be small before anybody unpacks it."""
    kept, at = [SIGNATURE], len(SIGNATURE)
    if not png.startswith(SIGNATURE):
        raise Unacceptable(UNREADABLE)
    while at < len(png):
        kind, end = _chunk(png, at)
        if (kind == b"IHDR") != (len(kept) == 1) or kept[-1][4:8] == b"IEND":
            raise Unacceptable(UNREADABLE)
        if kind in MOVING:
            raise Unacceptable("an icon does not move")
        if kind in PICTURE:
            kept.append(png[at:end])
        at = end
    if kept[-1][4:8] != b"IEND":
        raise Unacceptable(UNREADABLE)
    _require_small(kept[1])
    return b"".join(kept)


def _chunk(png: bytes, at: int) -> tuple[bytes, int]:
    """What kind of chunk begins here, and where it ends; its sum is right."""
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
