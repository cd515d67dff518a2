"""What is said of an answer that is not taken, to whoever has typed it."""

from collections.abc import Mapping
from typing import Final

from domain.sales.answers import Wrong

SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "en": {
        "required": "Please answer this.",
        "only-one": "There can be one answer only.",
        "no-option": "This cannot be chosen.",
        "not-asked": "This is not asked.",
        "not-taken": "This cannot be taken.",
        "not-a-file": "A file cannot be taken here.",
        "file-is-empty": "There is nothing in the file.",
        "drawing-not-taken": "Drawings in SVG cannot be taken; send it as PNG.",
        "file-type-not-taken": "Only pictures (JPEG, PNG, WebP) and PDF can be taken.",
        "unseen": "Nobody would see anything of it.",
        "pattern": "It does not have the right form.",
        "not-a-number": "This is not a number.",
        "not-whole": "A whole number, please.",
        "not-a-domain": "This is not the domain of a company, such as acme.example.",
        "not-a-day": "There is no such day; a day is written as 2027-01-31.",
        "too-early": "Not before {bound}.",
        "too-late": "Not after {bound}.",
        "text-too-small": "At least {bound} characters, please.",
        "text-too-large": "At most {bound} characters, please.",
        "number-too-small": "At least {bound}.",
        "number-too-large": "At most {bound}.",
        "choices-too-small": "Please choose at least {bound}.",
        "choices-too-large": "Please choose at most {bound}.",
        "email-address-not-understood": "This is not an e-mail address.",
        "phone-number-not-understood": "This is not a phone number; with +33 in front it is clear.",
    },
    "fr": {
        "required": "Merci de répondre ici.",
        "only-one": "Une seule réponse est possible.",
        "no-option": "Ce choix n'existe pas.",
        "not-asked": "Cela n'est pas demandé.",
        "not-taken": "Cela ne peut être accepté.",
        "not-a-file": "Aucun fichier ne peut être pris ici.",
        "file-is-empty": "Le fichier est vide.",
        "drawing-not-taken": "Les dessins SVG ne sont pas acceptés ; envoyez-le en PNG.",
        "file-type-not-taken": "Seules les images (JPEG, PNG, WebP) et les PDF sont acceptés.",
        "unseen": "Personne n'y verrait rien.",
        "pattern": "La forme n'est pas la bonne.",
        "not-a-number": "Ce n'est pas un nombre.",
        "not-whole": "Un nombre entier, s'il vous plaît.",
        "not-a-domain": "Ce n'est pas le domaine d'une entreprise, comme acme.example.",
        "not-a-day": "Ce jour n'existe pas ; un jour s'écrit 2027-01-31.",
        "too-early": "Pas avant le {bound}.",
        "too-late": "Pas après le {bound}.",
        "text-too-small": "Au moins {bound} caractères, s'il vous plaît.",
        "text-too-large": "Au plus {bound} caractères, s'il vous plaît.",
        "number-too-small": "Au moins {bound}.",
        "number-too-large": "Au plus {bound}.",
        "choices-too-small": "Choisissez-en au moins {bound}.",
        "choices-too-large": "Choisissez-en au plus {bound}.",
        "email-address-not-understood": "Ce n'est pas une adresse e-mail.",
        "phone-number-not-understood": "Ce n'est pas un numéro de téléphone ; avec +33 devant, "
        "il est clair.",
    },
}


def sentence(wrong: Wrong, language: str) -> str:
    """Say it in their language, or else in English."""
    known = SENTENCES.get(language, SENTENCES["en"])
    return known.get(wrong.code, known["not-taken"]).format(bound=wrong.bound)
