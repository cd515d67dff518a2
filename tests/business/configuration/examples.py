"""One example of each message about what a business configures; a test states only what differs."""

from datetime import UTC, datetime
from typing import Any, Final

from domain.business.configuration import (
    ConfigurationChanged,
    ConfigurationRecovered,
    ConfigurationRefused,
    ConfigurationRemoved,
    ConfigurationTroubled,
    ConfigurationVerified,
    Configure,
    FormerSecretsLetGo,
    Objection,
    RecordTrouble,
    RecordVerdict,
    Typed,
    typed_of,
)
from domain.business.configuration.declared import Stripe
from domain.confidential import Secret, kept

NOON: Final = datetime(2027, 1, 4, 12, tzinfo=UTC)
ID: Final = "configuration-0198c0de-0000-7000-8000-000000000001"

GOOD_KEY: Final = "sk-test-good-and-planted-01"
BAD_KEY: Final = "sk-test-bad-and-planted-0001"
SIGNS: Final = "whsec-planted-000000000001"
SIGNS_NEXT: Final = "whsec-planted-000000000002"
PLANTED: Final = (GOOD_KEY, BAD_KEY, SIGNS, SIGNS_NEXT)

STRIPE: Final[dict[str, Any]] = {
    "secret_key": {"value": GOOD_KEY},
    "webhook_secret": {"value": SIGNS},
}


def stripe(key: str = GOOD_KEY, signs: str | None = SIGNS) -> Typed:
    """Return what somebody types of their account at Stripe."""
    secret = None if signs is None else Secret(value=signs)
    return typed_of(Stripe(secret_key=Secret(value=key), webhook_secret=secret))


def first(typed: Typed) -> Typed:
    """Return what is recorded of it, where nothing was known."""
    return Typed(
        plain=typed.plain,
        secrets=tuple(type(e)(name=e.name, secret=kept(e.secret)) for e in typed.secrets),
    )


configure: Final = Configure(id=ID, key="stripe", values=stripe(), verified=first(stripe()))
record_verdict: Final = RecordVerdict(id=ID, number=1)

configuration_changed: Final = ConfigurationChanged(
    id=ID,
    key="stripe",
    number=1,
    values=first(stripe()),
    in_force=False,
    at=NOON,
    verifies="webhook_secret",
)
configuration_verified: Final = ConfigurationVerified(id=ID, number=1, at=NOON)
configuration_refused: Final = ConfigurationRefused(
    id=ID, number=1, objection=Objection.KEY_REJECTED
)
former_secrets_let_go: Final = FormerSecretsLetGo(id=ID)
record_trouble: Final = RecordTrouble(key="stripe", code="190")
configuration_troubled: Final = ConfigurationTroubled(id=ID, key="stripe", code="190", at=NOON)
configuration_recovered: Final = ConfigurationRecovered(id=ID, key="stripe", at=NOON)
configuration_removed: Final = ConfigurationRemoved(id=ID, key="stripe", streams=(ID,))
