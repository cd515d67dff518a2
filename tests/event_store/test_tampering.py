"""Whoever may do anything to the tables is found out, and what they did is named."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection

from adapters.event_store.bundle import export, revealing, verify_bundle
from adapters.event_store.chain import ORIGIN, Chain, Finding, Head, Link, hashed
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.verify import verify
from tests.event_store.examples import (
    ANOTHER_TENANT,
    MASTER_KEY,
    TENANT,
    Came,
    Describe,
    Described,
    Forget,
    Log,
)

pytestmark = pytest.mark.postgres

KEYS = MasterKeys([MASTER_KEY])
ANA, BEN = "guest-ana", "guest-ben"


@pytest.fixture
def tables(log: Log, dsn: str) -> Iterator[Connection[Any]]:
    """Two tenants take turns; the hand of somebody who may do anything to their events."""
    for number in range(1, 9):
        log.record(ANA, Came(guest=ANA, seats=number))
        log.record(BEN, Described(guest=BEN, looks=f"{number}"), tenant=ANOTHER_TENANT)
    with psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


def named(tables: Connection[Any], **more: Any) -> list[tuple[str, int, str]]:
    return [
        (finding.tenant, finding.tenant_position, finding.problem)
        for finding in verify(tables, **more).findings
    ]


def renumber(tables: Connection[Any], behind: int, tenant_behind: int, by: int) -> None:
    """Move what is behind a place, so that no gap and no double shows, and no command tells."""
    tables.execute("DELETE FROM log.commands")
    ours = f"tenant_id = '{TENANT}' AND"
    for column, which, after in (
        ("position", "", behind),
        ("tenant_position", ours, tenant_behind),
    ):
        tables.execute(
            f"UPDATE log.events SET {column} = -{column} WHERE {which} {column} > {after}".encode()
        )
        tables.execute(
            f"UPDATE log.events SET {column} = {by} - {column} WHERE {column} < 0".encode()
        )


def test_an_event_that_was_taken_out_though_the_rest_was_renumbered(
    tables: Connection[Any],
) -> None:
    tables.execute("DELETE FROM log.events WHERE position = 7")
    renumber(tables, behind=7, tenant_behind=4, by=-1)

    found = named(tables)

    assert found[0] == (TENANT, 4, "1 before this were taken out, and the rest renumbered")
    assert {problem for tenant, _, problem in found if tenant == ANOTHER_TENANT} == set()


def test_an_event_that_was_put_in_though_the_rest_was_renumbered(tables: Connection[Any]) -> None:
    renumber(tables, behind=6, tenant_behind=3, by=1)
    tables.execute(
        """
        INSERT INTO log.events
        SELECT 7, tenant_id, 4, stream, 100, type, data, personal, metadata, recorded_at, hash
        FROM log.events WHERE position = 5
        """
    )

    assert (TENANT, 4, f"the event {ANA} 100 was put in") in named(tables)
    assert len(verify(tables).findings) == 2  # the other: the stream has an odd version


def test_two_events_that_swapped_their_places(tables: Connection[Any]) -> None:
    for place, to in ((5, -5), (9, 5), (-5, 9)):
        tables.execute(
            "UPDATE log.events SET position = %s, tenant_position = %s WHERE position = %s",
            (to, (to + 1) // 2, place),
        )

    assert named(tables) == [
        (TENANT, 3, f"the event {ANA} 5 was moved here from event 5"),
        (TENANT, 5, f"the event {ANA} 3 was moved here from event 3"),
    ]


def test_two_neighbours_that_swapped_their_places(tables: Connection[Any]) -> None:
    for place, to in ((5, -5), (7, 5), (-5, 7)):
        tables.execute(
            "UPDATE log.events SET position = %s, tenant_position = %s WHERE position = %s",
            (to, (to + 1) // 2, place),
        )

    assert named(tables) == [
        (TENANT, 3, f"the event {ANA} 4 was moved here from event 4"),
        (TENANT, 4, f"the event {ANA} 3 was moved here from event 3"),
    ]


def test_an_altered_hash_does_not_make_the_next_event_suspect(tables: Connection[Any]) -> None:
    tables.execute("UPDATE log.events SET hash = sha256(hash) WHERE position = 5")

    assert named(tables) == [(TENANT, 3, f"the event {ANA} 3 is not what was recorded")]


def test_every_tenant_is_looked_at_whatever_was_found_before(tables: Connection[Any]) -> None:
    tables.execute("UPDATE log.events SET type = type || 'x' WHERE position IN (1, 3, 16)")

    assert [(tenant, place) for tenant, place, _ in named(tables)] == [
        (TENANT, 1),
        (TENANT, 2),
        (ANOTHER_TENANT, 8),
    ]


def test_a_chain_made_anew_differs_from_what_was_stated(tables: Connection[Any]) -> None:
    stated = verify(tables).heads
    tables.execute(
        """
        DO $$
        DECLARE e log.events; before bytea := sha256('');
        BEGIN
            UPDATE log.events SET data = '{"guest":"nobody"}' WHERE position = 5;
            FOR e IN SELECT * FROM log.events WHERE tenant_id = '%s' ORDER BY position LOOP
                before := log.chain(before, e.position, e.tenant_id, e.tenant_position, e.version,
                    (extract(epoch FROM e.recorded_at) * 1000000)::bigint,
                    e.stream, e.type, e.metadata, e.data, e.personal);
                UPDATE log.events SET hash = before WHERE position = e.position;
            END LOOP;
        END $$
        """.replace("%s", TENANT).encode()
    )

    assert named(tables) == []
    assert named(tables, stated=stated) == [(TENANT, 8, "the event is another one than was stated")]


def test_a_tail_cut_off_and_written_anew_differs_from_what_was_stated(
    tables: Connection[Any], log: Log
) -> None:
    stated = verify(tables).heads
    tables.execute("DELETE FROM log.events WHERE position > 12")
    tables.execute("DELETE FROM log.commands WHERE last_position > 12")
    for _ in range(4):
        log.record("guest-new", Came(guest="guest-new"))

    found = named(tables, stated=stated)

    assert sorted(found) == sorted(
        [
            (TENANT, 8, "the event is another one than was stated"),
            (ANOTHER_TENANT, 6, "the log ends here, but went on to 8 once"),
        ]
    )


def test_the_whole_of_a_tenant_taken_away(tables: Connection[Any]) -> None:
    stated = verify(tables).heads
    tables.execute("DELETE FROM log.events WHERE tenant_id = %s", (ANOTHER_TENANT,))

    found = named(tables, stated=stated)

    assert (ANOTHER_TENANT, 0, "the log ends here, but went on to 8 once") in found


def test_a_version_that_is_missing_in_a_stream(tables: Connection[Any]) -> None:
    tables.execute("UPDATE log.events SET version = 20 WHERE position = 15")

    assert (TENANT, 0, f"{ANA} has 8 events, with versions from 1 to 20") in named(tables)


def test_a_command_that_points_at_events_of_others(tables: Connection[Any]) -> None:
    tables.execute("UPDATE log.commands SET last_position = 4 WHERE last_position = 3")

    ((tenant, place, problem),) = named(tables)

    assert (tenant, place) == (TENANT, 2)
    assert problem.endswith("did not record what is here")


# --- What is personal ---------------------------------------------------------------------


def test_what_is_personal_can_be_read(tables: Connection[Any], log: Log) -> None:
    log.order(Describe(stream=ANA, looks="tall"))
    log.order(Forget(streams=(ANA,)))

    assert named(tables, master_keys=KEYS) == []


def test_a_key_that_was_lost(tables: Connection[Any]) -> None:
    tables.execute("DELETE FROM log.keys")

    found = named(tables, master_keys=KEYS)

    assert len(found) == 8
    assert found[0] == (
        ANOTHER_TENANT,
        1,
        f"what is personal in {BEN} 1 cannot be read: its key is gone",
    )


def test_a_key_that_was_exchanged(tables: Connection[Any], log: Log) -> None:
    log.order(Describe(stream=ANA, looks="tall"), tenant=ANOTHER_TENANT)
    tables.execute(
        "UPDATE log.keys SET wrapped = (SELECT wrapped FROM log.keys WHERE stream = %s)"
        " WHERE stream = %s",
        (ANA, BEN),
    )

    assert named(tables, master_keys=KEYS)[0] == (
        ANOTHER_TENANT,
        1,
        f"what is personal in {BEN} 1 cannot be read: it does not belong to its key, or was altered",
    )


def test_a_master_key_that_is_missing(tables: Connection[Any]) -> None:
    other = MasterKeys([b"another master key of 32 bytes!!"])

    (_, _, problem), *_ = named(tables, master_keys=other)

    assert problem.endswith("its key needs a master key that is not in the ring")


# --- Bundles ------------------------------------------------------------------------------


def test_a_bundle_reveals_what_is_personal_only_when_asked(
    tables: Connection[Any], log: Log
) -> None:
    log.order(Describe(stream=ANA, looks="tall as a tree"), tenant=ANOTHER_TENANT)

    sealed = list(export(tables, ANOTHER_TENANT))
    revealed = list(export(tables, ANOTHER_TENANT, reveal=revealing(KEYS, log.mapper)))

    assert not any(b"tall as a tree" in line for line in sealed)
    assert b"tall as a tree" in revealed[-1]
    assert verify_bundle(sealed)[1] == verify_bundle(revealed)[1] == []


def test_a_bundle_does_not_reveal_what_was_erased(tables: Connection[Any], log: Log) -> None:
    log.order(Forget(streams=(BEN,)), tenant=ANOTHER_TENANT)

    lines = list(export(tables, ANOTHER_TENANT, reveal=revealing(KEYS, log.mapper)))

    assert not any(b"revealed" in line for line in lines)
    assert verify_bundle(lines)[1] == []


def test_a_bundle_to_which_something_was_added(tables: Connection[Any], log: Log) -> None:
    before = list(export(tables, TENANT))
    log.record(ANA, Came(guest=ANA))
    later = list(export(tables, TENANT))

    ((_, place, problem),) = [
        finding[:2] + finding[3:] for finding in verify_bundle([*before, later[-1]])[1]
    ]

    assert (place, problem) == (9, "the history went on to 8 only")


def test_a_bundle_of_nothing(tables: Connection[Any]) -> None:
    nobody = "0198c0de-0000-7000-8000-0000000000cc"

    header, findings = verify_bundle(export(tables, nobody))

    assert (header.tenant, header.events, findings) == (nobody, 0, [])


# --- Any chain, any change ----------------------------------------------------------------


def chain_of(length: int) -> list[Link]:
    links: list[Link] = []
    for n in range(1, length + 1):
        link = Link(n, TENANT, n, n, n, b"guest-ana", b"t", b"{}", b'{"n":%d}' % n, None, b"")
        links.append(link._replace(hash=hashed(links[-1].hash if links else ORIGIN, link)))
    return links


def findings_in(links: Sequence[Link]) -> list[Finding]:
    chain = Chain()
    found = [*chain.follow(links), *chain.conclude()]
    end = chain.heads.get(TENANT, Head(0, b""))
    return found if found or end == Head(12, CHAIN[-1].hash) else [Finding(TENANT, 0, None, "head")]


CHAIN = chain_of(12)
Change = Callable[[list[Link], int, int], list[Link]]


def put(links: list[Link]) -> list[Link]:
    """Number events anew, as somebody would who does not want it to show."""
    return [link._replace(position=n, tenant_position=n) for n, link in enumerate(links, 1)]


CHANGES: dict[str, Change] = {
    "alter": lambda links, a, _: [
        *links[:a], links[a]._replace(data=links[a].data + b" "), *links[a + 1 :]
    ],
    "remove": lambda links, a, _: links[:a] + links[a + 1 :],
    "remove and renumber": lambda links, a, _: put(links[:a] + links[a + 1 :]),
    "repeat": lambda links, a, b: [*links[:b], links[a], *links[b:]],
    "repeat and renumber": lambda links, a, b: put([*links[:b], links[a], *links[b:]]),
    "swap": lambda links, a, b: [links[{a: b, b: a}.get(n, n)] for n in range(len(links))],
    "swap and renumber": lambda links, a, b: put(
        [links[{a: b, b: a}.get(n, n)] for n in range(len(links))]
    ),
}  # fmt: skip


def test_a_chain_that_nobody_touched() -> None:
    assert findings_in(CHAIN) == []


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(sorted(CHANGES)), st.integers(0, 8), st.integers(0, 8)),
        min_size=1,
        max_size=3,
    )
)
def test_whatever_is_done_to_a_chain_is_found(changes: list[tuple[str, int, int]]) -> None:
    links = CHAIN
    for change, a, b in changes:
        links = CHANGES[change](list(links), a, b)

    assert bool(findings_in(links)) == (links != CHAIN)
