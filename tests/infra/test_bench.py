"""The benchmark counts and divides right. How fast anything is, no test can promise."""

import json

import pytest

from infra.bench import report
from infra.bench.contender import Contender
from infra.bench.efforts import FULL, QUICK
from infra.bench.figures import Round, entry
from infra.bench.http_load import request
from infra.bench.processor import Process, parsed, ticks
from infra.bench.race import Entrant, Work
from infra.bench.rounds import Tally, hammered, quantile
from infra.bench.slots import PROFESSIONALS, next_monday, slot
from infra.bench.works import works

NOBODY = Contender(("-c", "pass"), "nothing")


def a_round(operations: int, *, seconds: float = 1, cpu: float = 0.5) -> Round:
    return Round(Tally(operations=operations, seconds=seconds, p50_ms=1, p99_ms=2), cpu)


def test_ratios_are_taken_pair_by_pair():
    ours = [a_round(100), a_round(10), a_round(400)]
    theirs = [a_round(50), a_round(5), a_round(100)]

    beside = entry("append_1", "per second", ours, "a rival", theirs)

    assert (beside.ours, beside.theirs, beside.ratio) == (100, 50, 2)


def test_processor_time_is_per_operation():
    beside = entry("append_1", "per second", [a_round(1000, cpu=0.5)], "a rival", [a_round(1)])

    assert beside.cpu_us == 500


def test_a_longer_round_is_no_faster():
    beside = entry("live", "per second", [a_round(10, seconds=5)], "a rival", [a_round(2)])

    assert beside.ratio == 1


def test_the_dead_children_of_a_tree_count_and_strangers_do_not():
    tree = [Process(1, 0, 10), Process(2, 1, 20), Process(3, 2, 30), Process(4, 0, 40)]

    assert ticks(tree, [1]) == 60


def test_a_process_may_be_called_anything():
    stat = "7 (a) (b) c) S 3 7 7 0 -1 4194560 1 2 3 4 11 12 13 14 20 0 1 0 5"

    assert parsed(stat) == Process(7, 3, 11 + 12 + 13 + 14)


def test_a_quantile_is_one_of_the_values():
    assert quantile([1, 2, 3, 4], 0.99) == 4
    assert quantile([1], 0.5) == 1


def test_every_caller_counts():
    tally = hammered(lambda: None, callers=2, seconds=0.01)

    assert tally.operations >= 2


def test_no_two_bookings_share_a_slot():
    slots = {slot(number, next_monday())[:2] for number in range(20 * PROFESSIONALS)}

    assert len(slots) == 20 * PROFESSIONALS


def test_a_request_says_how_long_its_body_is():
    whole = request("POST", "/bookings", {"Authorization": "Bearer x"}, {"a": 1})

    assert whole.endswith(b'Content-Length: 8\r\n\r\n{"a": 1}')


@pytest.mark.parametrize("effort", [FULL, QUICK])
def test_every_work_has_a_name_of_its_own(effort):
    keys = [work.key for work in works(effort)]

    assert len(set(keys)) == len(keys)


def test_bench_json_has_one_line_for_each_rival(tmp_path):
    ours, one, other = (Entrant(name, NOBODY, {}) for name in ("frontdesk", "one", "other"))
    work = Work(key="append_1", title="Append", ours=ours, rivals=(one, other))
    rounds = {name: [a_round(10)] for name in ("frontdesk", "one", "other")}

    report.keep(report.entries(work, rounds), tmp_path / "bench.json")

    lines = json.loads((tmp_path / "bench.json").read_text())
    assert [line["rival"] for line in lines] == ["one", "other"]
    assert lines[0] == {
        "work": "append_1",
        "ours": 10,
        "unit": "per second",
        "rival": "one",
        "theirs": 10,
        "ratio": 1,
        "cpu_us": 50_000,
    }
