"""The SQL function `log.append`, against a model of it that does one command after the other."""

import json
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from psycopg import Connection, errors

from adapters.event_store.verify import verify

pytestmark = pytest.mark.postgres

STREAMS = ("guest-a", "guest-b", "guest-c")
LIVE, ERASED = "live", "erased"

Row = dict[str, Any]
Verdict = tuple[Any, ...]


# --- What a command wants -------------------------------------------------------------------


@dataclass(frozen=True)
class Touch:
    """What a command does with a stream: `off` is by how much it errs about its version."""

    stream: str
    off: int
    events: int
    personal: bool
    makes_key: bool


@dataclass(frozen=True)
class Wanted:
    """A command. `again` repeats one sent before, if there is one."""

    tenant: int
    again: int | None
    touches: Sequence[Touch]
    erases: Sequence[str]


touches = st.builds(
    Touch,
    stream=st.sampled_from(STREAMS),
    off=st.sampled_from([0, 0, 0, 0, 1, -1]),
    events=st.integers(0, 2),
    personal=st.booleans(),
    makes_key=st.booleans(),
)
commands = st.builds(
    Wanted,
    tenant=st.integers(0, 1),
    again=st.none() | st.none() | st.integers(0, 5),
    touches=st.lists(touches, max_size=2, unique_by=lambda touch: touch.stream),
    erases=st.just(()) | st.just(()) | st.lists(st.sampled_from(STREAMS), min_size=1, max_size=2),
)


# --- The model ------------------------------------------------------------------------------


@dataclass
class Tenant:
    """What is known of one tenant."""

    id: str = field(default_factory=lambda: str(uuid4()))
    position: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    answers: dict[str, Verdict] = field(default_factory=dict)


@dataclass
class Model:
    """Carries commands out one after the other, and knows what the log must answer."""

    tenants: list[Tenant] = field(default_factory=lambda: [Tenant(), Tenant()])
    position: int = 0
    recorded: list[tuple[str, str, int]] = field(default_factory=list)

    def rows(self, wanted: Wanted) -> list[Row]:
        """Say what the command wants, as it would be said now."""
        tenant = self.tenants[wanted.tenant]
        known = sorted(tenant.answers)
        id_ = known[wanted.again % len(known)] if wanted.again is not None and known else None
        rows: list[Row] = []
        for touch in wanted.touches:
            rows += _rows(touch, tenant.versions.get(touch.stream, 0) + touch.off)
        rows += [{"stream": stream, "erase": True} for stream in wanted.erases]
        rows = [{"tenant": tenant.id, **row} for row in rows or [{}]]
        rows[0] |= {"command": id_ or str(uuid4()), "fingerprint": f"print {len(rows)}"}
        rows[-1]["last"] = True
        return rows

    def carry_out(self, wanted: Wanted, rows: Sequence[Row]) -> Verdict:
        """Return the verdict: outcome, both positions, count, stream, version, fingerprint."""
        tenant, command = self.tenants[wanted.tenant], rows[0]["command"]
        if command in tenant.answers:
            return ("repeated", *tenant.answers[command])
        refused = self._refused(tenant, rows)
        if refused is not None:
            return ("conflict", None, None, 0, *refused, None)
        for row in rows:
            self._apply(tenant, row)
        count = sum("type" in row for row in rows)
        print_ = rows[0]["fingerprint"]
        tenant.answers[command] = (self.position, tenant.position, count, None, None, print_)
        return ("appended", self.position, tenant.position, count, None, None, None)

    def _refused(self, tenant: Tenant, rows: Sequence[Row]) -> tuple[str, int] | None:
        for row in rows:
            stream, key = row.get("stream", ""), tenant.keys.get(row.get("stream", ""))
            version = tenant.versions.get(stream, 0)
            if row.get("expected", version) != version:
                return stream, version
            if ("personal" in row and key == ERASED) or ("key" in row and key):
                return stream, -1
        return None

    def _apply(self, tenant: Tenant, row: Row) -> None:
        if "type" in row:
            self.position += 1
            tenant.position += 1
            tenant.versions[row["stream"]] = row["version"]
            self.recorded.append((tenant.id, row["stream"], row["version"]))
        if "key" in row:
            tenant.keys[row["stream"]] = LIVE
        if "erase" in row:
            tenant.keys[row["stream"]] = ERASED


def _rows(touch: Touch, version: int) -> Iterator[Row]:
    if not touch.events:
        yield {"stream": touch.stream, "expected": version}
    for n in range(1, touch.events + 1):
        row: Row = {
            "stream": touch.stream,
            "version": version + n,
            "type": "t",
            "data": {"n": version + n},
            "metadata": {},
        }
        if n == 1:
            row["expected"] = version
        if touch.personal:
            row["personal"] = b64encode(b"sealed").decode()
        if touch.personal and touch.makes_key and n == 1:
            row["key"] = b64encode(b"wrapped").decode()
        yield row


def ask(connection: Connection[Any], rows: Sequence[Row]) -> list[Verdict]:
    """Send a batch; the answers without the time."""
    verdicts = connection.execute(
        """
        SELECT outcome, last_position, last_tenant_position, event_count, at_stream, at_version,
            first_fingerprint
        FROM log.append(%s::json)
        """,
        (json.dumps(rows),),
    )
    return verdicts.fetchall()


