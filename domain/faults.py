"""What is wrong with a value that somebody wrote, and where."""

from collections.abc import Iterable, Iterator

from domain.messages import Value


class Fault(Value, frozen=True):
    """`pointer` is a JSON pointer into the value; `code` is for programs, `detail` for people."""

    pointer: str
    code: str
    detail: str


def below(place: str, faults: Iterable[Fault]) -> Iterator[Fault]:
    """Return the faults of a part, as faults of the whole that has it at `place`."""
    for fault in faults:
        yield Fault(f"/{place}{fault.pointer}", fault.code, fault.detail)


def in_document(faults: Iterable[Fault]) -> list[Fault]:
    """Return faults as people who sent the value in a JSON document look for them: `#/hours/…`."""
    return [Fault(f"#{fault.pointer}", fault.code, fault.detail) for fault in faults]
