"""What refusals about leads say in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "assignment-unclear": Words(
        "Attribution contradictoire",
        "Chaque membre et chaque source se nomme une fois, et une source revient à un membre ou à un "
        "département.",
    ),
    "answers-not-taken": Words(
        "Réponses refusées", "Certaines réponses manquent ou ne peuvent pas être justes."
    ),
    "confirmation-unknown": Words(
        "Lien inconnu", "Ce n'est pas le lien qui a été envoyé par e-mail."
    ),
    "form-not-published": Words(
        "Formulaire introuvable", "Il n'y a pas de tel formulaire à remplir."
    ),
    "invitation-leads-nowhere": Words(
        "Invitation sans destination",
        "Personne ne pourrait suivre l'invitation : l'entreprise a besoin d'un nom public, et "
        "`page` doit être d'une origine qu'elle a inscrite, ou être omise si elle n'en a qu'une.",
    ),
    "invitation-not-good": Words(
        "Invitation non valable",
        "Cette invitation n'existe pas, a servi, a expiré, ou une autre a été envoyée depuis. "
        "Demandez-en une autre.",
    ),
    "lead-cannot-move": Words(
        "Étape impossible", "Le prospect ne peut pas passer à cette étape depuis la sienne."
    ),
    "lead-has-no-address": Words(
        "Prospect sans adresse",
        "Personne ne connaît d'adresse à laquelle écrire à ce prospect.",
    ),
    "lead-is-converted": Words(
        "Prospect déjà client",
        "Le prospect est devenu client ; ce qui est à dire se dit du client.",
    ),
    "lead-is-gone": Words(
        "Prospect disparu",
        "Le prospect a été supprimé il y a plus de 30 jours.",
    ),
    "lead-is-merged": Words(
        "Prospect fusionné",
        "Ce prospect a été fusionné avec un autre, car sa personne a plusieurs fiches : adressez-vous à"
        " celui-là.",
    ),
    "lead-is-removed": Words(
        "Prospect supprimé",
        "Le prospect a été supprimé.",
    ),
    "lead-not-found": Words("Prospect introuvable", "Ce prospect n'existe pas."),
    "periods-invalid": Words(
        "Périodes impossibles",
        "Le dernier jour vient après le premier, et il y a au plus 400 périodes entre eux.",
    ),
    "person-missing": Words(
        "Personne manquante",
        "Dites de qui il s'agit : un client, ou une personne par son nom.",
    ),
    "questions-contradict": Words(
        "Questions contradictoires",
        "Les questions du formulaire se contredisent, ou personne ne pourrait être joint grâce à "
        "ce qu'il demande.",
    ),
    "reason-missing": Words(
        "Motif manquant",
        "Dites pourquoi : revenir en arrière ou abandonner un prospect demande un motif.",
    ),
    "repetition-unclear": Words(
        "Répétition peu claire",
        "Ce qui se répète le fait dans un fuseau horaire qui existe (IANA), entre 1970 et 2999, et soit "
        "jusqu'à un moment, soit un certain nombre de fois.",
    ),
    "task-never-due": Words(
        "Échéance impossible", "Une tâche est à faire entre les années 1970 et 2999."
    ),
    "submission-is-accepted": Words(
        "Réponse déjà acceptée",
        "La réponse est devenue un prospect : ce qui est à faire se fait avec celui-ci.",
    ),
    "submission-is-discarded": Words(
        "Réponse supprimée", "La réponse a été supprimée, avec tout ce qui y était dit."
    ),
    "submission-not-confirmed": Words(
        "Réponse non confirmée",
        "Son expéditeur doit la confirmer : personne d'autre ne le peut.",
    ),
    "submission-not-found": Words("Réponse introuvable", "Cette réponse n'existe pas."),
    "sizes-contradict": Words(
        "Tailles contradictoires",
        "`size_min` doit être la plus petite : aucune entreprise n'est sinon de cette taille.",
    ),
    "task-status-unclear": Words(
        "État de tâche contradictoire",
        "Ce qui est fait dit depuis quand, et ce qui est à faire ne le dit pas : terminez la tâche, "
        "ou enlevez les deux.",
    ),
    "too-many-invitations": Words(
        "Trop d'invitations",
        "Le prospect a été invité aussi souvent qu'on peut l'être en un jour.",
    ),
    "too-many-leads": Words(
        "Trop de prospects",
        "Trop de prospects sont venus pendant ce temps pour être comptés à la fois ; demandez-en un plus "
        "court.",
    ),
    "visitor-unknown": Words(
        "Visiteur inconnu", "Personne n'a reçu ce mot en remplissant un formulaire."
    ),
    "weights-contradict": Words(
        "Pondération contradictoire",
        "Ce qui est chaud est tiède aussi : `hot` doit être plus haut que `warm` ; et qui répond "
        "plus vite a plus de points.",
    ),
}
