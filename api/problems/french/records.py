"""Refusals of kinds of record in French: made of what people call one."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from api.problems.french.words import Words
from domain.records import Kind

OF_RECORDS: Final[Mapping[str, tuple[str, str]]] = {
    "not_found": ("introuvable", "rien sous cet identifiant."),
    "is_removed": ("hors service", "c'est hors service."),
    "is_gone": ("hors service depuis trop longtemps", "plus de trente jours."),
    "id_taken": (": identifiant déjà pris", "un autre a cet identifiant."),
    "value_taken": (": valeur déjà prise", "cette valeur ne peut servir qu'une fois."),
    "in_use": ("en service ailleurs", "à retirer d'abord de ce qui s'en sert."),
}
"""Of each refusal of a kind of record, whatever its gender: what stands behind what one is called."""


def of_records(kind: Kind[Any]) -> Iterator[tuple[str, Words]]:
    """Return what each refusal of a kind is called and says, by its code."""
    for refusal, (title, detail) in OF_RECORDS.items():
        said = Words(f"{kind.french} {title}", f"{kind.french} : {detail}")
        yield getattr(kind, refusal).code, said
