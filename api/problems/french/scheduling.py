"""Refusals about visits, in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "between-slots": Words(
        "Entre deux créneaux", "Un rendez-vous commence au début de l'un des créneaux proposés."
    ),
    "beyond-horizon": Words(
        "Trop loin dans l'avenir",
        "Le créneau est plus loin dans l'avenir que ce qui peut être réservé.",
    ),
    "blocked": Words(
        "Professionnel indisponible", "Le professionnel n'est pas disponible à ce moment-là."
    ),
    "booking-disabled": Words(
        "Réservations suspendues", "Pour le moment, le professionnel n'accepte pas de réservations."
    ),
    "booking-has-another-client": Words(
        "Réservation d'un autre client", "La réservation est déjà celle d'un autre client."
    ),
    "booking-id-taken": Words(
        "Identifiant de réservation déjà pris",
        "Une autre réservation a été demandée sous cet identifiant.",
    ),
    "booking-not-found": Words("Réservation introuvable", "Cette réservation n'existe pas."),
    "buffer-out-of-range": Words(
        "Temps tampon hors limites",
        "Le temps tampon avant ou après une prestation va de zéro à une journée.",
    ),
    "cancellation-window-closed": Words(
        "Délai d'annulation dépassé",
        "Il est trop tard pour que le client annule ou déplace cette réservation ; appelez, s'il "
        "vous plaît.",
    ),
    "client-is-blocked": Words(
        "Client bloqué", "Pour le moment, l'entreprise n'accepte pas de réservations de ce client."
    ),
    "client-limits-out-of-range": Words(
        "Limites hors de l'intervalle admis",
        "Un client peut avoir de zéro à mille demandes ouvertes à la fois.",
    ),
    "duration-not-allowed": Words(
        "Durée non admise", "Une réservation dure d'une minute à une semaine."
    ),
    "duration-not-known": Words(
        "Durée inconnue", "Une réservation sans prestation doit dire combien de temps elle dure."
    ),
    "duration-out-of-range": Words(
        "Durée hors limites", "Une prestation dure d'une minute à une journée."
    ),
    "hold-already-used": Words(
        "Option déjà utilisée", "Une réservation a déjà été faite avec cette option."
    ),
    "hold-expired": Words(
        "Option expirée", "L'option a pris fin ; le créneau est de nouveau ouvert à tous."
    ),
    "hold-id-taken": Words(
        "Identifiant d'option déjà pris",
        "Une option sur un autre créneau a été posée sous cet identifiant.",
    ),
    "hold-is-for-another-slot": Words(
        "Option sur un autre créneau", "L'option ne couvre pas cette réservation."
    ),
    "hold-not-found": Words("Option introuvable", "Cette option n'existe pas."),
    "hold-too-long": Words(
        "Option trop longue", "Un créneau peut être retenu dix minutes au plus."
    ),
    "invalid-recurrence": Words(
        "Récurrence invalide", "Les dates de cette série n'ont pas de sens."
    ),
    "invalid-settings": Words(
        "Réglages invalides", "Ces réglages se contredisent ou vont au-delà du possible."
    ),
    "invalid-time-block": Words(
        "Indisponibilité invalide", "Les dates de cette indisponibilité n'ont pas de sens."
    ),
    "length-not-offered": Words(
        "Durée non proposée",
        "Un rendez-vous dure autant que sa prestation ; sans prestation, d'un pas du calendrier à "
        "une journée.",
    ),
    "not-yet-begun": Words(
        "Pas encore commencé",
        "Une réservation ne peut être terminée ou marquée comme manquée qu'une fois commencée.",
    ),
    "notice-too-short": Words(
        "Délai trop court", "Le créneau commence trop tôt pour être réservé."
    ),
    "outside-hours": Words(
        "En dehors des heures d'ouverture", "Le professionnel est fermé à ce moment-là."
    ),
    "price-is-negative": Words("Prix négatif", "Un prix est nul ou positif."),
    "professional-id-taken": Words(
        "Identifiant de professionnel déjà pris",
        "Un autre professionnel a été enregistré sous cet identifiant.",
    ),
    "professional-is-retired": Words(
        "Professionnel parti", "Le professionnel ne travaille plus ici."
    ),
    "professional-not-found": Words("Professionnel introuvable", "Ce professionnel n'existe pas."),
    "series-conflicts": Words(
        "Série en conflit", "Certaines de ces dates ne peuvent pas être réservées."
    ),
    "series-id-taken": Words(
        "Identifiant de série déjà pris", "Une autre série a été demandée sous cet identifiant."
    ),
    "series-is-empty": Words("Série vide", "La règle ne désigne aucune date."),
    "series-not-found": Words("Série introuvable", "Cette série n'existe pas."),
    "series-too-long": Words(
        "Série trop longue",
        "Une série a 104 réservations au plus ; donnez à sa règle un COUNT ou un UNTIL.",
    ),
    "service-id-taken": Words(
        "Identifiant de prestation déjà pris",
        "Une autre prestation a été créée sous cet identifiant.",
    ),
    "service-is-removed": Words(
        "Prestation retirée", "La prestation a été retirée ; rétablissez-la d'abord."
    ),
    "service-not-bookable": Words(
        "Prestation non réservable", "La prestation ne peut pas être réservée pour le moment."
    ),
    "service-not-found": Words("Prestation introuvable", "Cette prestation n'existe pas."),
    "service-not-offered": Words(
        "Prestation non proposée", "Le professionnel ne propose pas cette prestation."
    ),
    "slot-in-the-past": Words("Créneau passé", "Le créneau a déjà commencé."),
    "slot-taken": Words("Créneau pris", "Quelqu'un d'autre a ce créneau."),
    "time-block-id-taken": Words(
        "Identifiant d'indisponibilité déjà pris",
        "Une autre indisponibilité a été ajoutée sous cet identifiant.",
    ),
    "time-block-not-found": Words(
        "Indisponibilité introuvable", "Cette indisponibilité n'existe pas."
    ),
    "too-many-codes": Words(
        "Trop de codes envoyés",
        "Assez de codes ont été envoyés pour ce créneau ; rendez-le et recommencez.",
    ),
    "too-many-holds": Words(
        "Trop d'options à la fois",
        "Assez de créneaux sont déjà retenus ; réservez-en un ou rendez-en un.",
    ),
    "too-many-open-requests": Words(
        "Trop de demandes en attente",
        "Assez de demandes sont déjà ouvertes ; attendez une réponse, ou annulez-en une.",
    ),
    "too-many-time-blocks": Words(
        "Trop d'indisponibilités",
        "Les indisponibilités récurrentes de ce professionnel remplissent la journée ; retirez-en "
        "une, ou prolongez-en une.",
    ),
    "transition-not-allowed": Words(
        "Changement de statut non admis", "Le statut de la réservation ne le permet pas."
    ),
    "window-invalid": Words(
        "Période invalide", "La période demandée finit après son début, et dure trois mois au plus."
    ),
}
