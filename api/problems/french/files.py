"""Refusals about files, in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "address-expired": Words(
        "Adresse expirée",
        "L'adresse était valable un certain temps, qui est passé ; demandez-en une autre.",
    ),
    "drawing-not-taken": Words(
        "Dessin non accepté",
        "Un dessin SVG peut contenir des programmes et n'est pas accepté. Envoyez-le en PNG.",
    ),
    "file-differs": Words(
        "Fichier différent", "Ce qui est arrivé n'est pas ce qui avait été annoncé."
    ),
    "file-has-not-come": Words(
        "Fichier pas encore arrivé", "Le fichier a été annoncé et n'est pas encore arrivé."
    ),
    "file-id-taken": Words(
        "Identifiant de fichier déjà pris", "Un autre fichier a cet identifiant."
    ),
    "file-is-empty": Words("Fichier vide", "Il n'y a rien dans le fichier."),
    "file-is-gone": Words("Fichier supprimé", "Le fichier est supprimé pour de bon."),
    "file-is-not-for-the-public": Words(
        "Fichier non publiable", "Le public ne voit jamais un tel fichier d'une telle chose."
    ),
    "file-is-refused": Words(
        "Fichier refusé", "Le fichier a été refusé et rien n'en est conservé."
    ),
    "file-is-removed": Words("Fichier retiré", "Le fichier a été retiré."),
    "file-not-found": Words("Fichier introuvable", "Ce fichier n'existe pas."),
    "file-not-ready": Words(
        "Fichier pas encore prêt",
        "Le fichier est en cours d'examen ; redemandez-le dans un instant.",
    ),
    "file-too-large": Words(
        "Fichier trop volumineux", "Un fichier destiné à cela compte moins d'octets."
    ),
    "file-type-not-taken": Words(
        "Type de fichier non accepté",
        "Les fichiers de ce type ne sont pas acceptés ici ; ce sont leurs octets qui le disent, pas leur nom.",
    ),
    "form-malformed": Words(
        "Formulaire illisible",
        "Le corps ne peut pas être lu comme un formulaire contenant un fichier.",
    ),
    "owner-cannot-have-it": Words(
        "Fichier sans objet", "Aucun fichier de ce genre n'est conservé pour une telle chose."
    ),
    "owner-not-found": Words(
        "Objet introuvable", "Rien ici dont on conserve des fichiers ne porte cet identifiant."
    ),
    "range-not-satisfiable": Words(
        "Partie inexistante", "Il y a moins d'octets que ce qui a été demandé."
    ),
    "sent-with-message": Words(
        "Envoyé avec un message",
        "Ce qui a été envoyé avec un message change avec lui : supprimez le message, et il disparaît.",
    ),
    "storage-is-away": Words(
        "Stockage injoignable",
        "Ce qui est conservé ici ne peut pas être atteint en ce moment ; veuillez réessayer.",
    ),
    "storage-is-full": Words(
        "Stockage plein",
        "Votre entreprise conserve tout ce qu'elle peut ; supprimez des fichiers pour de bon, ou "
        "demandez plus de place.",
    ),
}
