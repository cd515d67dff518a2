"""What is in force is known in every process, by heart."""

import os
import signal
import threading
from collections.abc import Iterator
from typing import Annotated, Any
from uuid import uuid4

import pytest
from msgspec.structs import replace

from adapters.clock import SettableClock
from adapters.configuration.known import KnownConfiguration
from adapters.postgres import DatabaseUnavailableError
from domain.business.configuration import Declaration, Plain, Typed, typed_of
from domain.confidential import Secret
from domain.fields import Held, Line
from domain.messages import Value
from infra.composition import System, running_system
from infra.settings import Settings
from tests.acceptance.processes import Http, one_server, owner
from tests.business.configuration.examples import (
    GOOD_KEY,
    SIGNS,
    SIGNS_NEXT,
    STRIPE,
)
from tests.business.configuration.provider import Provider
from tests.running import Running
from tests.waiting import until

pytestmark = pytest.mark.postgres

WHERE = "/v1/configuration/stripe"
NEXT = {**STRIPE, "webhook_secret": {"value": SIGNS_NEXT}}


@pytest.fixture
def two(
    there: Provider, dsn: str, clock: SettableClock, settings: Settings
) -> Iterator[tuple[Running, Running]]:
    """Two systems on one database, for one business."""
    asking = there.settings(settings)
    with (
        running_system(asking, dsn, clock=clock) as first,
        running_system(asking, dsn, clock=clock) as second,
        Running.of(first, clock) as here,
        Running.of(second, clock, here.tenant) as elsewhere,
    ):
        yield here, elsewhere


def signs(running: Running) -> list[str]:
    found = running.system.configured.secrets_of(running.tenant, "stripe")
    return [each.decode() for each in found]


def test_what_is_known_is_answered_without_a_question(asking: Running) -> None:
    asking.http().put(WHERE, json=STRIPE)
    known = asking.system.configured
    signs(asking)
    lookups, queries = known.lookups, known.queries

    for _ in range(1_000):
        assert signs(asking) == [SIGNS]

    assert (known.lookups - lookups, known.queries - queries) == (1_000, 0)
    shown = asking.http().get("/metrics").text
    assert f'frontdesk_configuration_asked{{of="memory"}} {float(known.lookups)}' in shown
    assert f'frontdesk_configuration_asked{{of="database"}} {float(known.queries)}' in shown


def test_that_nothing_is_configured_is_known_too(asking: Running) -> None:
    known = asking.system.configured

    assert known.values(asking.tenant, "stripe") is None
    assert known.values(asking.tenant, "no such") is None
    assert known.secrets_of(asking.tenant, "no such") == ()
    assert (signs(asking), known.queries, known.lookups) == ([], 1, 2)


class Manners(Value, frozen=True, kw_only=True):
    """Something plain, with a default for all of it."""

    greeting: Line = "Bonjour"
    most: Annotated[int, Held(ge=1, le=9)] = 3
    formal: bool = True


MANNERS = Declaration(
    key="manners", says="How we talk.", values=Manners, examples=(Manners(), Manners(most=4))
)


def test_what_is_plain_has_its_defaults_until_somebody_says_otherwise(asking: Running) -> None:
    system, declared = asking.system, {"manners": MANNERS}
    known = KnownConfiguration(system.database, system.store, asking.clock, declared=declared)
    typed = typed_of(Manners(greeting="Salut", formal=False))
    fewer = Typed(plain=(*typed.plain[:1], Plain(name="gone", value=7)))

    assert known.values(asking.tenant, "manners") == Manners()
    assert MANNERS.values_of(typed) == Manners(greeting="Salut", formal=False)
    assert MANNERS.values_of(fewer) == Manners(greeting="Salut"), (
        "what was declared once is not read"
    )


def test_what_could_not_be_kept_is_not_declared() -> None:
    class Nested(Value, frozen=True, kw_only=True):
        within: Manners

    class Listed(Value, frozen=True, kw_only=True):
        secrets: tuple[Secret, ...] = ()

    for values in (Nested, Listed):
        with pytest.raises(ValueError, match="cannot be kept"):
            Declaration(key="x", says="", values=values, examples=(Manners(), Manners()))
    with pytest.raises(ValueError, match="has to be a secret"):
        replace(MANNERS, verifies="greeting")


def test_what_one_process_changes_another_knows_when_the_bell_rings(
    two: tuple[Running, Running],
) -> None:
    here, elsewhere = two
    for each in two:
        each.system.join_others()
    assert signs(elsewhere) == []

    here.http().put(WHERE, json=STRIPE)
    until(lambda: signs(elsewhere) == [SIGNS])
    here.http().put(WHERE, json=NEXT)
    until(lambda: signs(elsewhere) == [SIGNS_NEXT, SIGNS])
    here.http().delete(f"{WHERE}/former")
    until(lambda: signs(elsewhere) == [SIGNS_NEXT])
    here.http().delete(WHERE)
    until(lambda: signs(elsewhere) == [])


