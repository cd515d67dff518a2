"""A worker whose broker goes in the moment when it begins waits for it, like any other."""

import pytest

from infra.servers.children import free_port
from tests.forked import printed

pytestmark = pytest.mark.slow


def began(how: str) -> str:
    """Let a process begin without a broker, and end well; return what it prints."""
    return printed("tests.streams.beginning", how, f"127.0.0.1:{free_port()}")


def test_faust_gives_up_without_a_broker_and_can_begin_again() -> None:
    assert began("twice") == "None None\n"


def test_who_is_told_to_stop_in_that_moment_stops() -> None:
    assert began("told to stop") == ""


def test_whatever_it_waits_for_then_it_stops_before_long() -> None:
    assert began("told to stop, and waiting") == ""
