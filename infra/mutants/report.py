"""What came of a sample: who was not noticed, and what share of each layer was."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from rich.table import Table

from infra.mutants.explained import is_explained
from infra.mutants.sources import LAYERS, layer_of
from infra.mutants.trial import Tried

NEEDED: Final = 0.9
"""Of whatever is outside of the domain; within it, all."""


class Share(NamedTuple):
    """How many of a layer were noticed; what is explained does not count."""

    killed: int
    tried: int

    @property
    def share(self) -> float:
        """Between 0 and 1; of nothing, all."""
        return self.killed / self.tried if self.tried else 1.0

    def __str__(self) -> str:
        return f"{self.killed} of {self.tried}, {self.share:.0%}"


def share_of(tried: Sequence[Tried], *layers: str) -> Share:
    """Return it for some layers together."""
    counted = [
        each
        for each in tried
        if layer_of(each.mistake.path) in layers
        and (each.is_killed or not is_explained(each.mistake))
    ]
    return Share(sum(each.is_killed for each in counted), len(counted))


def is_enough(tried: Sequence[Tried]) -> bool:
    """Whether tests notice all in the domain, and nine of ten elsewhere."""
    others = [layer for layer in LAYERS if layer != "domain"]
    return share_of(tried, "domain").share == 1 and share_of(tried, *others).share >= NEEDED


def survivors(tried: Sequence[Tried]) -> Table:
    """Return those that no test has noticed, with how many were asked of those that run the line."""
    table = Table("Where", "What", "Tests", title="Not noticed", box=None, title_justify="left")
    for each in sorted(tried, key=lambda each: (each.mistake.path, each.mistake.line)):
        if not each.is_killed:
            mistake = each.mistake
            explained = "explained" if is_explained(mistake) else ""
            asked = f"{each.asked} of {each.run_it}" if each.run_it else "none runs it"
            table.add_row(f"{mistake.path}:{mistake.line}", mistake.title, asked, explained)
    return table


def layers(tried: Sequence[Tried]) -> Table:
    """Return the share of each."""
    table = Table("Layer", "Noticed", box=None)
    for layer in LAYERS:
        table.add_row(layer, str(share_of(tried, layer)))
    return table
