"""Refusals that speak of no context, in French: of requests, orders and answers as such."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "address-not-allowed": Words(
        "Adresse non admise",
        "Rien n'est envoyé à cette adresse : elle commence par https://, nomme un hôte qui est sur "
        "l'Internet public, et n'a ni utilisateur, ni mot de passe, ni fragment, ni port inhabituel.",
    ),
    "body-malformed": Words(
        "Corps illisible", "Le corps de la requête ne peut pas être lu comme du JSON en UTF-8."
    ),
    "body-too-deep": Words(
        "Corps trop imbriqué", "Le corps de la requête est imbriqué trop profondément."
    ),
    "body-too-large": Words(
        "Corps trop volumineux", "Le corps de la requête est plus grand que ce qui est accepté ici."
    ),
    "changed-meanwhile": Words(
        "Changé entre-temps",
        "Cela a été changé entre-temps, plusieurs fois de suite. Réessayez, s'il vous plaît.",
    ),
    "changed-too-often": Words(
        "Modifié trop souvent",
        "La personne concernée l'a modifié aussi souvent qu'elle le peut. L'entreprise le peut "
        "encore.",
    ),
    "changes-too-many": Words(
        "Trop de changements",
        "Tant de choses ont changé à la fois qu'elles ne sont pas distinguées : relisez la liste.",
    ),
    "chunks-too-small": Words(
        "Morceaux trop petits", "Le corps de la requête arrive en morceaux de trop peu d'octets."
    ),
    "event-too-large": Words("Événement trop volumineux", "Un événement fait au plus 900 Ko."),
    "head-too-large": Words(
        "En-têtes trop volumineux",
        "L'adresse ou les en-têtes sont plus longs, ou plus nombreux, que ce qui est accepté ici.",
    ),
    "idempotency-key-invalid": Words(
        "Clé d'idempotence invalide", "Une clé d'idempotence a de 1 à 255 caractères visibles."
    ),
    "idempotency-key-reused": Words(
        "Clé d'idempotence déjà utilisée", "La clé d'idempotence a servi pour une autre requête."
    ),
    "if-match-invalid": Words(
        "If-Match invalide", 'If-Match doit être un ETag qui a été donné, par exemple "3".'
    ),
    "if-match-required": Words(
        "If-Match requis", "Dites dans If-Match quelle version vous modifiez."
    ),
    "internal-error": Words(
        "Erreur interne",
        "Quelque chose a échoué de notre côté. C'est noté ; réessayez, s'il vous plaît.",
    ),
    "media-type-unsupported": Words(
        "Type de contenu non accepté",
        "Le corps d'une requête n'est accepté qu'en application/json.",
    ),
    "method-not-allowed": Words(
        "Méthode non admise", "Une autre méthode est attendue à cette adresse."
    ),
    "named-twice": Words(
        "Nommé deux fois", "Quelque chose est nommé deux fois là où une fois suffit."
    ),
    "not-found": Words("Introuvable", "Il n'y a rien ici sous cet identifiant."),
    "not-readable-here": Words(
        "Illisible par ce processus",
        "Ce processus ne peut pas lire quelque chose qui est enregistré à ce sujet ; redemandez "
        "dans un instant.",
    ),
    "order-too-large": Words(
        "Ordre trop volumineux",
        "Un ordre peut enregistrer 2 Mo au plus ; donnez-en plusieurs, plus petits.",
    ),
    "origin-not-listed": Words(
        "Origine non admise",
        "L'entreprise n'a pas inscrit l'origine de cette page ; son propriétaire peut l'inscrire.",
    ),
    "outcome-unknown": Words(
        "Issue inconnue",
        "Personne ne sait encore si cela a été fait. Redemandez avec la même Idempotency-Key : si "
        "c'est fait, vous recevrez la première réponse. Si vous n'en avez pas envoyé, vérifiez "
        "avant de redemander.",
    ),
    "path-unknown": Words(
        "Adresse inconnue", "Il n'y a rien à cette adresse ; `/docs` montre ce qu'il y a."
    ),
    "permission-missing": Words("Droit manquant", "Votre rôle ne le permet pas."),
    "personal-data-erased": Words(
        "Données personnelles effacées",
        "Les données personnelles de cet enregistrement ont été effacées ; rien de personnel ne "
        "peut y être ajouté.",
    ),
    "position-unknown": Words(
        "Position inconnue",
        "Ce que ce jeton ou ce curseur désigne n'est pas dans le journal : il a été donné avant que "
        "le journal soit restauré depuis une sauvegarde, ou par une version antérieure. Continuez "
        "sans lui.",
    ),
    "projection-behind": Words(
        "Lecture en retard",
        "Ce que vous avez écrit est enregistré, mais ne peut pas encore être montré ; redemandez "
        "dans un instant.",
    ),
    "projection-parked": Words(
        "Lecture mise de côté",
        "Ce que vous avez écrit est enregistré, mais une partie de ce qui est à montrer a été mise "
        "de côté. Cela ne peut pas être montré avant qu'un opérateur l'ait repris : voir "
        "`/v1/read-models/parked`.",
    ),
    "query-invalid": Words("Question invalide", "Cela ne peut pas être demandé ainsi."),
    "request-too-slow": Words(
        "Requête trop lente", "La requête n'est pas arrivée à sa fin à temps."
    ),
    "request-unreadable": Words(
        "Requête illisible", "Ce qui a été envoyé n'est pas une requête HTTP."
    ),
    "secret-not-kept": Words(
        "Secret non conservé", "Aucun secret de ce genre n'est à conserver : donnez sa valeur."
    ),
    "standing-changed": Words(
        "Droits modifiés",
        "Vos droits ont changé depuis que ce jeton d'accès a été fait ; renouvelez-le.",
    ),
    "token-invalid": Words(
        "Jeton invalide", "Ce n'est pas un jeton ou un curseur qui a été donné ici."
    ),
    "token-missing": Words(
        "Jeton manquant", "Connectez-vous d'abord : un jeton d'accès est nécessaire."
    ),
    "too-contended": Words(
        "Trop de changements à la fois",
        "Trop de changements y sont faits à la fois ; réessayez dans un instant.",
    ),
    "too-many-requests": Words("Trop de requêtes", "C'était assez souvent pour le moment."),
    "unavailable": Words(
        "Service indisponible",
        "Cela n'a pas pu être commencé à temps, ou la base de données est injoignable. Rien n'est "
        "perdu ; réessayez, s'il vous plaît.",
    ),
    "unknown-country": Words(
        "Pays inconnu", "Ce pays n'existe pas ; utilisez un code ISO 3166 comme BE."
    ),
    "unknown-time-zone": Words(
        "Fuseau horaire inconnu",
        "Ce fuseau horaire n'existe pas ; utilisez un nom de l'IANA comme Europe/Paris.",
    ),
    "validation-failed": Words(
        "Requête invalide", "La requête n'a pas la forme qui est déclarée pour elle."
    ),
    "version-mismatch": Words(
        "Version dépassée",
        "Cela a changé depuis que vous l'avez vu : relisez, puis modifiez ce qui s'y trouve maintenant.",
    ),
}
