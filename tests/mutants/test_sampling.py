import pytest

from infra.mutants.mutation import Mutation
from infra.mutants.sampling import sample, shares
from infra.mutants.sources import ROOT, sources
from infra.mutants.trial import choose, words_of


def mistakes(layer: str, number: int) -> list[Mutation]:
    return [
        Mutation(f"{layer}/a.py", n, (n,), n, n + 1, "pass", "a", "pass") for n in range(number)
    ]


ALL = [*mistakes("domain", 30), *mistakes("adapters", 60), *mistakes("api", 10)]


def test_the_same_seed_gives_the_same_sample_and_another_another() -> None:
    assert sample(ALL, 20, seed=7) == sample(ALL, 20, seed=7)
    assert sample(ALL, 20, seed=7) != sample(ALL, 20, seed=8)


def test_each_layer_has_its_share() -> None:
    layers = [each.path for each in sample(ALL, 20, seed=7)]

    assert {path: layers.count(path) for path in layers} == {
        "domain/a.py": 6,
        "adapters/a.py": 12,
        "api/a.py": 2,
    }


@pytest.mark.parametrize("number", [0, 1, 7, 20, 99, 100])
def test_the_shares_are_what_was_asked_for(number: int) -> None:
    assert sum(shares({"domain": 33, "api": 33, "adapters": 34}, number).values()) == number


def test_of_few_all_are_taken() -> None:
    assert sorted(sample(ALL, 1000, seed=7)) == sorted(ALL)


def test_code_of_ours_is_what_runs_for_somebody() -> None:
    found = list(sources())

    assert "domain/values.py" in found
    assert not [path for path in found if path.startswith(("tests/", "infra/mutants/"))]
    assert list(sources(within="domain/records/")) == list(sources(within="domain/records"))
    assert all((ROOT / path).is_file() for path in found)


# --- Which tests are asked -------------------------------------------------------------


def test_the_quickest_is_asked_first() -> None:
    seconds = {"a.py::slow": 2.0, "a.py::quick": 0.1, "b.py::middling": 1.0}

    assert choose(seconds, enough=5.0) == ["a.py::quick", "b.py::middling", "a.py::slow"]


def test_of_too_many_every_module_has_its_turn() -> None:
    seconds = {f"a.py::{n}": 1.0 for n in range(9)} | {"b.py::one": 3.0}

    assert choose(seconds, enough=5.0) == ["a.py::0", "a.py::1", "b.py::one"]


def test_those_go_before_that_have_its_names() -> None:
    seconds = {
        "a.py::0": 1.0,
        "money/b.py::0": 1.0,
        "money/b.py::1[taxes]": 2.0,
        "taxes.py::0": 2.0,
    }
    words = words_of("domain/money/taxes.py")

    assert choose(seconds, words=words, enough=2.0) == ["money/b.py::1[taxes]"]
    assert choose(seconds, words=words, enough=3.0) == ["money/b.py::0", "money/b.py::1[taxes]"]


def test_a_package_has_the_name_of_its_folder() -> None:
    assert words_of("domain/money/taxes.py") == ["money", "taxes"]
    assert words_of("domain/money/__init__.py") == ["money"]


def test_one_is_asked_however_long_it_takes() -> None:
    assert choose({"a.py::slow": 99.0}, enough=5.0) == ["a.py::slow"]
