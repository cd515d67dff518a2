"""Makes pictures of a picture that somebody sent, in a process of its own: it knows nothing, may use no
more memory and time than it was given, and dies alone.

    python making.py MOST_POINTS MOST_MEMORY SECONDS  < picture  > a line of JSON, and then the pictures

Ends with UNREADABLE or TOO_MANY_POINTS; whatever else it dies of, the picture is no good either.
"""

import io
import json
import resource
import sys
import warnings
from collections.abc import Iterator
from typing import Any, Final

from PIL import Image, ImageCms, ImageOps

UNREADABLE: Final = 3
TOO_MANY_POINTS: Final = 4

FORMATS: Final = ("JPEG", "PNG", "WEBP")
SIZES: Final = (("large", 1600), ("medium", 640), ("small", 160))
QUALITIES: Final = (82, 65, 45, 25, 8, 1)
"""The first at which a picture is no larger than what it was made of, in bytes."""

LOSSLESS: Final = 1_000_000
"""Points up to which a drawing is also tried without loss."""

TURNED: Final = frozenset({5, 6, 7, 8})
"""Orientations (EXIF 2.3, tag 274) in which width is height."""

ORIENTATION: Final = 274
SRGB: Final = ImageCms.createProfile("sRGB")


def main(most_points: int, most_memory: int, seconds: int) -> int:
    """Read a picture, and write what was made of it."""
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_AS, (most_memory, most_memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    warnings.simplefilter("ignore")
    Image.MAX_IMAGE_PIXELS = None  # counted below, before a point is read
    came = sys.stdin.buffer.read()
    try:
        return _made(came, most_points)
    except Exception:  # noqa: BLE001 - a decoder may fail at anything, and what it says repeats what came
        return UNREADABLE


def _made(came: bytes, most_points: int) -> int:
    with Image.open(io.BytesIO(came), formats=FORMATS) as image:
        width, height = image.size
        if width * height > most_points:
            return TOO_MANY_POINTS
        if image.getexif().get(ORIENTATION) in TURNED:
            width, height = height, width
        is_drawing = image.format != "JPEG"
        shown = _shown(image)
    pictures = _pictures(shown, len(came), is_drawing=is_drawing)
    said = {
        "width": width,
        "height": height,
        "made": [{**about, "bytes": len(content)} for about, content in pictures],
    }
    sys.stdout.buffer.write(json.dumps(said).encode() + b"\n")
    for _, content in pictures:
        sys.stdout.buffer.write(content)
    return 0


def _shown(image: Any) -> Any:
    """Return a picture as it is seen, upright and in sRGB, no larger than the largest that is made; what
    was said beside it is left behind.
    """
    profile = image.info.get("icc_profile")
    if image.mode.startswith("I"):  # sixteen bits for each point
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode not in ("RGB", "RGBA", "L", "LA", "CMYK"):
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    image.thumbnail((SIZES[0][1], SIZES[0][1]), Image.Resampling.LANCZOS)
    image = _in_srgb(ImageOps.exif_transpose(image), profile)
    image.info = {}
    return image


def _in_srgb(image: Any, profile: bytes | None) -> Any:
    mode = "RGBA" if image.has_transparency_data else "RGB"
    if profile:
        try:
            alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
            plain = image.convert(image.mode.removesuffix("A")) if alpha else image
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            image = ImageCms.profileToProfile(plain, source, SRGB, outputMode="RGB")
            if alpha is not None:
                image.putalpha(alpha)
        except (ImageCms.PyCMSError, OSError, ValueError):
            pass  # a profile that is none, or of other colours than the picture's
    return image.convert(mode)


def _pictures(shown: Any, most: int, *, is_drawing: bool) -> list[tuple[dict[str, Any], bytes]]:
    """Return those that are smaller than the one before, the largest first; none has more bytes than what
    came. Were there none, the smallest there is.
    """
    tried = list(_tried(shown, most, is_drawing=is_drawing))
    kept = []
    for about, content in tried:
        if len(content) <= most:
            kept.append((about, content))
            most = len(content)
    return kept or tried[-1:]


def _tried(shown: Any, most: int, *, is_drawing: bool) -> Iterator[tuple[dict[str, Any], bytes]]:
    before = None
    for name, points in SIZES:
        image = shown.copy()
        image.thumbnail((points, points), Image.Resampling.LANCZOS)
        if image.size != before:
            before = image.size
            kind, content = _smallest(image, most, is_drawing=is_drawing)
            about = {"size": name, "width": image.width, "height": image.height}
            yield {**about, "media_type": kind}, content


def _smallest(image: Any, most: int, *, is_drawing: bool) -> tuple[str, bytes]:
    tried: list[tuple[str, bytes]] = []
    if is_drawing and image.width * image.height <= LOSSLESS:
        tried.append(("image/webp", _written(image, "WEBP", lossless=True, quality=60, method=4)))
    for quality in QUALITIES:
        tried.append(("image/webp", _written(image, "WEBP", quality=quality, method=4)))
        if image.mode == "RGB":
            how = {"quality": quality, "optimize": True, "progressive": True}
            tried.append(("image/jpeg", _written(image, "JPEG", **how)))
        found = min(tried, key=lambda each: len(each[1]))
        if len(found[1]) <= most:
            return found
    return min(tried, key=lambda each: len(each[1]))


def _written(image: Any, kind: str, **how: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