class Batches(RuleBasedStateMachine):
    """Sends batches to PostgreSQL and to the model."""

    def __init__(self, connection: Connection[Any]) -> None:
        super().__init__()
        self.connection = connection
        connection.execute("TRUNCATE log.events, log.commands, log.keys")
        self.model = Model()

    @rule(batch=st.lists(commands, min_size=1, max_size=6))
    def append(self, batch: list[Wanted]) -> None:
        expected, rows = [], []
        for wanted in batch:
            given = self.model.rows(wanted)
            expected.append(self.model.carry_out(wanted, given))
            rows += given
        note(f"{rows}")

        assert ask(self.connection, rows) == expected

    @rule(batch=st.lists(commands, min_size=1, max_size=3))
    def append_and_roll_back(self, batch: list[Wanted]) -> None:
        rows = [row for wanted in batch for row in self.model.rows(wanted)]
        with self.connection.transaction(force_rollback=True):
            ask(self.connection, rows)

    def teardown(self) -> None:
        """Compare what is in the tables."""
        connection, model = self.connection, self.model
        events = connection.execute(
            "SELECT tenant_id::text, stream, version FROM log.events ORDER BY position"
        ).fetchall()
        keys = connection.execute(
            "SELECT tenant_id::text, stream, wrapped IS NOT NULL FROM log.keys"
        ).fetchall()

        assert events == model.recorded
        assert sorted(keys) == sorted(
            (tenant.id, stream, key == LIVE)
            for tenant in model.tenants
            for stream, key in tenant.keys.items()
        )
        assert connection.execute("SELECT count(*) FROM log.commands").fetchall() == [
            (sum(len(tenant.answers) for tenant in model.tenants),)
        ]
        assert verify(connection).findings == []


@pytest.fixture
def connection(dsn: str) -> Iterator[Connection[Any]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def test_a_batch_is_answered_as_if_its_commands_came_one_by_one(
    connection: Connection[Any],
) -> None:
    run_state_machine_as_test(
        lambda: Batches(connection),  # type: ignore[arg-type]  # a factory is as good as the class
        settings=settings(
            max_examples=80,
            stateful_step_count=12,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


# --- What the model does not say ------------------------------------------------------------


def row(tenant: str, stream: str = "guest-a", version: int = 1, **more: Any) -> Row:
    return {
        "tenant": tenant,
        "command": str(uuid4()),
        "stream": stream,
        "version": version,
        "type": "t",
        "data": {},
        "metadata": {},
        "last": True,
        **more,
    }


def test_a_batch_must_end_with_the_end_of_a_command(connection: Connection[Any]) -> None:
    with pytest.raises(errors.RaiseException, match="last row"):
        ask(connection, [row(str(uuid4()), last=False)])

    assert connection.execute("SELECT count(*) FROM log.events").fetchall() == [(0,)]


def test_versions_nobody_expected_are_still_unique(connection: Connection[Any]) -> None:
    tenant = str(uuid4())
    ask(connection, [row(tenant)])

    with pytest.raises(errors.UniqueViolation):
        ask(connection, [row(tenant, version=2), row(tenant)])

    assert connection.execute("SELECT count(*) FROM log.events").fetchall() == [(1,)]


def test_json_is_kept_to_the_byte(connection: Connection[Any]) -> None:
    texts = ('{"b" :1.0,  "a":[ 1e9 ,"\\u00e9é\\n" ], "b":2}', "[]", '"é"', "-0.0", "true")
    tenant = str(uuid4())
    batch = ",".join(
        json.dumps(row(tenant, stream=f"guest-{n}", data="?")).replace('"?"', text)
        for n, text in enumerate(texts)
    )

    connection.execute("SELECT log.append(%s::json)", (f"[{batch}]",))

    stored = connection.execute("SELECT data::text FROM log.events ORDER BY position").fetchall()
    assert stored == [(text,) for text in texts]
    assert verify(connection).findings == []


def test_each_append_bears_its_own_time_of_day(connection: Connection[Any]) -> None:
    tenant = str(uuid4())
    for version, clock in enumerate(("2027-01-04", "2026-01-04", "2028-01-04", "2027-01-04"), 1):
        connection.execute(
            "SELECT log.append(%s::json, %s::timestamptz)",
            (json.dumps([row(tenant, version=version)]), clock),
        )

    years = connection.execute(
        "SELECT extract(year FROM recorded_at)::int FROM log.events ORDER BY position"
    ).fetchall()

    assert years == [(2027,), (2026,), (2028,), (2027,)]


def test_a_plan_made_for_a_small_log_is_none_that_reads_it_all(
    connection: Connection[Any],
) -> None:
    """What a fresh installation has: a handful of rows, and statistics that say so."""
    tenant = str(uuid4())
    for version in range(1, 9):
        ask(connection, [row(tenant, version=version, expected=version - 1)])
    connection.execute("VACUUM ANALYZE log.events, log.commands, log.keys")
    for version in range(9, 19):
        ask(connection, [row(tenant, version=version, expected=version - 1)])
    connection.execute("SELECT pg_stat_force_next_flush()")

    scans: Mapping[str, int] = dict(
        connection.execute(
            "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE schemaname = 'log'"
        ).fetchall()
    )
    ask(connection, [row(tenant, version=19, expected=18)])
    connection.execute("SELECT pg_stat_force_next_flush()")
    later: Mapping[str, int] = dict(
        connection.execute(
            "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE schemaname = 'log'"
        ).fetchall()
    )

    assert later == scans


def test_a_retried_command_is_answered_with_the_time_of_the_first(
    connection: Connection[Any],
) -> None:
    tenant = str(uuid4())
    once = json.dumps([row(tenant, command=str(UUID(int=1)))])
    first, again = (
        connection.execute(
            "SELECT outcome, at_time FROM log.append(%s::json, %s::timestamptz)", (once, clock)
        ).fetchall()[0]
        for clock in ("2027-01-04", "2028-01-04")
    )

    assert (first[0], again[0]) == ("appended", "repeated")
    assert first[1] == again[1]
