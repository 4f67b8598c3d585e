"""PNG files made chunk by chunk: valid ones, and malicious ones (decompression bombs ...)."""

from __future__ import annotations

import base64
import os
import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

SIGNATURE = b"\x89PNG\r\n\x1a\n"
PREFIX = "data:image/png;base64,"
END = b"\0\0\0\0IEND\xaeB`\x82"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def chunk(kind: bytes, content: bytes, *, crc: int | None = None) -> bytes:
    sum = zlib.crc32(kind + content) if crc is None else crc
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", sum)


def header(width: int, height: int, *, depth: int = 8, colour: int = 6) -> bytes:
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, 0))


def pixels(width: int, height: int) -> bytes:
    """Of RGBA, each line with its filter byte."""
    line = b"\0" + bytes(n % 256 for n in range(4 * width))
    return chunk(b"IDAT", zlib.compress(line * height))


def png(width: int = 8, height: int = 8, *, more: bytes = b"") -> bytes:
    """A valid PNG; `more`: extra chunks before the pixels."""
    return SIGNATURE + header(width, height) + more + pixels(width, height) + END


def packed(size: int) -> bytes:
    """Compressed data that expands to so many bytes."""
    return zlib.compress(b"\0" * size, 9)


def text_bomb(name: str, size: int, *, kind: bytes = b"zTXt") -> bytes:
    return chunk(kind, name.encode() + b"\0\0" + packed(size))


def international_text_bomb(name: str, size: int) -> bytes:
    return chunk(b"iTXt", name.encode() + b"\0\1\0\0\0" + packed(size))


def saved(format: str, image: Image.Image, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def animated() -> bytes:
    frames = [Image.new("RGBA", (8, 8), colour) for colour in ("red", "blue")]
    return saved("PNG", frames[0], save_all=True, append_images=frames[1:])


def noise(size: int) -> bytes:
    """A valid picture whose file is larger than so many bytes."""
    junk = chunk(b"prVt", os.urandom(size))
    return png(more=junk)


def data_url(picture: bytes, prefix: str = PREFIX) -> str:
    return prefix + base64.b64encode(picture).decode()


def opened(url: str) -> Image.Image:
    image = Image.open(BytesIO(base64.b64decode(url.removeprefix(PREFIX))))
    image.load()
    return image
