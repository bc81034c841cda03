"""
PNGs read back: what each says of itself, held against the figure that it must show.

No pixel is looked at: a PNG says from which drawing it was made, by its sha256, and the
drawing on the page has been read.
"""

import struct
from collections.abc import Iterator

from asss.formats.readback.expectation import spaced
from asss.formats.readback.figures import Told

__all__ = ["faults"]

PNG = b"\x89PNG\r\n\x1a\n"

#: So much, in parts, may sides differ that have been rounded.
EVEN = 0.02


def faults(image: bytes, wanted: Told, size: float = 0.0) -> Iterator[str]:
    """What a picture says of itself and is not the figure's; and is shown at a size.

    ``size`` is how high it is shown for its width, where it is shown.
    """
    wide, high = struct.unpack(">II", image[16:24]) if len(image) > 24 else (1, 1)
    if size and abs(size * wide / high - 1) > EVEN:
        yield "is drawn out, up or across"
    said = _texts(image)
    if said.get("Title") != wanted.caption:
        yield f"shows another picture: {said.get('Title', 'none')}"
    if said.get("Description") != wanted.text:
        yield f"describes another picture: «{said.get('Description', '')[:80]}»"
    if wanted.digest and said.get("Drawing") != wanted.digest:
        yield "is not drawn from the page's figure"


def _texts(image: bytes) -> dict[str, str]:
    """What a picture says of itself, by keyword; nothing where it is none."""
    found: dict[str, str] = {}
    place = len(PNG)
    while image.startswith(PNG) and place + 8 <= len(image):
        size, kind = struct.unpack(">I4s", image[place : place + 8])
        if kind == b"iTXt":
            body = image[place + 8 : place + 8 + size]
            key, _, _, _, text = body.decode().split("\0", 4)[:5]
            found[key] = spaced(text.rpartition("\0")[2])
        place += size + 12
    return found
