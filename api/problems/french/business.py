"""Refusals about a business, its users and their accounts, in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "address-code-wrong": Words(
        "Code erroné", "Le code est erroné, a déjà servi ou a expiré. Demandez-en un autre."
    ),
    "announcement-never-ends": Words(
        "Annonce sans fin",
        "Une annonce prend fin entre 1970 et 2999, ou quand elle est supprimée.",
    ),
    "client-is-no-staff": Words(
        "Un client n'est pas du personnel",
        "Le rôle de client va seul : un client ne fait pas partie du personnel.",
    ),
    "configuration-not-found": Words(
        "Rien n'est configuré", "Rien n'est configuré sous cette clé."
    ),
    "configured-meanwhile": Words(
        "Configuré entre-temps",
        "Quelqu'un d'autre l'a configuré ou supprimé entre-temps. Regardez-le de nouveau.",
    ),
    "delivery-not-found": Words(
        "Envoi introuvable",
        "Aucun envoi sous cet identifiant, ou il est réglé depuis plus de trente jours.",
    ),
    "email-taken": Words(
        "Adresse électronique déjà utilisée",
        "Un compte avec cette adresse électronique existe déjà.",
    ),
    "invalid-refresh-token": Words(
        "Jeton de renouvellement invalide",
        "Le jeton de renouvellement n'est pas valide, a déjà servi ou a expiré ; reconnectez- "
        "vous.",
    ),
    "invalid-token": Words(
        "Jeton d'accès invalide", "Le jeton d'accès n'est pas valide, ou sa session a pris fin."
    ),
    "last-owner": Words("Dernier propriétaire", "Une entreprise garde au moins un propriétaire."),
    "no-role-given": Words("Aucun rôle donné", "Un utilisateur a au moins un rôle."),
    "operator-not-grantable": Words(
        "Rôle non attribuable",
        "Le rôle d'opérateur est donné par ceux qui exploitent le système, pas par une entreprise.",
    ),
    "origin-not-understood": Words(
        "Origine non reconnue",
        "Une origine est https://, un hôte par son nom complet, et un port s'il n'est pas l'usuel ; rien "
        "n'en désigne plusieurs. Les pages de sa propre machine peuvent être http://localhost.",
    ),
    "password-hash-not-understood": Words(
        "Empreinte de mot de passe non reconnue",
        "Seules les empreintes bcrypt et argon2id peuvent être reprises.",
    ),
    "professional-not-named": Words(
        "Professionnel non nommé",
        "Le rôle de professionnel demande de nommer le professionnel que l'utilisateur est.",
    ),
    "provider-refuses": Words(
        "Refusé par le prestataire",
        "Le prestataire n'accepte pas ces valeurs. Celles qui étaient en vigueur le restent.",
    ),
    "registration-under-way": Words(
        "Inscription en cours", "Quelqu'un inscrit cette adresse électronique en ce moment même."
    ),
    "tenant-id-taken": Words(
        "Identifiant d'entreprise déjà pris",
        "Une autre entreprise a été enregistrée sous cet identifiant.",
    ),
    "tenant-not-found": Words("Entreprise introuvable", "Cette entreprise n'existe pas."),
    "token-expired": Words("Jeton d'accès expiré", "Le jeton d'accès a expiré ; renouvelez-le."),
    "too-many-attempts": Words(
        "Trop de tentatives", "Trop de tentatives ; attendez avant de réessayer."
    ),
    "translated-twice": Words(
        "Traduit deux fois", "Une annonce dit la même chose une fois dans chaque langue."
    ),
    "user-id-taken": Words(
        "Identifiant d'utilisateur déjà pris",
        "Un autre utilisateur a été enregistré sous cet identifiant.",
    ),
    "user-is-deactivated": Words("Utilisateur désactivé", "L'utilisateur a été désactivé."),
    "user-not-found": Words("Utilisateur introuvable", "Cet utilisateur n'existe pas."),
    "weak-password": Words(
        "Mot de passe trop faible", "Le mot de passe est trop facile à deviner."
    ),
    "wrong-credentials": Words(
        "Identifiants incorrects", "L'adresse électronique ou le mot de passe est erroné."
    ),
    "public-name-not-allowed": Words(
        "Nom public non admis",
        "Un nom public a de 3 à 40 petites lettres de a à z, chiffres, et traits d'union entre eux ; un "
        "nombre seul, ou un mot qui désigne autre chose, n'en est pas un.",
    ),
    "public-name-taken": Words(
        "Nom public pris", "Une autre entreprise a, ou a eu, ce nom public."
    ),
    "too-many-origins": Words(
        "Trop d'origines", "Une entreprise n'inscrit pas plus d'origines que cela."
    ),
    "too-many-public-names": Words(
        "Trop de noms publics",
        "Une entreprise ne change pas plus souvent de nom public ; elle peut reprendre un de ceux "
        "qu'elle a eus.",
    ),
    "webhook-address-not-allowed": Words(
        "Adresse non admise",
        "Rien n'est envoyé à cette adresse : elle commence par https://, nomme un hôte de l'Internet public, "
        "et n'a ni utilisateur, ni mot de passe, ni fragment, ni port inhabituel.",
    ),
    "webhook-of-nothing": Words(
        "Rien de tel n'est annoncé",
        "Personne n'est informé d'événements de ces types ou de ces domaines.",
    ),
}
