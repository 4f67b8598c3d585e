"""Icons: a small real PNG, looked at before it is decoded, and drawn anew before it is kept."""

from __future__ import annotations

import asyncio
import base64
import binascii
import struct
import warnings
from io import BytesIO

from PIL import Image

from lobby.domain.errors import Unacceptable

PREFIX = "data:image/png;base64,"
LARGEST_TEXT, LARGEST_FILE, WIDEST = 96 * 1024, 64 * 1024, 256
SIGNATURE = b"\x89PNG\r\n\x1a\n"


async def drawn(data_url: str) -> str:
    """The icon as a data URL of our own drawing: same picture, no metadata, one frame."""
    return await asyncio.to_thread(_draw, data_url)


def _draw(data_url: str) -> str:
    png = _png(data_url)
    _require_small(png)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with Image.open(BytesIO(png), formats=("PNG",)) as image:
                if getattr(image, "n_frames", 1) != 1:
                    raise Unacceptable("an icon does not move")
                picture = image.convert("RGBA")
    except (OSError, SyntaxError, ValueError, Warning, Image.DecompressionBombError, struct.error):
        raise Unacceptable("the icon cannot be read as a PNG") from None
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


def _require_small(png: bytes) -> None:
    """By its header, before anybody unpacks it."""
    if png[:8] != SIGNATURE or png[12:16] != b"IHDR" or len(png) < 33:
        raise Unacceptable("the icon cannot be read as a PNG")
    width, height = struct.unpack(">II", png[16:24])
    if not (0 < width <= WIDEST and 0 < height <= WIDEST):
        raise Unacceptable(f"an icon is at most {WIDEST} by {WIDEST} pixels")
