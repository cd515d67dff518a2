"""Refusals about money, in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "amount-not-payable": Words(
        "Montant nul", "Un montant à payer ou à rembourser est supérieur à zéro."
    ),
    "booking-of-another-client": Words(
        "Réservation d'un autre client",
        "La réservation n'est pas une de celles du client qui doit payer.",
    ),
    "currency-not-known": Words(
        "Devise inconnue", "Cette devise n'existe pas dans la norme ISO 4217."
    ),
    "expiry-out-of-range": Words(
        "Échéance hors limites", "Un paiement expire à un moment à venir, sous 90 jours."
    ),
    "payment-id-taken": Words(
        "Identifiant de paiement déjà pris",
        "Un autre paiement a été demandé sous cet identifiant.",
    ),
    "payment-not-cancelable": Words(
        "Paiement non annulable",
        "Un paiement s'annule tant que rien n'est encaissé ni en cours ; ce qui est encaissé se "
        "rembourse.",
    ),
    "payment-not-found": Words("Paiement introuvable", "Ce paiement n'existe pas."),
    "practice-page-not-found": Words(
        "Page d'exercice introuvable", "Il n'y a pas de telle page pour s'exercer à payer."
    ),
    "provider-not-available": Words(
        "Aucun prestataire de paiement",
        "Il n'y a ici aucun prestataire par lequel quelqu'un pourrait payer.",
    ),
    "refund-too-large": Words(
        "Remboursement trop élevé",
        "On ne rembourse pas plus que ce qui est encaissé et n'est pas déjà remboursé, ou sur le "
        "point de l'être.",
    ),
    "too-many-refunds": Words(
        "Trop de remboursements",
        "Le paiement a été remboursé autant de fois qu'il peut l'être.",
    ),
}
