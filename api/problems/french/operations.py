"""Refusals about jobs, mails, and what others tell us, in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "fact-not-understood": Words(
        "Fait illisible",
        "Un fait est un CloudEvent en mode binaire, et dit ce que son type demande.",
    ),
    "fact-type-not-known": Words("Type de fait inconnu", "Il n'y a pas de faits de ce type."),
    "failed-again": Words(
        "Nouvel échec", "Un nouvel essai a échoué comme le précédent ; cela reste mis de côté."
    ),
    "handshake-refused": Words(
        "Poignée de main refusée",
        "Qui demande cette poignée de main ne connaît pas le jeton convenu.",
    ),
    "job-is-not-parked": Words(
        "Tâche non suspendue",
        "Seule une tâche qui échoue, est suspendue ou incertaine peut être relancée ou abandonnée.",
    ),
    "job-is-not-waiting": Words(
        "Tâche non en attente",
        "Seule une tâche en attente, suspendue ou incertaine peut être modifiée.",
    ),
    "job-not-found": Words("Tâche introuvable", "Cette tâche n'existe pas."),
    "job-payload-invalid": Words(
        "Contenu de tâche invalide", "Un ordre de ce genre a une autre forme."
    ),
    "not-parked": Words("Rien de suspendu", "Rien n'est mis de côté sous cette clé."),
    "outbox-mail-not-found": Words(
        "Courriel introuvable", "Ce courriel n'est pas dans la boîte d'envoi."
    ),
    "provider-not-known": Words(
        "Fournisseur inconnu",
        "Rien n'est accepté ici : ce fournisseur n'existe pas, ou aucun secret n'est défini pour cette "
        "entreprise.",
    ),
    "receipt-is-settled": Words(
        "Appel déjà traité", "Ce qui a été compris ne peut pas être abandonné."
    ),
    "receipt-not-found": Words("Appel introuvable", "Cet appel n'existe pas."),
    "signature-missing": Words(
        "Signature absente", "Ceci n'est pas signé de la manière dont ce fournisseur signe."
    ),
    "signature-not-proven": Words(
        "Signature non prouvée", "C'est signé par quelqu'un d'autre, ou modifié depuis."
    ),
    "signature-wrong": Words(
        "Signature fausse",
        "C'est signé par quelqu'un d'autre, modifié depuis, ou signé il y a trop longtemps.",
    ),
    "source-not-known": Words(
        "Source inconnue",
        "Rien n'est accepté de cette source : elle ne figure pas dans KAFKA_FACTS.",
    ),
}
