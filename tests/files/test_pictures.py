"""Pictures made of pictures: upright, in sRGB, saying nothing besides, never larger; and what is no picture,
or more than one, harms nobody.
"""

import struct
import subprocess
import zlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms
from PIL.PngImagePlugin import PngInfo

from adapters.files import making
from adapters.files.pictures import Bounds, OtherProcess
from application.files.store import Pictures, TooManyPointsError, UnreadableError
from tests.files.pictures import GPS, opened, picture, taken_in_paris, written

made_of = OtherProcess()


def sizes(pictures: Pictures) -> list[tuple[str, int, int]]:
    return [(each.picture.size, *opened(each.content).size) for each in pictures.made]


@pytest.mark.parametrize("turned", range(1, 9))
def test_whichever_way_it_was_held_it_is_seen_upright(turned: int) -> None:
    upright = opened(taken_in_paris(80, 60))
    back = {1: (), 2: (0,), 3: (3,), 4: (1,), 5: (5,), 6: (2,), 7: (6,), 8: (4,)}[turned]
    held = upright
    for step in back:
        held = held.transpose(Image.Transpose(step))
    exif = Image.Exif()
    exif[0x0112] = turned

    pictures = made_of(written(held, "JPEG", exif=exif.tobytes(), quality=95))

    (large, *_) = (opened(each.content).convert("RGB") for each in pictures.made)
    assert (pictures.width, pictures.height) == (80, 60) == large.size
    for point in ((5, 30), (75, 30), (40, 5), (40, 55)):
        one, other = upright.getpixel(point), large.getpixel(point)
        assert all(abs(a - b) < 40 for a, b in zip(one, other, strict=True)), point


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_nobody_is_told_where_it_was_taken_or_by_whom(kind: str) -> None:
    came = taken_in_paris(2000, 1500, kind=kind)
    assert opened(came).getexif().get_ifd(GPS), "or there is nothing to be taken out"

    for made in made_of(came).made:
        assert b"Telephone" not in made.content
        assert b"Exif" not in made.content
        assert b"EXIF" not in made.content
        assert dict(opened(made.content).getexif()) == {}


def test_what_is_said_in_other_ways_is_left_behind_too() -> None:
    text = PngInfo()
    text.add_text("Author", "Zoé of the sea")
    text.add_itxt("XML:com.adobe.xmp", "<x>Zoé of the sea</x>")
    commented = [
        picture(900, 700, "PNG", pnginfo=text),
        picture(900, 700, comment=b"Zoe of the sea"),
    ]

    for came in commented:
        assert b"of the sea" in came
        assert not any(b"of the sea" in made.content for made in made_of(came).made)


def test_colours_are_those_of_srgb() -> None:
    """A profile in which what is said to be red is another red."""
    wide = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB"))
    image = Image.new("RGB", (400, 300), (200, 30, 30))
    linear = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    said = written(image, "JPEG", icc_profile=linear, quality=95)
    wrong = written(image, "JPEG", icc_profile=wide.tobytes(), quality=95)
    none = written(image, "JPEG", icc_profile=b"no profile at all", quality=95)

    for came in (said, wrong, none):
        (large, *_) = made_of(came).made
        shown = opened(large.content)
        red = shown.convert("RGB").getpixel((200, 150))
        assert "icc_profile" not in shown.info
        assert all(abs(a - b) < 12 for a, b in zip(red, (200, 30, 30), strict=True))


def test_a_profile_is_followed() -> None:
    """Red and blue are exchanged by it: what is stored as red is seen as blue."""
    swapped = _with_red_and_blue_exchanged(
        ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    )
    came = written(Image.new("RGB", (400, 300), (220, 20, 20)), "PNG", icc_profile=swapped)

    (large, *_) = made_of(came).made

    red, _, blue = opened(large.content).convert("RGB").getpixel((200, 150))
    assert blue > 150 > red


def _with_red_and_blue_exchanged(profile: bytes) -> bytes:
    """Exchange the tags rXYZ and bXYZ in a profile (ICC.1:2010, 7.3)."""
    return profile.replace(b"rXYZ", b"____").replace(b"bXYZ", b"rXYZ").replace(b"____", b"bXYZ")


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *(
            ("RGB", "PNG"),
            ("RGBA", "PNG"),
            ("P", "PNG"),
            ("LA", "PNG"),
            ("1", "PNG"),
            ("I;16", "PNG"),
        ),
        *(("L", "JPEG"), ("CMYK", "JPEG"), ("RGB", "WEBP"), ("RGBA", "WEBP")),
    ],
)
def test_whatever_its_colours_are_kept_in_it_is_shown(mode: str, kind: str) -> None:
    image = Image.new("RGB", (300, 200), (128, 128, 128))
    grey = image.convert("L").convert("I").point(lambda v: v * 256) if mode == "I;16" else image
    came = written(grey.convert(mode), kind)

    (large, *_) = made_of(came).made

    shown = opened(large.content).convert("RGB").getpixel((150, 100))
    near = {"1": 128, "CMYK": 40, "P": 30}.get(mode, 12)
    assert all(abs(value - 128) <= near for value in shown), shown


