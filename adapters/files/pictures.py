"""Has pictures made of pictures, by a process for each: see `making.py`."""

import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

import adapters.files
from application.files.store import Made, Pictures, TooManyPointsError, UnreadableError
from domain.files.files import Content, Picture, Size
from domain.files.purposes import MediaType

MAKING: Final = Path(adapters.files.__file__).with_name("making.py")
TOO_MANY_POINTS: Final = 4


class Bounds(NamedTuple):
    """What one picture may take: points, bytes of memory, and seconds."""

    points: int = 50_000_000
    memory: int = 1_000_000_000
    seconds: int = 20


class _Said(msgspec.Struct):
    size: Size
    width: int
    height: int
    media_type: MediaType
    bytes: int


class _All(msgspec.Struct):
    width: int
    height: int
    made: list[_Said]


class OtherProcess:
    """Makes pictures in another process, which is given nothing but the picture."""

    def __init__(self, bounds: Bounds = Bounds()) -> None:
        self._bounds = bounds

    def __call__(self, content: bytes) -> Pictures:
        """Return them, the largest first. Raises UnreadableError, TooManyPointsError."""
        command = [sys.executable, "-I", str(MAKING), *map(str, self._bounds)]
        try:
            ended = subprocess.run(  # noqa: S603 - our own program, by its path
                command,
                input=content,
                capture_output=True,
                env={},
                timeout=self._bounds.seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise UnreadableError("it takes too long") from None
        if ended.returncode == TOO_MANY_POINTS:
            raise TooManyPointsError(f"more than {self._bounds.points} points")
        if ended.returncode:
            raise UnreadableError(f"ended with {ended.returncode}")
        return _understood(ended.stdout)


def _understood(output: bytes) -> Pictures:
    line, _, rest = output.partition(b"\n")
    try:
        said = msgspec.json.decode(line, type=_All)
    except msgspec.DecodeError:
        raise UnreadableError("nothing was made of it") from None
    made = []
    for each in said.made:
        content, rest = rest[: each.bytes], rest[each.bytes :]
        made.append(Made(_picture(each, content), content))
    if not made:
        raise UnreadableError("nothing was made of it")
    return Pictures(width=said.width, height=said.height, made=tuple(made))


def _picture(said: _Said, content: bytes) -> Picture:
    digest = sha256(content).hexdigest()
    return Picture(
        size=said.size,
        width=said.width,
        height=said.height,
        content=Content(media_type=said.media_type, size=len(content), sha256=digest),
    )
