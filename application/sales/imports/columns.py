"""What the columns of a file mean, by their names: in English and in French, without accents, capitals and
whatever stands between words.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Final

from application.sales.imports.refusals import ColumnsNotUnderstood, MappingNotUnderstood
from domain.messages import Value
from domain.texts import plain


class Field(StrEnum):
    """What a column can say of somebody."""

    NAME = "name"
    FIRST_NAME = "first_name"
    LAST_NAME = "last_name"
    EMAIL = "email"
    PHONE = "phone"
    EXTERNAL_ID = "external_id"
    MESSAGE = "message"
    SOURCE = "source"
    MEDIUM = "medium"
    CAMPAIGN = "campaign"
    TERM = "term"
    CONTENT = "content"
    REFERRER = "referrer"
    CREATED_AT = "created_at"
    STATUS = "status"
    REASON = "reason"
    ASSIGNEE = "assignee"
    COMPANY = "company"
    COMPANY_DOMAIN = "company_domain"
    JOB_TITLE = "job_title"
    INDUSTRY = "industry"
    COMPANY_SIZE = "company_size"


IGNORED: Final = "ignored"
"""In place of a field: nothing of the column is taken in."""

WHO: Final = frozenset({Field.EMAIL, Field.PHONE, Field.EXTERNAL_ID})
"""By what people are known again."""

# No `id`: it may be the number of the line, and in the next file somebody else has it. No `notes`: those are
# what the business has written, and no message.
NAMES: Final[Mapping[Field, tuple[str, ...]]] = {
    Field.NAME: ("name", "full name", "contact name", "nom complet", "nom et prénom", "contact"),
    Field.FIRST_NAME: ("first name", "given name", "forename", "prénom"),
    Field.LAST_NAME: ("last name", "family name", "surname", "nom", "nom de famille"),
    Field.EMAIL: (
        *("email", "e-mail address", "mail", "email 1", "courriel", "mél"),
        *("adresse e-mail", "adresse mail", "adresse électronique", "adresse courriel"),
    ),
    Field.PHONE: (
        *("phone", "phone number", "tel", "mobile", "mobile phone", "cell", "gsm"),
        *("whatsapp", "portable", "téléphone", "téléphone mobile", "téléphone portable"),
        *("numéro", "numéro de téléphone", "n° de téléphone", "n° tél"),
    ),
    Field.EXTERNAL_ID: (
        *("external id", "lead id", "contact id", "record id", "customer id"),
        *("identifiant externe", "id externe", "id contact", "id prospect", "id client"),
    ),
    Field.MESSAGE: (
        *("message", "comment", "comments", "request", "inquiry", "enquiry", "question"),
        *("commentaire", "commentaires", "demande", "besoin", "votre message"),
    ),
    Field.SOURCE: ("source", "utm_source", "lead source", "origin", "origine", "provenance"),
    Field.MEDIUM: ("medium", "utm_medium", "channel", "canal", "support"),
    Field.CAMPAIGN: ("campaign", "utm_campaign", "campaign name", "campagne"),
    Field.TERM: ("term", "utm_term", "keyword", "mot-clé"),
    Field.CONTENT: ("content", "utm_content", "ad name"),
    Field.REFERRER: ("referrer", "referer", "referring page", "page", "url", "site référent"),
    Field.CREATED_AT: (
        *(
            "created at",
            "opened at",
            "created",
            "created on",
            "created date",
            "created time",
            "create date",
        ),
        *("creation date", "date", "submitted at", "timestamp", "créé le", "date de création"),
        *("date de la demande", "reçu le", "horodatage", "date d'ajout"),
    ),
    Field.STATUS: ("status", "lead status", "stage", "statut", "état", "étape"),
    Field.REASON: ("reason", "lost reason", "motif", "raison", "motif de perte"),
    Field.ASSIGNEE: (
        *("assignee", "assigned to", "owner", "owner email", "lead owner", "responsable"),
        *("attribué à", "assigné à", "affecté à", "propriétaire", "commercial", "suivi par"),
    ),
    Field.COMPANY: (
        *("company", "company name", "organization", "organisation", "account name", "employer"),
        *("société", "entreprise", "raison sociale", "nom de la société", "nom de l'entreprise"),
    ),
    Field.COMPANY_DOMAIN: (
        *("company domain", "company domain name", "domain", "website", "company website"),
        *("domaine", "site web", "site internet", "site de l'entreprise"),
    ),
    Field.JOB_TITLE: (
        *("job title", "title", "role", "position", "fonction", "poste", "intitulé du poste"),
    ),
    Field.INDUSTRY: ("industry", "sector", "secteur", "secteur d'activité", "activité"),
    Field.COMPANY_SIZE: (
        *("company size", "number of employees", "employees", "headcount", "effectif"),
        *("effectifs", "nombre d'employés", "nombre de salariés", "taille de l'entreprise"),
    ),
}


def compared(name: str) -> str:
    """Return by what the name of a column is compared.

    >>> compared("E-mail "), compared("Téléphone"), compared("utm_source")
    ('email', 'telephone', 'utmsource')
    """
    return "".join(letter for letter in plain(name) if letter.isalnum())


KNOWN: Final = {compared(name): field for field, names in NAMES.items() for name in names}


class Columns(Value, frozen=True, kw_only=True):
    """Where in a row each field is, and how the columns are called."""

    names: tuple[str, ...]
    places: Mapping[Field, int]

    def name_of(self, field: Field | None) -> str | None:
        """Return how the column of a field is called."""
        return None if field is None else self.names[self.places[field]]


def understood(names: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """Say what columns mean: as the mapping has it, and else by their names, of two that mean the same the
    first. Raises MappingNotUnderstood, ColumnsNotUnderstood.
    """
    by_hand = _mapped(names, mapping)
    places = {field: place for place, field in by_hand.items() if field is not None}
    for place, name in enumerate(names):
        field = KNOWN.get(compared(name))
        if place not in by_hand and field is not None:
            places.setdefault(field, place)
    if not WHO & places.keys():
        raise ColumnsNotUnderstood(columns=tuple(names), known=tuple(Field))
    return Columns(names=tuple(names), places=places)


def _mapped(names: Sequence[str], mapping: Mapping[str, str]) -> Mapping[int, Field | None]:
    """Return what columns mean by what somebody says of them."""
    there = {compared(name): place for place, name in reversed([*enumerate(names)])}
    fields = {IGNORED: None, **{field.value: field for field in Field}}
    found = {there.get(compared(name)): field for name, field in mapping.items()}
    twice = len({*found.values()} - {IGNORED}) < len([f for f in found.values() if f != IGNORED])
    if None in found or twice or len(found) < len(mapping) or {*found.values()} - fields.keys():
        raise MappingNotUnderstood(columns=tuple(names), known=tuple(fields))
    return {place: fields[field] for place, field in found.items() if place is not None}
