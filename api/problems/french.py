"""Refusals in French: the title of each code, and what it says."""

from collections.abc import Mapping
from typing import Final

from api.problems.french_of_records import Words, of_records
from domain.catalogue import KINDS

FRENCH: Final[Mapping[str, Words]] = {
    **{code: words for kind in KINDS for code, words in of_records(kind)},
    "address-code-wrong": Words(
        "Code erroné", "Le code est erroné, a déjà servi ou a expiré. Demandez-en un autre."
    ),
    "address-not-allowed": Words(
        "Adresse non admise",
        "Rien n'est envoyé à cette adresse : elle commence par https://, nomme un hôte qui est sur "
        "l'Internet public, et n'a ni utilisateur, ni mot de passe, ni fragment, ni port inhabituel.",
    ),
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
    "body-malformed": Words(
        "Corps illisible", "Le corps de la requête ne peut pas être lu comme du JSON en UTF-8."
    ),
    "body-too-deep": Words(
        "Corps trop imbriqué", "Le corps de la requête est imbriqué trop profondément."
    ),
    "body-too-large": Words(
        "Corps trop volumineux", "Le corps de la requête est plus grand que ce qui est accepté ici."
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
    "changed-meanwhile": Words(
        "Changé entre-temps",
        "Cela a été changé entre-temps, plusieurs fois de suite. Réessayez, s'il vous plaît.",
    ),
    "changed-too-often": Words(
        "Modifié trop souvent",
        "La personne concernée l'a modifié aussi souvent qu'elle le peut. L'entreprise le peut "
        "encore.",
    ),
    "chunks-too-small": Words(
        "Morceaux trop petits", "Le corps de la requête arrive en morceaux de trop peu d'octets."
    ),
    "client-already-exists": Words(
        "Client déjà enregistré",
        "Un client avec cette adresse électronique, ce numéro de téléphone ou cet identifiant "
        "existe déjà.",
    ),
    "client-id-taken": Words(
        "Identifiant de client déjà pris", "Un autre client a été enregistré sous cet identifiant."
    ),
    "client-is-blocked": Words(
        "Client bloqué", "Pour le moment, l'entreprise n'accepte pas de réservations de ce client."
    ),
    "client-is-erased": Words(
        "Client effacé",
        "Les données personnelles du client ont été effacées ; rien ne peut y être ajouté.",
    ),
    "client-is-linked-to-another-user": Words(
        "Client lié à un autre utilisateur", "Le client est déjà lié à un autre utilisateur."
    ),
    "client-is-no-staff": Words(
        "Un client n'est pas du personnel",
        "Le rôle de client va seul : un client ne fait pas partie du personnel.",
    ),
    "client-limits-out-of-range": Words(
        "Limites hors de l'intervalle admis",
        "Un client peut avoir de zéro à mille demandes ouvertes à la fois.",
    ),
    "client-not-found": Words("Client introuvable", "Ce client n'existe pas."),
    "duration-not-allowed": Words(
        "Durée non admise", "Une réservation dure d'une minute à une semaine."
    ),
    "duration-not-known": Words(
        "Durée inconnue", "Une réservation sans prestation doit dire combien de temps elle dure."
    ),
    "duration-out-of-range": Words(
        "Durée hors limites", "Une prestation dure d'une minute à une journée."
    ),
    "email-address-not-understood": Words(
        "Adresse électronique illisible", "Aucune adresse électronique ne peut y être lue."
    ),
    "email-taken": Words(
        "Adresse électronique déjà utilisée",
        "Un compte avec cette adresse électronique existe déjà.",
    ),
    "event-too-large": Words("Événement trop volumineux", "Un événement fait au plus 900 Ko."),
    "fact-not-understood": Words(
        "Fait illisible",
        "Un fait est un CloudEvent en mode binaire, et dit ce que son type demande.",
    ),
    "fact-type-not-known": Words("Type de fait inconnu", "Il n'y a pas de faits de ce type."),
    "failed-again": Words(
        "Nouvel échec", "Un nouvel essai a échoué comme le précédent ; cela reste mis de côté."
    ),
    "head-too-large": Words(
        "En-têtes trop volumineux",
        "L'adresse ou les en-têtes sont plus longs, ou plus nombreux, que ce qui est accepté ici.",
    ),
    "hold-already-used": Words(
        "Option déjà utilisée", "Une autre réservation a été faite avec cette option."
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
    "invalid-recurrence": Words(
        "Récurrence invalide", "Les dates de cette série n'ont pas de sens."
    ),
    "invalid-refresh-token": Words(
        "Jeton de renouvellement invalide",
        "Le jeton de renouvellement n'est pas valide, a déjà servi ou a expiré ; reconnectez- "
        "vous.",
    ),
    "invalid-settings": Words(
        "Réglages invalides", "Ces réglages se contredisent ou vont au-delà du possible."
    ),
    "invalid-time-block": Words(
        "Indisponibilité invalide", "Les dates de cette indisponibilité n'ont pas de sens."
    ),
    "invalid-token": Words(
        "Jeton d'accès invalide", "Le jeton d'accès n'est pas valide, ou sa session a pris fin."
    ),
    "job-is-not-parked": Words(
        "Tâche non suspendue",
        "Seule une tâche qui échoue, est suspendue ou incertaine peut être relancée ou abandonnée.",
    ),
    "job-is-not-waiting": Words(
        "Tâche non en attente",
        "Seule une tâche en attente, suspendue ou incertaine peut être modifiée.",
    ),
    "job-not-found": Words("Tâche introuvable", "Cette tâche n'existe pas."),
    "job-payload-invalid": Words(
        "Contenu de tâche invalide", "Un ordre de ce genre a une autre forme."
    ),
    "last-owner": Words("Dernier propriétaire", "Une entreprise garde au moins un propriétaire."),
    "length-not-offered": Words(
        "Durée non proposée",
        "Un rendez-vous dure autant que sa prestation ; sans prestation, d'un pas du calendrier à "
        "une journée.",
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
    "no-role-given": Words("Aucun rôle donné", "Un utilisateur a au moins un rôle."),
    "not-found": Words("Introuvable", "Il n'y a rien ici sous cet identifiant."),
    "not-parked": Words("Rien de suspendu", "Rien n'est mis de côté sous cette clé."),
    "not-readable-here": Words(
        "Illisible par ce processus",
        "Ce processus ne peut pas lire quelque chose qui est enregistré à ce sujet ; redemandez "
        "dans un instant.",
    ),
    "not-yet-begun": Words(
        "Pas encore commencé",
        "Une réservation ne peut être terminée ou marquée comme manquée qu'une fois commencée.",
    ),
    "note-is-written": Words(
        "Note déjà écrite", "Une note reste comme elle a été écrite. Ajoutez-en une autre."
    ),
    "notice-too-short": Words(
        "Délai trop court", "Le créneau commence trop tôt pour être réservé."
    ),
    "operator-not-grantable": Words(
        "Rôle non attribuable",
        "Le rôle d'opérateur est donné par ceux qui exploitent le système, pas par une entreprise.",
    ),
    "order-too-large": Words(
        "Ordre trop volumineux",
        "Un ordre peut enregistrer 2 Mo au plus ; donnez-en plusieurs, plus petits.",
    ),
    "outbox-mail-not-found": Words(
        "Courriel introuvable", "Ce courriel n'est pas dans la boîte d'envoi."
    ),
    "outcome-unknown": Words(
        "Issue inconnue",
        "Personne ne sait encore si cela a été fait. Redemandez avec la même Idempotency-Key : si "
        "c'est fait, vous recevrez la première réponse. Si vous n'en avez pas envoyé, vérifiez "
        "avant de redemander.",
    ),
    "outside-hours": Words(
        "En dehors des heures d'ouverture", "Le professionnel est fermé à ce moment-là."
    ),
    "password-hash-not-understood": Words(
        "Empreinte de mot de passe non reconnue",
        "Seules les empreintes bcrypt et argon2id peuvent être reprises.",
    ),
    "path-unknown": Words("Adresse inconnue", "Il n'y a rien à cette adresse."),
    "permission-missing": Words("Droit manquant", "Votre rôle ne le permet pas."),
    "personal-data-erased": Words(
        "Données personnelles effacées",
        "Les données personnelles de cet enregistrement ont été effacées ; rien de personnel ne "
        "peut y être ajouté.",
    ),
    "phone-number-not-understood": Words(
        "Numéro de téléphone illisible",
        "Aucun numéro de téléphone ne peut y être lu. Avec l'indicatif du pays devant, il est "
        "clair : +33 …",
    ),
    "position-unknown": Words(
        "Position inconnue", "La position demandée est au-delà de la fin du journal."
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
    "professional-not-named": Words(
        "Professionnel non nommé",
        "Le rôle de professionnel demande de nommer le professionnel que l'utilisateur est.",
    ),
    "projection-behind": Words(
        "Lecture en retard",
        "Ce que vous avez écrit est enregistré, mais ne peut pas encore être montré ; redemandez "
        "dans un instant.",
    ),
    "query-invalid": Words("Question invalide", "Cela ne peut pas être demandé ainsi."),
    "registration-under-way": Words(
        "Inscription en cours", "Quelqu'un inscrit cette adresse électronique en ce moment même."
    ),
    "request-too-slow": Words(
        "Requête trop lente", "La requête n'est pas arrivée à sa fin à temps."
    ),
    "request-unreadable": Words(
        "Requête illisible", "Ce qui a été envoyé n'est pas une requête HTTP."
    ),
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
    "secret-not-kept": Words(
        "Secret non conservé", "Aucun secret de ce genre n'est à conserver : donnez sa valeur."
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
    "source-not-known": Words(
        "Source inconnue",
        "Rien n'est accepté de cette source : elle ne figure pas dans KAFKA_FACTS.",
    ),
    "standing-changed": Words(
        "Droits modifiés",
        "Vos droits ont changé depuis que ce jeton d'accès a été fait ; renouvelez-le.",
    ),
    "tenant-id-taken": Words(
        "Identifiant d'entreprise déjà pris",
        "Une autre entreprise a été enregistrée sous cet identifiant.",
    ),
    "tenant-not-found": Words("Entreprise introuvable", "Cette entreprise n'existe pas."),
    "time-block-id-taken": Words(
        "Identifiant d'indisponibilité déjà pris",
        "Une autre indisponibilité a été ajoutée sous cet identifiant.",
    ),
    "time-block-not-found": Words(
        "Indisponibilité introuvable", "Cette indisponibilité n'existe pas."
    ),
    "token-expired": Words("Jeton d'accès expiré", "Le jeton d'accès a expiré ; renouvelez-le."),
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
    "too-many-attempts": Words(
        "Trop de tentatives", "Trop de tentatives ; attendez avant de réessayer."
    ),
    "too-many-holds": Words(
        "Trop d'options à la fois",
        "Assez de créneaux sont déjà retenus ; réservez-en un ou rendez-en un.",
    ),
    "too-many-open-requests": Words(
        "Trop de demandes en attente",
        "Assez de demandes sont déjà ouvertes ; attendez une réponse, ou annulez-en une.",
    ),
    "too-many-requests": Words("Trop de requêtes", "C'était assez souvent pour le moment."),
    "too-many-time-blocks": Words(
        "Trop d'indisponibilités",
        "Les indisponibilités récurrentes de ce professionnel remplissent la journée ; retirez-en "
        "une, ou prolongez-en une.",
    ),
    "transition-not-allowed": Words(
        "Changement de statut non admis", "Le statut de la réservation ne le permet pas."
    ),
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
    "user-id-taken": Words(
        "Identifiant d'utilisateur déjà pris",
        "Un autre utilisateur a été enregistré sous cet identifiant.",
    ),
    "user-is-deactivated": Words("Utilisateur désactivé", "L'utilisateur a été désactivé."),
    "user-not-found": Words("Utilisateur introuvable", "Cet utilisateur n'existe pas."),
    "validation-failed": Words(
        "Requête invalide", "La requête n'a pas la forme qui est déclarée pour elle."
    ),
    "version-mismatch": Words("Version dépassée", "Cela a changé depuis que vous l'avez vu."),
    "weak-password": Words(
        "Mot de passe trop faible", "Le mot de passe est trop facile à deviner."
    ),
    "window-invalid": Words(
        "Période invalide", "La période demandée finit après son début, et dure trois mois au plus."
    ),
    "wrong-credentials": Words(
        "Identifiants incorrects", "L'adresse électronique ou le mot de passe est erroné."
    ),
}
