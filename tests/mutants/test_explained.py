"""What is said of a mistake that nobody notices is said of one that there is."""

from infra.mutants.explained import EXPLAINED
from infra.mutants.mutation import mutations
from infra.mutants.sources import ROOT, sources


def test_what_is_explained_is_a_mistake_that_would_be_made() -> None:
    paths = {path for path, _ in EXPLAINED}

    made = {
        (path, each.title) for path in paths for each in mutations(path, (ROOT / path).read_bytes())
    }

    assert paths <= set(sources())
    assert EXPLAINED.keys() <= made


def test_an_explanation_is_a_sentence() -> None:
    assert all(reason.endswith(".") and " " in reason for reason in EXPLAINED.values())
