"""Refusals about clients and how they are reached, in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "client-already-exists": Words(
        "Client déjà enregistré",
        "Un client avec cette adresse électronique, ce numéro de téléphone ou cet identifiant "
        "existe déjà.",
    ),
    "client-id-taken": Words(
        "Identifiant de client déjà pris", "Un autre client a été enregistré sous cet identifiant."
    ),
    "client-is-erased": Words(
        "Client effacé",
        "Les données personnelles du client ont été effacées ; rien ne peut y être ajouté.",
    ),
    "client-is-linked-to-another-user": Words(
        "Client lié à un autre utilisateur", "Le client est déjà lié à un autre utilisateur."
    ),
    "client-not-found": Words("Client introuvable", "Ce client n'existe pas."),
    "email-address-not-understood": Words(
        "Adresse électronique illisible", "Aucune adresse électronique ne peut y être lue."
    ),
    "note-is-written": Words(
        "Note déjà écrite", "Une note reste comme elle a été écrite. Ajoutez-en une autre."
    ),
    "phone-number-not-understood": Words(
        "Numéro de téléphone illisible",
        "Aucun numéro de téléphone ne peut y être lu. Avec l'indicatif du pays devant, il est "
        "clair : +33 …",
    ),
}
