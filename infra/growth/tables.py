"""Tables as they stand in the page."""

from collections.abc import Sequence
from typing import Final, NamedTuple

WITHOUT_END: Final = "without end"


class Table(NamedTuple):
    """What is shown under one name."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    @property
    def markdown(self) -> str:
        """The first column is a name, the others are numbers."""
        ruler = ["---", *["---:"] * (len(self.heads) - 1)]
        return "\n".join(f"| {' | '.join(cells)} |" for cells in (self.heads, ruler, *self.rows))


def number(value: float) -> str:
    """Write two digits, or whole numbers: none of this is known better."""
    if value == 0:
        return "0"
    rounded = float(f"{value:.2g}")
    return f"{rounded:,.0f}" if rounded >= 10 else f"{rounded:g}"


def share(value: float) -> str:
    """Write it as percent."""
    return f"{number(100 * value)} %"
