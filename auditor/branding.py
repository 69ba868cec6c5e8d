"""How a report looks its owner's own: company, logo and accent colour, checked where they come in."""

import re
import struct
from pathlib import Path
from typing import NamedTuple

from auditor.errors import ConfigError, told
from auditor.model import Brand

LARGEST = 1_000_000
"""The largest logo, in bytes: it stands in every report."""
MOST_PIXELS = 4_000
"""The widest and the highest logo, in pixels."""
_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_COLOUR = re.compile(r"#?([0-9A-Fa-f]{6})")
_SIZES = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})  # markers of a JPEG's frame (ITU-T T.81, B.1)
_ADVICE = "name a PNG or JPEG of at most 1 MB and 4,000 pixels a side, relative to this file"


class Picture(NamedTuple):
    """What a picture's bytes say of it: png or jpeg, and its size in pixels."""

    format: str
    width: int
    height: int


def accent_of(text: str) -> str:
    """Return a colour such as #1F3A5F as RRGGBB, "" for none; raises ValueError for anything else."""
    found = _COLOUR.fullmatch(text.strip())
    if found is None and text.strip():
        raise ValueError("no colour such as #1F3A5F")
    return found[1].upper() if found else ""


def branded(company: str, logo: Path | None, accent: str, name: str) -> Brand:
    """Return a brand with the logo read; `name` is the file that says so.

    Raises ConfigError for a logo that cannot be read, is too large, or is neither a PNG nor a JPEG.
    """
    return Brand(company.strip(), _logo(logo, name) if logo else b"", accent)


def picture(data: bytes) -> Picture:
    """Return what a picture is by its first bytes, whatever its name; raises ValueError for what is none."""
    try:
        found = _png(data) if data.startswith(_PNG) else _jpeg(data)
    except (struct.error, IndexError):
        raise ValueError("ends before it says its size") from None
    if not (0 < found.width <= MOST_PIXELS and 0 < found.height <= MOST_PIXELS):
        raise ValueError(f"is {found.width} by {found.height} pixels")
    return found


def _png(data: bytes) -> Picture:
    if data[12:16] != b"IHDR":
        raise ValueError("is no whole PNG")
    return Picture("png", *struct.unpack(">II", data[16:24]))


def _jpeg(data: bytes) -> Picture:
    if not data.startswith(_JPEG):
        raise ValueError("is neither a PNG nor a JPEG")
    at = 2
    while data[at] == _JPEG[0]:
        marker = data[at + 1]
        if marker in _SIZES:
            height, width = struct.unpack(">HH", data[at + 5 : at + 9])
            return Picture("jpeg", width, height)
        at += 1 if marker == _JPEG[0] else 2 + struct.unpack(">H", data[at + 2 : at + 4])[0]
    raise ValueError("is no whole JPEG")


def _logo(path: Path, name: str) -> bytes:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        raise ConfigError(
            f"{name}: brand.logo: {path.name} cannot be read ({told(error)})", _ADVICE
        ) from None
    if len(data) > LARGEST:
        raise ConfigError(f"{name}: brand.logo: {path.name} is larger than 1 MB", _ADVICE)
    try:
        picture(data)
    except ValueError as error:
        raise ConfigError(f"{name}: brand.logo: {path.name} {error}", _ADVICE) from None
    return data
