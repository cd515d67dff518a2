"""Pictures to send: made when they are asked for, the same each time."""

import io
from typing import Any

from PIL import Image

PARIS = {0: b"\x02\x03\x00\x00", 1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 4: (2.0, 21.0, 8.0)}
"""EXIF of where something was taken: versions, and degrees, minutes and seconds."""

GPS, ORIENTATION, MAKE = 0x8825, 0x0112, 0x010F


def picture(
    width: int = 800, height: int = 600, kind: str = "JPEG", mode: str = "RGB", **how: Any
) -> bytes:
    """Return a picture: red at the left, green at the right, with some noise to be compressed."""
    noise = Image.linear_gradient("L").resize((width, height))
    image = Image.merge("RGB", (noise.rotate(90), noise.rotate(270), noise)).convert(mode)
    return written(image, kind, **how)


def written(image: Any, kind: str = "JPEG", **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def taken_in_paris(
    width: int = 800, height: int = 600, *, turned: int = 1, kind: str = "JPEG"
) -> bytes:
    """Return a photograph as a telephone takes it: it knows where, by which machine, and which way is up."""
    exif = Image.Exif()
    exif[MAKE] = "Telephone of Zoé"
    exif[ORIENTATION] = turned
    exif.get_ifd(GPS).update(PARIS)
    return picture(width, height, kind, exif=exif.tobytes(), quality=90)


def opened(content: bytes) -> Any:
    """Read a picture."""
    image = Image.open(io.BytesIO(content))
    image.load()
    return image


PDF = b"%PDF-1.7\n1 0 obj <</Type /Catalog>> endobj\ntrailer <</Root 1 0 R>>\n%%EOF\n"
PROGRAM = b"MZ\x90\x00\x03\x00\x00\x00 This program cannot be run in DOS mode."
DRAWING = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
