"""What is changed: our own code, by layer. What measures, prints or fills a database is no promise."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]

LAYERS: Final = ("domain", "application", "projections", "adapters", "api", "infra")

NO_PROMISES: Final = (
    "infra/bench",
    "infra/examples",
    "infra/growth",
    "infra/mutants",
    "infra/printing",
    "infra/demo.py",
)


def sources(root: Path = ROOT, within: str = "") -> Iterator[str]:
    """Return the paths of all modules, or of those below a folder, in order."""
    for layer in LAYERS:
        for path in sorted((root / layer).rglob("*.py")):
            name = path.relative_to(root).as_posix()
            if _is_below(name, within) and not any(_is_below(name, each) for each in NO_PROMISES):
                yield name


def layer_of(path: str) -> str:
    """Return the layer of a module."""
    return path.partition("/")[0]


def _is_below(path: str, folder: str) -> bool:
    folder = folder.rstrip("/")
    return not folder or path == folder or path.startswith(f"{folder}/")