def test_who_hears_no_bell_looks_all_the_same(two: tuple[Running, Running]) -> None:
    """Whoever changed it died before they could ring, or the line is lost."""
    here, elsewhere = two
    here.http().put(WHERE, json=STRIPE)
    assert signs(elsewhere) == [SIGNS]
    here.http().put(WHERE, json=NEXT)
    assert signs(elsewhere) == [SIGNS]

    elsewhere.system.configured.look()

    assert signs(elsewhere) == [SIGNS_NEXT, SIGNS]


def test_a_look_keeps_what_is_still_so(two: tuple[Running, Running]) -> None:
    here, _ = two
    here.http().put(WHERE, json=STRIPE)
    signs(here)
    queries = here.system.configured.queries

    here.system.configured.look()

    assert (signs(here), here.system.configured.queries) == ([SIGNS], queries)


def test_what_was_read_while_it_changed_is_not_believed(asking: Running) -> None:
    """Between the reading and the learning somebody else has forgotten it."""
    known = asking.system.configured
    asking.http().put(WHERE, json=STRIPE)

    class Slow(KnownConfiguration):
        def _read(self, place: Any) -> Any:
            found = super()._read(place)
            self.forget()
            return found

    slow = Slow(asking.system.database, asking.system.store, asking.clock)
    slow.values(asking.tenant, "stripe")
    slow.values(asking.tenant, "stripe")

    assert (slow.queries, known.values(asking.tenant, "stripe").secret_key.value) == (2, GOOD_KEY)


def test_no_more_is_known_than_there_is_room_for(asking: Running) -> None:
    system = asking.system
    small = KnownConfiguration(system.database, system.store, asking.clock, most=2)

    for key in ("stripe", "resend", "pusher", "stripe"):
        small.values(asking.tenant, key)

    assert small.queries == 4


def test_strangers_do_not_push_out_what_is_known_of_anybody(asking: Running) -> None:
    """Whoever calls in a provider's name chooses the business: there may be no such."""
    asking.http().put(WHERE, json=STRIPE)
    system = asking.system
    small = KnownConfiguration(system.database, system.store, asking.clock, most=2)
    small.secrets_of(asking.tenant, "stripe")

    for _ in range(5):
        assert small.secrets_of(str(uuid4()), "stripe") == ()
    queries = small.queries

    assert small.secrets_of(asking.tenant, "stripe") == (SIGNS.encode(),)
    assert small.queries == queries


def test_of_strangers_nothing_is_remembered_among_what_the_log_says(asking: Running) -> None:
    class Untouched:
        def state(self, *_: Any, **__: Any) -> Any:
            raise AssertionError("what is remembered of others would be pushed out")

    store: Any = Untouched()
    known = KnownConfiguration(asking.system.database, store, asking.clock)

    assert known.secrets_of(str(uuid4()), "stripe") == ()


def test_a_process_without_its_database_goes_on_with_what_it_knows(asking: Running) -> None:
    asking.http().put(WHERE, json=STRIPE)
    signs(asking)

    class Away:
        def as_onlooker(self) -> Any:
            raise DatabaseUnavailableError

    known, stop = asking.system.configured, threading.Event()
    known._database = Away()  # type: ignore[assignment] # whatever is asked is not there
    stop.set()
    known._try_to_look()

    assert signs(asking) == [SIGNS]


def test_what_is_known_in_the_clear_is_shown_to_nobody(asking: Running) -> None:
    asking.http().put(WHERE, json=STRIPE)
    known = asking.system.configured
    values = known.values(asking.tenant, "stripe")

    shown = repr([known, known._known, values, str(values), vars(known)])

    assert GOOD_KEY not in shown
    assert SIGNS not in shown


def _signs(system: System, tenant: str) -> list[str]:
    return [each.decode() for each in system.configured.secrets_of(tenant, "stripe")]


def test_a_real_process_changes_it_and_is_killed(
    there: Provider,
    dsn: str,
    clock: SettableClock,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asking = there.settings(settings)
    monkeypatch.setenv("STRIPE_URL", there.url)
    monkeypatch.setenv("OUTGOING_PORTS", str(there.port))
    monkeypatch.setenv("OUTGOING_PLAIN_HTTP", "true")
    monkeypatch.setenv("OUTGOING_NETWORKS", "127.0.0.2/32")
    with (
        running_system(asking, dsn, clock=clock) as system,
        one_server(dsn) as (port, pid),
    ):
        system.join_others()
        token = owner(port)
        with Http(port, token) as http:
            tenant = http("GET", "/v1/auth/me").body["tenant_id"]
            assert system.configured.secrets_of(tenant, "stripe") == ()
            put = http("PUT", WHERE, STRIPE)
            os.kill(pid, signal.SIGKILL)

        assert put.status == 200, put.body
        until(lambda: _signs(system, tenant) == [SIGNS])
