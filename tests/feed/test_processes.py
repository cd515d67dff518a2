"""Several processes, of another release, or on a log that was restored: a listener hears all of it, once, or is
told to read anew.
"""

from typing import Any

import httpx2 as httpx
import psycopg
import pytest

from adapters.clock import SettableClock
from domain.scheduling.services import ServiceCreated
from infra.composition import System, running_system
from infra.settings import Settings
from tests.feed.listening import Streaming, ids
from tests.feed.scenes import bearer, log, offer
from tests.http.sockets import served
from tests.operations.releases import FIRST, record
from tests.running import Running

pytestmark = pytest.mark.postgres


def test_what_happens_in_one_process_is_heard_in_the_other(
    two_systems: tuple[Running, Running],
) -> None:
    """Also without a bell between them."""
    here, there = two_systems
    mine, others = bearer(here), bearer(there)
    with served(here.app) as one, served(there.app) as other:
        with (
            Streaming(one, "?after=0", **mine) as first,
            Streaming(other, "?after=0", **others) as second,
        ):
            first.until("subscribed")
            second.until("subscribed")
            offer(here, 3)
            offer(there, 3)
            assert ids(first.take(6)) == ids(second.take(6)) == log(one, mine) == log(other, others)
        moved = log(other, others)[2]
        with Streaming(other, **others, **{"Last-Event-ID": moved}) as third:
            assert ids(third.until("subscribed")) == log(one, mine, moved)


def test_what_only_a_newer_release_can_tell_is_not_left_out(
    running: Running, port: int, newer: System
) -> None:
    mine = bearer(running)
    offer(running, 2)
    record(
        newer, running.tenant, "service-0198c0de-0000-7000-8000-000000000001", FIRST[ServiceCreated]
    )
    offer(running)

    before = httpx.get(f"http://127.0.0.1:{port}/v1/feed?after=0", headers=mine).json()
    assert (len(before["data"]), before["has_more"]) == (2, True)
    refused = httpx.get(
        f"http://127.0.0.1:{port}/v1/feed", params={"after": before["position"]}, headers=mine
    )
    assert (refused.status_code, refused.json()["code"]) == (503, "not-readable-here")
    with Streaming(port, "?after=0", **mine) as stream:
        assert [name for name, _ in stream.said()] == ["replaying", "message", "message", "end"]


def test_who_listens_to_a_log_that_is_replaced_is_told_to_read_anew(
    running: Running, port: int, dsn: str, clock: SettableClock, settings: Settings
) -> None:
    mine = bearer(running)
    offer(running, 3)
    with Streaming(port, "?after=0", **mine) as stream:
        stream.until("subscribed")
        with psycopg.connect(dsn) as superuser:
            superuser.execute("TRUNCATE log.events, log.commands")
        with (
            running_system(settings, dsn, clock=clock) as restored,
            Running.of(restored, clock, running.tenant) as after,
        ):
            offer(after, 5)
            said: dict[str, Any] = {}
            for name, data in stream.said():
                said[name] = data
                if name == "subscribed":
                    break
            since = said["resync"]["position"]
            assert said["resync"]["code"] == "position-unknown"
            offer(after)
            expected = log(port, mine, since)
            assert ids(stream.take(len(expected))) == expected
