"""Whatever is typed, refused, rotated and let go of, in whichever order: what verifies is what was in force, the
newest first and for a day; and the row that people see says the same, and no secret.
"""

from datetime import datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.business import configuration
from domain.business.configuration import (
    CONFIGURATION,
    FORMER_FOR,
    MOST_FORMER,
    ConfigurationEvent,
    Configure,
    Objection,
    RecordVerdict,
    Standing,
    kept_in,
)
from domain.confidential import masked
from projections.business.configuration import CONFIGURATION_ROWS, ListedConfiguration
from tests.business.configuration.examples import ID, NOON, stripe

VERIFIES = "webhook_secret"
WORDS = [f"whsec-planted-00000000{number}" for number in range(4)]

Step = tuple[str, Any, int]

steps = st.lists(
    st.tuples(
        st.sampled_from(["verified", "unchecked", "judge", "refuse", "let go"]),
        st.sampled_from([*WORDS, None]),
        st.integers(0, 30),
    ),
    max_size=20,
)


def carried_out(step: Step, known: Any, now: datetime) -> list[ConfigurationEvent]:
    what, word, _ = step
    if what in ("verified", "unchecked"):
        values = stripe(signs=word)
        verified = kept_in(values, known) if what == "verified" else None
        order = Configure(id=ID, key="stripe", values=values, verified=verified)
        return [*configuration.configure(order, known, verifies=VERIFIES, now=now)]
    if what == "let go":
        return [*configuration.let_go(ID, known)] if known.typed else []
    objection = Objection.KEY_REJECTED if what == "refuse" else None
    verdict = RecordVerdict(id=ID, number=known.number, objection=objection)
    return [*configuration.judge(verdict, known, now=now)]


@given(steps)
def test_what_verifies_was_in_force_within_a_day_the_newest_first(steps: list[Step]) -> None:
    known, now = CONFIGURATION.initial, NOON
    ended: dict[str, datetime] = {}
    current: str | None = None
    for step in steps:
        now += timedelta(hours=step[2])
        known = CONFIGURATION.fold(carried_out(step, known, now), known)
        secret = known.in_force.secret(VERIFIES) if known.in_force else None
        newest = secret.value if secret else None
        if current is not None and newest != current:
            ended[current] = now
        if step[0] == "let go":
            ended.clear()
        current = newest

        valid = [each.value for each in known.valid(now)]
        others = {word for word, at in ended.items() if now - at < FORMER_FOR} - {current}
        assert valid[:1] == [current] or current is None
        assert len(set(valid)) == len(valid)
        assert set(valid) - {current} <= others
        assert len(others) > MOST_FORMER - 1 or set(valid) - {current} == others
        if current is None or known.standing is Standing.IN_FORCE:
            assert [ended[w] for w in valid if w != current and w in ended] == sorted(
                (ended[w] for w in valid if w != current and w in ended), reverse=True
            )


@given(steps)
def test_the_row_says_what_the_log_says_and_no_secret(steps: list[Step]) -> None:
    known, now = CONFIGURATION.initial, NOON
    row: ListedConfiguration | None = None
    for step in steps:
        now += timedelta(hours=step[2])
        for event in carried_out(step, known, now):
            known = CONFIGURATION.evolve(known, event)
            row = CONFIGURATION_ROWS.evolve(row, event)  # type: ignore[assignment]
            text = msgspec.json.encode([row, masked(event)]).decode() + repr((row, event))

            assert not any(word in text for word in (*WORDS, "sk-test-good"))
            assert row is not None
            row = msgspec.json.decode(msgspec.json.encode(row), type=ListedConfiguration)
            assert (row.standing, row.objection, row.number) == (
                known.standing,
                known.objection,
                known.number,
            )
            assert [(each.secret, each.until) for each in row.former] == [
                (masked(each.secret), each.until) for each in known.former
            ]
            in_force = known.standing is Standing.IN_FORCE
            assert (row.instead is None) == (in_force or known.in_force is None)


def test_a_declaration_reads_back_what_it_records() -> None:
    for declared in configuration.DECLARED:
        for example in declared.examples:
            typed = configuration.typed_of(example)

            assert declared.values_of(typed) == example
            erased = declared.values_of(replace(typed, secrets=()))
            assert (erased is None) == bool(typed.secrets), "it was erased, if it was secret"
