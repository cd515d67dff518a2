"""What the next step needs is read while this one is recorded, and is what it would have read itself."""

import threading

import pytest
from msgspec.structs import replace

from application.operations.long_operations import Operation, OperationState
from infra.imports import ahead
from infra.imports.ahead import Ahead

OPERATION = Operation(
    id="operation-1",
    tenant="tenant",
    kind="import-leads",
    about="leads",
    started_by="user-1",
    given={},
    state=OperationState.RUNNING,
    steps=0,
    done=0,
    total=0,
    checkpoint={},
    bytes=0,
)


class Parts:
    """Gives parts, and remembers who asked for which."""

    def __init__(self, fails: int = 0) -> None:
        self.read: list[tuple[str, int, bool]] = []
        self._fails = fails

    def __call__(self, operation: Operation) -> str:
        ahead_of_time = threading.current_thread() is not threading.main_thread()
        self.read.append((operation.id, operation.steps, ahead_of_time))
        if self._fails:
            self._fails -= 1
            raise RuntimeError("broken")
        return f"{operation.id}/{operation.steps}"


def at(step: int, name: str = OPERATION.id) -> Operation:
    return replace(OPERATION, id=name, steps=step)


def test_what_was_read_ahead_is_not_read_again() -> None:
    parts = Parts()
    reading = Ahead(parts)

    first = reading(at(0))
    reading.go_on(at(0))
    second = reading(at(1))

    assert (first, second) == ("operation-1/0", "operation-1/1")
    assert parts.read == [("operation-1", 0, False), ("operation-1", 1, True)]


def test_what_could_not_be_read_ahead_is_read_when_it_is_needed() -> None:
    parts = Parts(fails=1)
    reading = Ahead(parts)

    reading.go_on(at(0))

    assert reading(at(1)) == "operation-1/1"
    assert [ahead_of_time for *_, ahead_of_time in parts.read] == [True, False]


def test_of_operations_that_nobody_goes_on_with_nothing_is_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(ahead, "MOST", 1)
    parts = Parts()
    reading = Ahead(parts)

    reading.go_on(at(0, "operation-1"))
    reading.go_on(at(0, "operation-2"))

    assert reading(at(1, "operation-1")) == "operation-1/1"
    assert reading(at(1, "operation-2")) == "operation-2/1"
    assert parts.read.count(("operation-1", 1, False)) == 1
