"""What each refusal is called, in the languages people read here. English is the code in words."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.catalogue import KINDS
from domain.records import Kind

ENGLISH: Final = "en"
MOST_WISHES: Final = 20


def _of_records(kind: Kind[Any]) -> Iterator[tuple[str, str]]:
    yield kind.not_found.code, f"{kind.french} introuvable"
    yield kind.is_removed.code, f"{kind.french} hors service"
    yield kind.is_gone.code, f"{kind.french} hors service depuis trop longtemps"
    yield kind.id_taken.code, f"{kind.french} : identifiant déjà pris"
    yield kind.value_taken.code, f"{kind.french} : valeur déjà prise"
    yield kind.in_use.code, f"{kind.french} en service ailleurs"


FRENCH: Final[Mapping[str, str]] = {
    **{code: title for kind in KINDS for code, title in _of_records(kind)},
    "address-code-wrong": "Code erroné",
    "between-slots": "Entre deux créneaux",
    "beyond-horizon": "Trop loin dans l'avenir",
    "blocked": "Professionnel indisponible",
    "body-malformed": "Corps illisible",
    "body-too-deep": "Corps trop imbriqué",
    "body-too-large": "Corps trop volumineux",
    "booking-disabled": "Réservations suspendues",
    "booking-has-another-client": "Réservation d'un autre client",
    "booking-id-taken": "Identifiant de réservation déjà pris",
    "booking-not-found": "Réservation introuvable",
    "buffer-out-of-range": "Temps tampon hors limites",
    "cancellation-window-closed": "Délai d'annulation dépassé",
    "changed-too-often": "Modifié trop souvent",
    "client-already-exists": "Client déjà enregistré",
    "client-id-taken": "Identifiant de client déjà pris",
    "client-is-blocked": "Client bloqué",
    "client-is-erased": "Client effacé",
    "client-is-linked-to-another-user": "Client lié à un autre utilisateur",
    "client-is-no-staff": "Un client n'est pas du personnel",
    "client-limits-out-of-range": "Limites hors de l'intervalle admis",
    "client-not-found": "Client introuvable",
    "duration-not-allowed": "Durée non admise",
    "duration-not-known": "Durée inconnue",
    "duration-out-of-range": "Durée hors limites",
    "email-address-not-understood": "Adresse électronique illisible",
    "email-taken": "Adresse électronique déjà utilisée",
    "event-too-large": "Événement trop volumineux",
    "fact-not-understood": "Fait illisible",
    "fact-type-not-known": "Type de fait inconnu",
    "failed-again": "Nouvel échec",
    "head-too-large": "En-têtes trop volumineux",
    "hold-already-used": "Option déjà utilisée",
    "hold-expired": "Option expirée",
    "hold-id-taken": "Identifiant d'option déjà pris",
    "hold-is-for-another-slot": "Option sur un autre créneau",
    "hold-not-found": "Option introuvable",
    "hold-too-long": "Option trop longue",
    "idempotency-key-invalid": "Clé d'idempotence invalide",
    "idempotency-key-reused": "Clé d'idempotence déjà utilisée",
    "if-match-invalid": "If-Match invalide",
    "if-match-required": "If-Match requis",
    "internal-error": "Erreur interne",
    "invalid-recurrence": "Récurrence invalide",
    "invalid-refresh-token": "Jeton de renouvellement invalide",
    "invalid-settings": "Réglages invalides",
    "invalid-time-block": "Indisponibilité invalide",
    "invalid-token": "Jeton d'accès invalide",
    "job-is-not-parked": "Tâche non suspendue",
    "job-is-not-waiting": "Tâche non en attente",
    "job-not-found": "Tâche introuvable",
    "job-payload-invalid": "Contenu de tâche invalide",
    "last-owner": "Dernier propriétaire",
    "length-not-offered": "Durée non proposée",
    "media-type-unsupported": "Type de contenu non accepté",
    "method-not-allowed": "Méthode non admise",
    "no-role-given": "Aucun rôle donné",
    "not-found": "Introuvable",
    "not-parked": "Rien de suspendu",
    "not-readable-here": "Illisible par ce processus",
    "not-yet-begun": "Pas encore commencé",
    "note-is-written": "Note déjà écrite",
    "notice-too-short": "Délai trop court",
    "operator-not-grantable": "Rôle non attribuable",
    "order-too-large": "Ordre trop volumineux",
    "outbox-mail-not-found": "Courriel introuvable",
    "outside-hours": "En dehors des heures d'ouverture",
    "password-hash-not-understood": "Empreinte de mot de passe non reconnue",
    "path-unknown": "Adresse inconnue",
    "permission-missing": "Droit manquant",
    "personal-data-erased": "Données personnelles effacées",
    "phone-number-not-understood": "Numéro de téléphone illisible",
    "position-unknown": "Position inconnue",
    "price-is-negative": "Prix négatif",
    "professional-id-taken": "Identifiant de professionnel déjà pris",
    "professional-is-retired": "Professionnel parti",
    "professional-not-found": "Professionnel introuvable",
    "professional-not-named": "Professionnel non nommé",
    "projection-behind": "Lecture en retard",
    "query-invalid": "Question invalide",
    "registration-under-way": "Inscription en cours",
    "request-too-slow": "Requête trop lente",
    "chunks-too-small": "Morceaux trop petits",
    "request-unreadable": "Requête illisible",
    "series-conflicts": "Série en conflit",
    "series-id-taken": "Identifiant de série déjà pris",
    "series-is-empty": "Série vide",
    "series-not-found": "Série introuvable",
    "series-too-long": "Série trop longue",
    "service-id-taken": "Identifiant de prestation déjà pris",
    "service-is-removed": "Prestation retirée",
    "service-not-bookable": "Prestation non réservable",
    "service-not-found": "Prestation introuvable",
    "service-not-offered": "Prestation non proposée",
    "slot-in-the-past": "Créneau passé",
    "slot-taken": "Créneau pris",
    "source-not-known": "Source inconnue",
    "tenant-id-taken": "Identifiant d'entreprise déjà pris",
    "named-twice": "Nommé deux fois",
    "changed-meanwhile": "Changé entre-temps",
    "tenant-not-found": "Entreprise introuvable",
    "standing-changed": "Droits modifiés",
    "time-block-id-taken": "Identifiant d'indisponibilité déjà pris",
    "time-block-not-found": "Indisponibilité introuvable",
    "token-expired": "Jeton d'accès expiré",
    "token-invalid": "Jeton invalide",
    "token-missing": "Jeton manquant",
    "too-contended": "Trop de changements à la fois",
    "too-many-attempts": "Trop de tentatives",
    "too-many-holds": "Trop d'options à la fois",
    "too-many-open-requests": "Trop de demandes en attente",
    "too-many-time-blocks": "Trop d'indisponibilités",
    "too-many-requests": "Trop de requêtes",
    "transition-not-allowed": "Changement de statut non admis",
    "outcome-unknown": "Issue inconnue",
    "unavailable": "Service indisponible",
    "unknown-time-zone": "Fuseau horaire inconnu",
    "user-id-taken": "Identifiant d'utilisateur déjà pris",
    "user-is-deactivated": "Utilisateur désactivé",
    "user-not-found": "Utilisateur introuvable",
    "validation-failed": "Requête invalide",
    "version-mismatch": "Version dépassée",
    "weak-password": "Mot de passe trop faible",
    "window-invalid": "Période invalide",
    "wrong-credentials": "Identifiants incorrects",
}

LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {"fr": FRENCH}


def title(code: str, language: str) -> str:
    """Return the title of a refusal in a language.

    >>> title("slot-taken", "fr"), title("slot-taken", "en")
    ('Créneau pris', 'Slot taken')
    """
    return LANGUAGES.get(language, {}).get(code) or code.replace("-", " ").capitalize()


def language(accepted: str) -> str:
    """Choose from an Accept-Language header; English when nothing else is wanted.

    >>> language("de, fr-CA;q=0.8, en;q=0.2")
    'fr'
    """
    wishes = (_wish(part) for part in accepted.split(",", MOST_WISHES)[:MOST_WISHES])
    wanted = sorted((-quality, n, tag) for n, (tag, quality) in enumerate(wishes) if quality > 0)
    return next((tag for *_, tag in wanted if tag in LANGUAGES or tag == ENGLISH), ENGLISH)


def _wish(part: str) -> tuple[str, float]:
    tag, _, parameter = part.partition(";")
    try:
        quality = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        quality = 0.0
    return tag.strip().partition("-")[0].lower(), quality
