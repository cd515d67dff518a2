"""What a business may configure, as a table: an area that needs something adds a declaration.

Values are flat: text, whole numbers, yes or no, and secrets. They are recorded by their names, so that a
declaration may change: what is no longer declared is not read, and what is new needs a default.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final

import msgspec
from msgspec import inspect
from msgspec.structs import fields

from domain.business.configuration.messages import Plain, Sealed, Typed
from domain.business.users import Role
from domain.confidential import Secret, is_secret
from domain.fields import GIVEN_ID, Held, id_of
from domain.messages import Value

KEPT: Final = (
    inspect.StrType,
    inspect.IntType,
    inspect.BoolType,
    inspect.NoneType,
    inspect.EnumType,
    inspect.LiteralType,
)

Id = Annotated[str, GIVEN_ID]
PathId = Annotated[str, Held(min_length=1, max_length=60, pattern="^[0-9A-Za-z_-]+$")]
"""What stands in the path of an address that is asked."""

SENDER: Final = Held(pattern="^([0-9A-Za-z]{1,11}|[0-9]{12,15})$")
"""Who an SMS is from: a name that telephones show, or a number."""

PATH_IDS: Final = Held(
    max_length=1_000, pattern="^([0-9A-Za-z_-]{1,60}( *, *[0-9A-Za-z_-]{1,60}){0,15})?$"
)
"""Up to 16 of them, with commas between."""
TemplateId = Annotated[str, id_of("message-template")]

HOST: Final = Held(max_length=200, pattern="^[0-9A-Za-z.-]+$")


class Declaration(Value, frozen=True, kw_only=True):
    """What can be configured under a `key`: what it is for, its values, and two examples that differ.

    Besides owners, `readers` see it, without secrets. `verifies` is the secret by which what the provider
    sends us is verified: of a former one it is still valid for a while.
    """

    key: str
    says: str
    values: type[Value]
    examples: tuple[Value, Value]
    verifies: str | None = None
    writers: frozenset[Role] = frozenset({Role.OWNER})
    readers: frozenset[Role] = frozenset({Role.AUDITOR})

    def __post_init__(self) -> None:
        """Refuse what could not be kept. Raises ValueError."""
        for field in fields(self.values):
            if not all(_is_kept(part) for part in _alternatives(inspect.type_info(field.type))):
                raise ValueError(f"{self.key}: {field.name} cannot be kept")
        if self.verifies is not None and self.verifies not in self.secrets:
            raise ValueError(f"{self.key}: what verifies has to be a secret")

    @property
    def name(self) -> str:
        """The key as part of a name."""
        return self.key.replace(".", "_").replace("-", "_")

    @property
    def secrets(self) -> tuple[str, ...]:
        """The fields that hold secrets."""
        named = (
            (each.name, _alternatives(inspect.type_info(each.type))) for each in fields(self.values)
        )
        return tuple(name for name, parts in named if any(is_secret(part) for part in parts))

    def values_of(self, typed: Typed | None) -> Any:
        """Return what was typed as it is declared now, or else what holds where nothing was; None if
        something is lacking that has no default, be it that it was erased.
        """
        typed = typed or Typed()
        said: dict[str, Any] = {each.name: each.value for each in typed.plain}
        said |= {each.name: each.secret for each in typed.secrets}
        try:
            return msgspec.convert(said, self.values)
        except msgspec.ValidationError:
            return None


def typed_of(values: Value) -> Typed:
    """Return values as they are recorded: what is not given is left out."""
    said = [(each.name, getattr(values, each.name)) for each in fields(values)]
    return Typed(
        plain=tuple(
            Plain(name=name, value=msgspec.to_builtins(value))
            for name, value in said
            if value is not None and not isinstance(value, Secret)
        ),
        secrets=tuple(Sealed(name=n, secret=s) for n, s in said if isinstance(s, Secret)),
    )


def _alternatives(kind: inspect.Type) -> tuple[inspect.Type, ...]:
    match kind:
        case inspect.Metadata(type=inner):
            return _alternatives(inner)
        case inspect.UnionType(types=types):
            return tuple(part for each in types for part in _alternatives(each))
        case _:
            return (kind,)


def _is_kept(part: inspect.Type) -> bool:
    return isinstance(part, KEPT) or is_secret(part)


# --- What can be configured ---------------------------------------------------------------


class WhatsappCloud(Value, frozen=True, kw_only=True):
    """A number in Meta's Cloud API, and more of the same account (`more_phone_number_ids`, with commas between): each
    conversation goes by the number by which they wrote. What Meta sends is signed with the `app_secret`; `verify_token`
    is what it says when it is told where to send. Of the `business_account_id` are the templates.
    """

    phone_number_id: PathId
    more_phone_number_ids: Annotated[str, PATH_IDS] = ""
    business_account_id: PathId | None = None
    access_token: Secret
    app_secret: Secret
    verify_token: Secret | None = None

    @property
    def numbers(self) -> tuple[str, ...]:
        """All of them, the first first."""
        more = (each.strip() for each in self.more_phone_number_ids.split(","))
        return (self.phone_number_id, *filter(None, more))

    def number(self, asked: str | None) -> str:
        """Return this one of them, if it is one; else the first."""
        return asked if asked in self.numbers else self.phone_number_id


class Stripe(Value, frozen=True, kw_only=True):
    """An account at Stripe. What it sends is signed with the `webhook_secret` of the endpoint."""

    secret_key: Secret
    webhook_secret: Secret | None = None


class Resend(Value, frozen=True, kw_only=True):
    """An account at Resend. What it sends is signed with the `webhook_secret`."""

    api_key: Secret
    webhook_secret: Secret | None = None


class LabsMobile(Value, frozen=True, kw_only=True):
    """An account at LabsMobile, by which SMS are sent in the name of the `sender`, so many `per_minute` at most. What it
    sends us is known by the `callback_secret`, which stands in the address that it calls:
    `/v1/inbound/{tenant}/labsmobile/{callback_secret}`: sixteen letters or digits at least, and nothing else but - . _ ~
    """

    user: Annotated[str, Held(min_length=1, max_length=200, pattern=r"^[!-9;-~]+$")]
    token: Secret
    sender: Annotated[str, SENDER]
    callback_secret: Secret
    per_minute: Annotated[int, Held(ge=1, le=6_000)] = 60


class Pusher(Value, frozen=True, kw_only=True):
    """An app at Pusher Channels, or at something of one's own that speaks like it. The `host` is reached
    with TLS; what it sends is signed with the `secret`.
    """

    app_id: PathId
    key: Id
    secret: Secret
    host: Annotated[str, HOST] = "api-eu.pusher.com"
    port: Annotated[int, Held(ge=1, le=65_535)] = 443


class Conversations(Value, frozen=True, kw_only=True):
    """`fallback_template_id` is the message template that is sent where nothing can be said freely any more, if
    whoever writes wishes it and names no other. Nothing is filled in.
    """

    fallback_template_id: TemplateId | None = None


DECLARED: Final[tuple[Declaration, ...]] = (
    Declaration(
        key="whatsapp.cloud",
        says="The number by which the business writes on WhatsApp.",
        values=WhatsappCloud,
        examples=(
            WhatsappCloud(
                phone_number_id="106540352242922",
                business_account_id="102290129340398",
                access_token=Secret(value="EAAG-example-token-0001"),
                app_secret=Secret(value="0123456789abcdef0123456789abcdef"),
                verify_token=Secret(value="a word that only we know"),
            ),
            WhatsappCloud(
                phone_number_id="106540352242923",
                more_phone_number_ids="106540352242924, 106540352242925",
                access_token=Secret(value="EAAG-example-token-0002"),
                app_secret=Secret(value="fedcba9876543210fedcba9876543210"),
            ),
        ),
        verifies="app_secret",
    ),
    Declaration(
        key="sms.labsmobile",
        says="The account by which the business sends SMS.",
        values=LabsMobile,
        examples=(
            LabsMobile(
                user="ana@salon.example",
                token=Secret(value="a token of LabsMobile, 0001"),
                sender="SALON",
                callback_secret=Secret(value="a-word-in-an-address-0001"),
            ),
            LabsMobile(
                user="max@salon.example",
                token=Secret(value="a token of LabsMobile, 0002"),
                sender="33199001234",
                callback_secret=Secret(value="a-word-in-an-address-0002"),
                per_minute=600,
            ),
        ),
        verifies="callback_secret",
    ),
    Declaration(
        key="stripe",
        says="The account by which the business is paid.",
        values=Stripe,
        examples=(
            Stripe(
                secret_key=Secret(value="sk-test-example-0000000001"),
                webhook_secret=Secret(value="whsec-example-0000000001"),
            ),
            Stripe(secret_key=Secret(value="sk-test-example-0000000002")),
        ),
        verifies="webhook_secret",
    ),
    Declaration(
        key="resend",
        says="The account by which the business sends mails of its own.",
        values=Resend,
        examples=(
            Resend(
                api_key=Secret(value="re-example-0000000000001"),
                webhook_secret=Secret(value="whsec_ZXhhbXBsZS1vZi1hLXNlY3JldC0y"),
            ),
            Resend(api_key=Secret(value="re-example-0000000000002")),
        ),
        verifies="webhook_secret",
    ),
    Declaration(
        key="pusher",
        says="The app by which browsers are told what is new.",
        values=Pusher,
        examples=(
            Pusher(
                app_id="1204",
                key="278d425bdf160c739803",
                secret=Secret(value="7ad3773142a6692b25b8"),
            ),
            Pusher(
                app_id="1205",
                key="378d425bdf160c739803",
                secret=Secret(value="8ad3773142a6692b25b8"),
            ),
        ),
        verifies="secret",
    ),
    Declaration(
        key="conversations",
        says="What is sent where nothing can be said freely any more.",
        values=Conversations,
        examples=(
            Conversations(
                fallback_template_id="message-template-0198c0de-0000-7000-8000-000000000001"
            ),
            Conversations(
                fallback_template_id="message-template-0198c0de-0000-7000-8000-000000000002"
            ),
        ),
        readers=frozenset({Role.AUDITOR, Role.FRONT_DESK}),
    ),
)

BY_KEY: Final[Mapping[str, Declaration]] = {each.key: each for each in DECLARED}
