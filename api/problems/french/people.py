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
    "client-is-merged": Words(
        "Client fusionné", "Le client a été fusionné avec un autre, qui le représente."
    ),
    "client-is-not-merged": Words(
        "Clients non fusionnés", "Ces deux clients n'ont pas été fusionnés."
    ),
    "client-merged-with-themselves": Words(
        "Fusion avec soi-même", "Un client ne peut pas être fusionné avec lui-même."
    ),
    "client-not-found": Words("Client introuvable", "Ce client n'existe pas."),
    "email-address-not-understood": Words(
        "Adresse électronique illisible", "Aucune adresse électronique ne peut y être lue."
    ),
    "has-opted-out": Words(
        "Ne veut plus rien recevoir", "Cette personne ne veut rien recevoir sur ce canal."
    ),
    "merge-is-final": Words(
        "Fusion définitive", "Une fusion peut être annulée pendant 30 jours, qui sont passés."
    ),
    "note-is-written": Words(
        "Note déjà écrite", "Une note reste comme elle a été écrite. Ajoutez-en une autre."
    ),
    "person-has-too-many-records": Words(
        "Trop de fiches", "Une personne a autant de fiches qu'elle peut en avoir."
    ),
    "too-many-channels": Words(
        "Trop d'identifiants",
        "Un client a autant d'identifiants de messagerie qu'il peut en avoir.",
    ),
    "two-users-log-in": Words(
        "Deux utilisateurs",
        "Tous deux se connectent, chacun pour soi. L'un des deux utilisateurs doit d'abord être "
        "désactivé.",
    ),
    "phone-number-not-understood": Words(
        "Numéro de téléphone illisible",
        "Aucun numéro de téléphone ne peut y être lu. Avec l'indicatif du pays devant, il est "
        "clair : +33 …",
    ),
}
