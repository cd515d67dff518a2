"""What refusals about leads say in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "lead-cannot-move": Words(
        "Étape impossible", "Le prospect ne peut pas passer à cette étape depuis la sienne."
    ),
    "lead-is-converted": Words(
        "Prospect déjà client",
        "Le prospect est devenu client ; ce qui est à dire se dit du client.",
    ),
    "lead-not-found": Words("Prospect introuvable", "Ce prospect n'existe pas."),
    "periods-invalid": Words(
        "Périodes impossibles",
        "Le dernier jour vient après le premier, et il y a au plus 400 périodes entre eux.",
    ),
    "person-missing": Words(
        "Personne manquante",
        "Dites de qui il s'agit : un client, ou une personne par son nom.",
    ),
    "reason-missing": Words(
        "Motif manquant",
        "Dites pourquoi : revenir en arrière ou abandonner un prospect demande un motif.",
    ),
    "task-status-unclear": Words(
        "État de tâche contradictoire",
        "Ce qui est fait dit depuis quand, et ce qui est à faire ne le dit pas : terminez la tâche, "
        "ou enlevez les deux.",
    ),
    "too-many-leads": Words(
        "Trop de prospects",
        "Trop de prospects sont venus pendant ce temps pour être comptés à la fois ; demandez-en un plus "
        "court.",
    ),
    "weights-contradict": Words(
        "Pondération contradictoire",
        "Ce qui est chaud est tiède aussi : `hot` doit être plus haut que `warm` ; et qui répond "
        "plus vite a plus de points.",
    ),
}
