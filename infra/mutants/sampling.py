"""Which of ten thousand mistakes are tried? The same for the same seed, and of each layer its share."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence

from infra.mutants.mutation import Mutation
from infra.mutants.sources import layer_of


def sample(all_of_them: Sequence[Mutation], number: int, seed: int) -> list[Mutation]:
    """Return so many, or all if there are fewer."""
    layers: dict[str, list[Mutation]] = defaultdict(list)
    for each in all_of_them:
        layers[layer_of(each.path)].append(each)
    sizes = shares({layer: len(those) for layer, those in layers.items()}, number)
    return [
        each
        for layer, those in layers.items()
        for each in random.Random(f"{seed} {layer}").sample(those, sizes[layer])  # noqa: S311
    ]


def shares(sizes: Mapping[str, int], number: int) -> dict[str, int]:
    """Return how many of `number` are of each: what is left over goes to the largest fractions."""
    whole = sum(sizes.values())
    if number >= whole:
        return dict(sizes)
    exact = {name: number * size / whole for name, size in sizes.items()}
    given = {name: int(share) for name, share in exact.items()}
    by_fraction = sorted(exact, key=lambda name: given[name] - exact[name])
    for name in by_fraction[: number - sum(given.values())]:
        given[name] += 1
    return given
