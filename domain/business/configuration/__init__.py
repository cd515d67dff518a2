"""What a business configures: accounts at providers, with their secrets, and the like; one for each key.

    configure ─► UNCHECKED ─ taken by the provider ─► IN FORCE ─ configure ─► …
                     └ not taken ─► REFUSED                  what was in force still is meanwhile
    remove: its secrets are gone for good; what is configured afterwards is another.
    While it is in force its provider may say that it is in trouble, until it takes something by it again.

What can be configured is a table (`declared`), what may be asked and can happen is in `messages`, what is
remembered in `state`. A former secret verifies signatures for another day, unless it is let go of.
"""

from typing import Final

from domain.business.configuration.decisions import (
    configure,
    judge,
    kept_in,
    let_go,
    remove,
    trouble,
)
from domain.business.configuration.declared import BY_KEY, DECLARED, Declaration, typed_of
from domain.business.configuration.messages import (
    ConfigurationChanged,
    ConfigurationEvent,
    ConfigurationNotFound,
    ConfigurationRecovered,
    ConfigurationRefused,
    ConfigurationRemoved,
    ConfigurationTroubled,
    ConfigurationVerified,
    Configure,
    ConfiguredMeanwhile,
    FormerSecretsLetGo,
    LetGoOfFormer,
    Objection,
    Plain,
    ProviderRefuses,
    RecordTrouble,
    RecordVerdict,
    RemoveConfiguration,
    Sealed,
    Typed,
)
from domain.business.configuration.state import (
    CONFIGURATION,
    FORMER_FOR,
    MOST_FORMER,
    Configuration,
    Former,
    Standing,
    evolve,
)
from domain.messages import Event
from domain.telling import NOT_TOLD, Tellings
from domain.values import derived_id

__all__ = [
    "BY_KEY",
    "CONFIGURATION",
    "DECLARED",
    "FORMER_FOR",
    "MOST_FORMER",
    "Configuration",
    "ConfigurationChanged",
    "ConfigurationEvent",
    "ConfigurationNotFound",
    "ConfigurationRecovered",
    "ConfigurationRefused",
    "ConfigurationRemoved",
    "ConfigurationTroubled",
    "ConfigurationVerified",
    "Configure",
    "ConfiguredMeanwhile",
    "Declaration",
    "Former",
    "FormerSecretsLetGo",
    "LetGoOfFormer",
    "Objection",
    "Plain",
    "ProviderRefuses",
    "RecordTrouble",
    "RecordVerdict",
    "RemoveConfiguration",
    "Sealed",
    "Standing",
    "Typed",
    "claim_of",
    "configure",
    "evolve",
    "judge",
    "kept_in",
    "let_go",
    "remove",
    "trouble",
    "typed_of",
]


def claim_of(key: str) -> str:
    """Name what says what is configured under a key at present: whose the claim is."""
    return derived_id("claim", "configuration", key)


STORED_AS: Final[dict[str, type[Event]]] = {
    "configuration-changed.v1": ConfigurationChanged,
    "configuration-verified.v1": ConfigurationVerified,
    "configuration-refused.v1": ConfigurationRefused,
    "configuration-troubled.v1": ConfigurationTroubled,
    "configuration-recovered.v1": ConfigurationRecovered,
    "former-secrets-let-go.v1": FormerSecretsLetGo,
    "configuration-removed.v1": ConfigurationRemoved,
}
TOLD_AS: Final[Tellings] = {
    ConfigurationChanged: NOT_TOLD,
    ConfigurationVerified: NOT_TOLD,
    ConfigurationRefused: NOT_TOLD,
    ConfigurationTroubled: NOT_TOLD,
    ConfigurationRecovered: NOT_TOLD,
    FormerSecretsLetGo: NOT_TOLD,
    ConfigurationRemoved: NOT_TOLD,
}
"""By whom a business is paid, and under which number, is nobody else's business."""
