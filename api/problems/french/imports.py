"""What refusals about files of leads say in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "column-count-wrong": Words(
        "Nombre de colonnes différent",
        "La ligne n'a pas le même nombre de colonnes que la première.",
    ),
    "columns-not-understood": Words(
        "Colonnes non reconnues",
        "Aucune colonne ne dit à quoi les personnes se reconnaissent : une adresse, un numéro ou un "
        "identifiant externe. Dites laquelle avec `mapping`.",
    ),
    "date-ambiguous": Words(
        "Date ambiguë",
        "Rien ne dit où est le jour et où est le mois. Dites-le avec `dates`, ou écrivez 2027-01-31.",
    ),
    "date-not-understood": Words(
        "Date illisible",
        "Aucune date ne peut y être lue. Écrivez 2027-01-31, avec ou sans l'heure.",
    ),
    "domain-not-understood": Words(
        "Domaine illisible",
        "Ce n'est ni un domaine, comme `acme.example`, ni l'adresse d'une page.",
    ),
    "file-is-one-array": Words(
        "Fichier d'un seul tableau",
        "C'est un seul tableau JSON. Écrivez un objet JSON par ligne, sans virgule entre eux.",
    ),
    "file-is-no-text": Words(
        "Fichier sans texte lisible",
        "Ce n'est pas du texte, ou dans un codage inconnu. Enregistrez-le en CSV, en UTF-8.",
    ),
    "import-is-empty": Words(
        "Fichier vide",
        "Il n'y a aucune ligne : il en faut au moins une, et en CSV une première avec le nom des colonnes.",
    ),
    "import-too-long": Words(
        "Fichier trop long",
        "Il a plus de lignes qu'on ne peut en importer à la fois ; envoyez-le en plusieurs parties.",
    ),
    "import-too-wide": Words(
        "Trop de colonnes", "Il a plus de colonnes que n'en a un fichier de personnes."
    ),
    "mapping-not-understood": Words(
        "Correspondance incomprise",
        "La correspondance nomme une colonne qui n'est pas là, ou un champ qui n'existe pas.",
    ),
    "member-not-known": Words("Membre inconnu", "Personne qui travaille ici n'a cette adresse."),
    "quote-never-ends": Words(
        "Guillemet jamais fermé",
        "Un guillemet s'ouvre dans cette ligne et ne se ferme nulle part à proximité.",
    ),
    "row-is-no-object": Words(
        "Ligne sans objet JSON", "La ligne n'est pas un objet JSON de textes et de nombres."
    ),
    "row-too-long": Words(
        "Ligne trop longue", "La ligne est plus longue que ce que l'on dit d'une personne."
    ),
    "sent-rows-gone": Words(
        "Lignes supprimées",
        "Ce qui est envoyé pour être importé est conservé sept jours. Renvoyez-le : ce qui a été importé "
        "le reste.",
    ),
    "size-not-understood": Words(
        "Effectif illisible",
        "On ne peut en déduire combien de personnes y travaillent. Écrivez un nombre, ou de tant à tant.",
    ),
    "status-not-known": Words("Statut inconnu", "Les prospects n'ont pas de tel statut."),
    "touched-too-often": Words(
        "Trop d'imports", "Il a été importé de ce prospect tout ce qu'on peut en importer."
    ),
    "value-too-long": Words(
        "Valeur trop longue", "La valeur est plus longue que ce qui peut en être conservé."
    ),
    "who-is-missing": Words(
        "Personne non identifiable",
        "La ligne n'a ni adresse, ni numéro, ni identifiant externe : personne ne la reconnaîtrait.",
    ),
    "zero-character-inside": Words(
        "Caractère nul",
        "Il s'y trouve un caractère qui ne représente rien (U+0000), et ne peut pas être conservé.",
    ),
}
