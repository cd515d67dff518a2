"""What refusals about conversations say in French."""

from collections.abc import Mapping
from typing import Final

from api.problems.french.words import Words

FRENCH: Final[Mapping[str, Words]] = {
    "assignee-not-found": Words(
        "Responsable introuvable", "La personne qui doit répondre ne travaille pas ici."
    ),
    "changed-too-many-times": Words(
        "Trop de modifications", "Le message a été modifié autant de fois que possible."
    ),
    "for-the-business": Words(
        "Réservé à l'entreprise",
        "Les notes entre collègues, les modèles et les messages du système ne sont pas pour les clients.",
    ),
    "members-not-found": Words(
        "Participant introuvable",
        "Une personne nommée n'est pas ici : elle est inconnue, ou ne travaille plus ici.",
    ),
    "mentioned-not-there": Words(
        "Mention impossible", "La personne mentionnée ne voit pas ce message."
    ),
    "message-is-deleted": Words("Message supprimé", "Le message a été supprimé."),
    "message-is-old": Words(
        "Message trop ancien", "Un message peut être modifié pendant un jour après son envoi."
    ),
    "message-not-found": Words(
        "Message introuvable",
        "Aucune conversation à laquelle vous participez n'a de message avec cet identifiant.",
    ),
    "not-a-member": Words(
        "Pas de participation", "Cette personne ne participe pas à cette conversation."
    ),
    "not-enough-members": Words(
        "Trop peu de participants",
        "Une conversation réunit au moins deux personnes, et exactement deux si elle est directe.",
    ),
    "not-your-message": Words(
        "Message d'un autre", "Seule la personne qui a écrit un message peut le modifier."
    ),
    "replies-elsewhere": Words(
        "Réponse impossible",
        "Ce à quoi vous répondez n'est pas un message de cette conversation que vous voyez.",
    ),
    "files-not-carried": Words(
        "Fichiers non transmis", "Les fichiers ne sont pas envoyés sur ce canal."
    ),
    "choices-not-carried": Words(
        "Choix non proposés", "Personne ne peut choisir parmi des réponses sur ce canal."
    ),
    "choices-unclear": Words(
        "Choix à revoir",
        "Il y a un à trois boutons, ou une liste d'une à dix lignes, sans deux fois le même "
        "identifiant ; les boutons ont des titres différents, et chacune de plusieurs sections en a un.",
    ),
    "message-is-not-stuck": Words(
        "Message pas en attente d'un nouvel envoi",
        "Seul un message qui a échoué, ou dont personne ne sait s'il est arrivé, peut être renvoyé.",
    ),
    "too-long-for-channel": Words(
        "Trop long pour ce canal", "Ce canal ne transmet pas davantage en une fois."
    ),
    "channel-not-carried": Words("Canal sans envoi", "Rien n'est envoyé d'ici sur ce canal."),
    "fallback-not-named": Words(
        "Modèle de repli inconnu",
        "Aucun modèle à envoyer à la place n'est nommé, ni ici ni dans la configuration.",
    ),
    "template-not-approved": Words(
        "Modèle non approuvé",
        "Le canal n'a pas approuvé ce modèle, ou pas dans ces termes.",
    ),
    "templates-not-configured": Words(
        "Compte WhatsApp incomplet",
        "Personne ne peut être interrogé : aucun compte professionnel n'est configuré avec le numéro.",
    ),
    "client-not-reachable": Words(
        "Client injoignable",
        "Ni son nom sur ce canal ni un numéro de cette personne n'est connu.",
    ),
    "approved-too-long": Words(
        "Modèle trop long", "Avec tout ce qui y est rempli, il est trop long pour ce canal."
    ),
    "parameter-not-taken": Words(
        "Valeur refusée par le canal",
        "Le canal n'accepte ni retour à la ligne, ni tabulation, ni plus de quatre espaces de suite dans "
        "ce qui est rempli, et rien ne peut y rester vide.",
    ),
    "filled-in-too-long": Words(
        "Message trop long", "Avec tout ce qui y est rempli, le message est trop long."
    ),
    "placeholder-malformed": Words(
        "Champ mal écrit",
        "Ce qui est à remplir s'écrit entre deux accolades, par un nom en minuscules, chiffres et "
        "tirets bas, ou par un numéro.",
    ),
    "placeholder-missing": Words("Champ non rempli", "Le modèle a un champ dont rien n'est dit."),
    "placeholder-unknown": Words("Champ inconnu", "Le modèle n'a pas ce champ."),
    "placeholders-differ": Words(
        "Champs différents", "Dans les deux langues, les mêmes champs sont à remplir."
    ),
    "said-twice": Words(
        "Message dit deux fois",
        "Ce que dit un message est écrit, ou fait d'un modèle, et non les deux.",
    ),
    "template-not-in-language": Words(
        "Modèle sans cette langue", "Le modèle n'est pas écrit dans cette langue."
    ),
    "template-not-taken": Words(
        "Modèle refusé", "Le canal n'accepte pas ce modèle, ou pas en ce moment."
    ),
    "template-says-nothing": Words(
        "Modèle vide", "Un modèle dit quelque chose, en français ou en anglais."
    ),
    "too-many-placeholders": Words("Trop de champs", "Un modèle n'a pas plus de champs à remplir."),
    "says-nothing": Words("Message vide", "Un message dit quelque chose, ou porte des fichiers."),
    "not-scheduled-any-more": Words("Plus programmé", "Le message a été envoyé ou annulé."),
    "scheduled-into-the-past": Words(
        "Programmation impossible",
        "Un message se programme pour un moment à venir, dans l'année.",
    ),
    "scheduled-not-found": Words(
        "Message programmé introuvable",
        "Aucun message programmé que vous voyez n'a cet identifiant.",
    ),
    "too-many-scheduled": Words(
        "Trop de messages programmés",
        "Une conversation n'a pas plus de messages programmés à la fois.",
    ),
    "snoozed-into-the-past": Words(
        "Report impossible",
        "Une conversation se reporte à un moment à venir, dans l'année.",
    ),
    "thread-is-archived": Words(
        "Conversation archivée", "La conversation est archivée ; restaurez-la d'abord."
    ),
    "thread-is-direct": Words(
        "Conversation à deux",
        "Une conversation à deux le reste ; ouvrez-en une à plusieurs.",
    ),
    "too-many-parts": Words(
        "Trop de SMS", "Un message part en autant de SMS qu'il peut en avoir, et pas plus."
    ),
    "window-closed": Words(
        "Fenêtre fermée",
        "Rien ne peut plus se dire librement sur ce canal : la personne n'y a pas écrit depuis 24 heures. "
        "Ces modèles peuvent être envoyés.",
    ),
    "thread-not-found": Words(
        "Conversation introuvable",
        "Vous ne participez à aucune conversation avec cet identifiant.",
    ),
    "too-many-members": Words(
        "Trop de participants", "Une conversation ne réunit pas plus de personnes."
    ),
    "too-many-reactions": Words("Trop de réactions", "Un message ne reçoit pas plus de réactions."),
}
