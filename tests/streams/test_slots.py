"""A worker that is given nothing leaves, to be started again; one that has something stays."""

import threading

from adapters.bell import Bell
from adapters.streams.worker import Slots


def test_a_worker_without_slots_is_useless_before_long() -> None:
    slots = Slots(Bell())
    slots.are_mine(())

    assert slots.wait_until_useless(threading.Event(), seconds=0.01)


def test_a_worker_with_slots_is_not() -> None:
    slots, stop = Slots(Bell()), threading.Event()
    slots.are_mine([3, 1])
    threading.Timer(0.1, stop.set).start()

    assert not slots.wait_until_useless(stop, seconds=0.01)
    assert slots.mine == [1, 3]


def test_a_worker_that_loses_its_slots_is_useless_then() -> None:
    slots = Slots(Bell())
    slots.are_mine([1])
    threading.Timer(0.05, slots.are_mine, [()]).start()

    assert slots.wait_until_useless(threading.Event(), seconds=0.01)
