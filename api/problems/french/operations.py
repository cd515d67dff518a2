"""Refusals about jobs, mails, and what others tell us, in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "position-expired": Words(
        "Position trop ancienne",
        "Ce qui s'est passé après cette position est trop ancien pour être redit. Relisez les listes, comme "
        "le dit `snapshot`, et continuez à partir de là.",
    ),
    "ticket-invalid": Words(
        "Ticket invalide", "Ce ticket n'existe pas, ou sa minute est passée : demandez-en un autre."
    ),
    "too-many-listeners": Words(
        "Trop d'écoutes", "Vous écoutez déjà assez souvent ; terminez d'abord une de ces écoutes."
    ),
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
    "operation-failed": Words(
        "Échec de l'opération",
        "L'opération a échoué, même à de nouveaux essais. Les opérateurs peuvent voir pourquoi.",
    ),
    "operation-file-gone": Words(
        "Fichier supprimé",
        "Seuls les fichiers les plus récents d'un établissement sont conservés, et ce qui dit qui sont les "
        "personnes pendant sept jours, ou jusqu'à ce que l'une soit effacée ; faites-le refaire.",
    ),
    "operation-goes-on": Words(
        "Opération menée à son terme",
        "L'opération a commencé et ira à son terme : la moitié serait pire que tout ou rien.",
    ),
    "operation-has-no-file": Words(
        "Pas de fichier", "Cette opération n'a pas produit de fichier, ou pas encore."
    ),
    "operation-is-over": Words(
        "Opération terminée", "L'opération s'est terminée avant de pouvoir être annulée."
    ),
    "operation-not-found": Words(
        "Opération introuvable",
        "Cette opération n'existe pas, ou a été oubliée trente jours après sa fin.",
    ),
    "operation-result-too-large": Words(
        "Résultat trop volumineux",
        "Ce que l'opération a produit dépasse ce qui peut être conservé.",
    ),
    "outbox-mail-not-found": Words(
        "Courriel introuvable", "Ce courriel n'est pas dans la boîte d'envoi."
    ),
    "policy-empty": Words(
        "Règles manquantes",
        "Dites selon quels autres poids, ou quelles autres règles de réservation, l'historique doit être "
        "relu.",
    ),
    "provider-not-known": Words(
        "Fournisseur inconnu",
        "Rien n'est accepté ici : ce fournisseur n'existe pas, ou aucun de ses secrets n'est en vigueur "
        "pour cette entreprise.",
    ),
    "read-model-not-found": Words(
        "Modèle de lecture introuvable", "Aucun modèle de lecture ne porte ce nom."
    ),
    "receipt-is-settled": Words(
        "Appel déjà traité",
        "Ce qui a été compris, ou déjà abandonné, ne peut pas être abandonné.",
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
    "too-many-operations": Words(
        "Trop d'opérations",
        "Votre établissement a autant d'opérations en attente ou en cours qu'il peut en avoir.",
    ),
}
