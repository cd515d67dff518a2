"""Where anything is can be told from the tree: the same few words in every layer."""

import tomllib
from collections import defaultdict
from pathlib import Path

LAYERS = ("domain", "application", "projections", "api", "tests")
CONTEXTS = (
    *("scheduling", "people", "sales", "conversations"),
    *("business", "money", "files", "operations"),
)
"""What the product is about. An area is in one of them, in every layer."""


KNOWING_NONE = {
    "What every route is made of knows no area": "api",
    "The words of the domain know none of its areas": "domain",
}


def areas(layer: str) -> dict[str, str]:
    """Return what lies in a context of a layer, and in which."""
    return {
        path.stem: context
        for context in CONTEXTS
        for path in Path(layer, context).glob("*")
        if path.suffix in (".py", "") and not path.stem.startswith("_")
    }


def test_an_area_is_in_the_same_context_in_every_layer() -> None:
    found = defaultdict(set)
    for layer in LAYERS:
        for area, context in areas(layer).items():
            found[area].add(context)

    assert {area: contexts for area, contexts in found.items() if len(contexts) > 1} == {}


def test_what_knows_no_area_knows_none_of_these() -> None:
    """An import contract names what must not be imported: a new context has to be among it."""
    contracts = tomllib.loads(Path("pyproject.toml").read_text())["tool"]["importlinter"][
        "contracts"
    ]
    forbidden = {each["name"]: {*each.get("forbidden_modules", [])} for each in contracts}

    for name, layer in KNOWING_NONE.items():
        there = {f"{layer}.{context}" for context in CONTEXTS if Path(layer, context).is_dir()}
        assert there <= forbidden[name]


def test_every_folder_of_the_domain_is_a_context_or_a_word_of_it() -> None:
    folders = {path.name for path in Path("domain").iterdir() if path.is_dir()}

    assert folders - {"__pycache__", "records"} <= set(CONTEXTS)


def test_what_can_happen_belongs_to_a_context() -> None:
    """Beside the contexts there are the words that everything is made of, and the catalogue."""
    beside = {path.stem for path in Path("domain").glob("*") if not path.stem.startswith("_")}

    assert beside - set(CONTEXTS) == {
        "aggregate",
        "catalogue",
        "confidential",
        "countries",
        "faults",
        "fields",
        "languages",
        "macs",
        "messages",
        "personal",
        "records",
        "telling",
        "texts",
        "values",
        "zones",
    }


def test_no_folder_grows_beyond_what_one_takes_in() -> None:
    """Some twenty files: what has more is told apart."""
    layers = [layer for layer in (*LAYERS, "adapters", "infra") if layer != "tests"]
    folders = {path.parent for layer in layers for path in Path(layer).rglob("*.py")}
    crowded = {folder.as_posix() for folder in folders if len(list(folder.glob("*.py"))) > 22}

    assert crowded == set()