def test_what_one_can_see_through_stays_so() -> None:
    image = Image.new("RGBA", (300, 200), (255, 0, 0, 0))

    (large, *_) = made_of(written(image, "PNG")).made

    assert opened(large.content).convert("RGBA").getpixel((150, 100))[3] == 0


NO_PICTURE_HAS_FEWER = 200
"""Bytes: of a few points there is hardly anything but the frame."""


@given(
    st.integers(1, 400),
    st.integers(1, 400),
    st.sampled_from(["JPEG", "PNG", "WEBP"]),
    st.integers(5, 95),
)
def test_nothing_is_larger_than_what_it_was_made_of(
    width: int, height: int, kind: str, quality: int
) -> None:
    came = (
        picture(width, height, kind)
        if kind == "PNG"
        else picture(width, height, kind, quality=quality)
    )
    image = making._shown(opened(came))
    pictures = making._pictures(image, len(came), is_drawing=kind != "JPEG")

    assert pictures
    before = max(len(came), NO_PICTURE_HAS_FEWER)
    for about, content in pictures:
        assert len(content) <= before
        assert about["width"] <= width
        assert about["height"] <= height
        before = len(content)


def test_a_small_one_is_made_no_larger() -> None:
    assert sizes(made_of(picture(100, 50))) == [("large", 100, 50)]
    assert [each[0] for each in sizes(made_of(picture(500, 400)))] == ["large", "small"]
    assert sizes(made_of(picture(1, 1, "PNG"))) == [("large", 1, 1)]
    assert sizes(made_of(picture(3000, 3))) == [
        ("large", 1600, 2),
        ("medium", 640, 1),
        ("small", 160, 1),
    ]


# --- What is none ---------------------------------------------------------------------


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few kilobytes that says it is so large, and is."""
    row = b"\0" + bytes(width // 8 + 1)
    packer = zlib.compressobj(9)
    data = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", data)
        + _chunk(b"IEND", b"")
    )


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def test_a_bomb_is_not_opened() -> None:
    came = bomb(20_000, 20_000)

    assert len(came) < 100_000
    with pytest.raises(TooManyPointsError):
        made_of(came)


def test_one_that_says_it_is_small_and_is_not_is_no_picture() -> None:
    lying = bomb(4000, 4000)
    small = struct.pack(">IIBBBBB", 10, 10, 1, 0, 0, 0, 0)
    lying = lying[:8] + _chunk(b"IHDR", small) + lying[8 + 25 :]

    pictures = made_of(lying)

    assert (pictures.width, pictures.height) == (10, 10), "no more is read than was said"


@pytest.mark.parametrize(
    "came",
    [
        b"",
        b"\xff\xd8\xff\xe0 no more than its beginning",
        picture(800, 600)[:2000],
        picture(800, 600, "PNG")[:2000],
        picture(800, 600, "WEBP")[:1000],
        written(Image.new("RGB", (8, 8)), "GIF"),
        written(Image.new("RGB", (8, 8)), "TIFF"),
        b"%PDF-1.7",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
def test_what_is_no_picture_of_ours_is_unreadable(came: bytes) -> None:
    with pytest.raises(UnreadableError):
        made_of(came)


def test_what_takes_more_memory_than_there_is_is_unreadable() -> None:
    little = OtherProcess(Bounds(memory=150_000_000))

    with pytest.raises(UnreadableError):
        little(picture(6000, 6000, "PNG"))


def test_what_takes_too_long_is_unreadable() -> None:
    hurried = OtherProcess(Bounds(seconds=0))

    with pytest.raises(UnreadableError):
        hurried(picture(2000, 2000))


def test_the_process_is_given_none_of_our_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []
    run = subprocess.run

    def watched(*command: Any, **how: Any) -> Any:
        seen.append(how)
        return run(*command, **how)

    monkeypatch.setattr(subprocess, "run", watched)

    made_of(picture(10, 10))

    assert [each["env"] for each in seen] == [{}]
