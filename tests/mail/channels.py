"""A business of the demonstration that tells its clients on the channels that they want, by stand-ins of providers."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import uuid4

from msgspec.structs import replace

from application.people.contact_details import identities_of
from application.ports import About
from application.processes.effects.bookings import MailKind
from application.records import creation
from application.scheduling.mails import state_of
from application.scheduling.standard_notices import STANDARD
from domain.business.configuration import Configure, typed_of
from domain.business.configuration.declared import LabsMobile, WhatsappCloud
from domain.confidential import Secret, kept
from domain.conversations.approvals import Approval, TemplateStatus
from domain.conversations.messages import MESSAGE, MessagePosted
from domain.conversations.templates import TEMPLATES, MessageTemplate, ReviewTemplate
from domain.messages import Command, Value
from domain.people.clients import CLIENT, ChangeClient, ChooseHowToBeTold
from domain.people.consents import How, ToldBy
from domain.values import ClientId, TenantId
from infra.composition import System
from tests.conversations.sms.labsmobile import SECRET, USER
from tests.conversations.sms.labsmobile import TOKEN as SMS_TOKEN
from tests.conversations.whatsapp.cloud import APP_SECRET, NUMBER, TOKEN, Cloud
from tests.conversations.whatsapp.cloud_templates import TheirTemplate

BY_SMS: Final = LabsMobile(
    user=USER,
    token=Secret(value=SMS_TOKEN),
    sender="SALON",
    callback_secret=Secret(value=SECRET),
    per_minute=6_000,
)
ON_WHATSAPP: Final = WhatsappCloud(
    phone_number_id=NUMBER, access_token=Secret(value=TOKEN), app_secret=Secret(value=APP_SECRET)
)


class Book(list[dict[str, Any]]):
    """What a provider took, and when."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self.at: list[datetime] = []
        self._clock = clock

    def append(self, said: dict[str, Any]) -> None:
        self.at.append(self._clock())
        super().append(said)


class Told(NamedTuple):
    """Of which client: by which channel they want to be told."""

    client_id: str
    channel: ToldBy


class Channels:
    """Prepares each business once: its accounts, its templates, and what its clients want."""

    def __init__(self, system: System, meta: Cloud) -> None:
        self._system = system
        self._meta = meta
        self.wanted: dict[str, ToldBy] = {}

    def prepare(self, tenant: str) -> None:
        """Let a business be on all channels: every second of its clients wants WhatsApp."""
        clients = sorted(streams(self._system, tenant, CLIENT.kind))
        self._configure(tenant, "whatsapp.cloud", ON_WHATSAPP)
        self._configure(tenant, "sms.labsmobile", BY_SMS)
        for kind in MailKind:
            if not kind.is_for_professional:
                self._has_template(tenant, kind)
        for number, client in enumerate(clients):
            self._wants(tenant, client, number)

    def _wants(self, tenant: str, client: str, number: int) -> None:
        channel = (ToldBy.WHATSAPP, ToldBy.SMS, ToldBy.WHATSAPP, ToldBy.MAIL)[number % 4]
        known = self._system.store.history(tenant, client)
        contact = state_of(CLIENT, known).contact
        assert contact is not None
        there = replace(contact, phone=f"+3361{len(self.wanted):07}")
        pepper = self._system.settings.pepper.encode()
        self._order(
            tenant,
            ChangeClient(
                client_id=ClientId(client),
                contact=there,
                identities=identities_of(there, tenant=TenantId(tenant), pepper=pepper),
            ),
            ChooseHowToBeTold(client_id=ClientId(client), channels=(channel,), how=How.DESK),
        )
        self.wanted[client] = channel

    def _configure(self, tenant: str, key: str, account: Value) -> None:
        typed = typed_of(account)
        secrets = tuple(replace(each, secret=kept(each.secret)) for each in typed.secrets)
        taken = replace(typed, secrets=secrets)
        id_ = f"configuration-{uuid4()}"
        self._order(tenant, Configure(id=id_, key=key, values=typed, verified=taken))

    def _has_template(self, tenant: str, kind: MailKind) -> None:
        """Let it say what everybody says, as Meta has approved it."""
        name, id_ = kind.replace("-", "_"), f"{TEMPLATES.one}-{uuid4()}"
        says = STANDARD[kind]
        template = MessageTemplate(shortcut=kind, title=kind, says=says, name=name)
        pepper = self._system.settings.pepper.encode()
        approvals = []
        for language, wording in says.by_language.items():
            theirs = TheirTemplate(name=name, text=wording.text, language=language)
            self._meta.rules.templates.append(theirs)
            approvals.append(
                Approval(
                    name=name,
                    code=language,
                    status=TemplateStatus.APPROVED,
                    text=wording.text,
                    named=True,
                )
            )
        self._order(
            tenant,
            creation(TEMPLATES, id_, template, tenant=tenant, pepper=pepper),
            ReviewTemplate(id=id_, approvals=tuple(approvals)),
        )

    def _order(self, tenant: str, *commands: Command) -> None:
        for command in commands:
            about = About(tenant=tenant, actor="user-scene", command_id=uuid4())
            self._system.dispatch(command, about)


def streams(system: System, tenant: str, kind: str) -> Sequence[str]:
    """Return all of a kind."""
    with system.database.as_tenant(tenant) as connection:
        rows = connection.execute(
            "SELECT DISTINCT stream FROM log.events WHERE stream LIKE %s", (f"{kind}-%",)
        ).fetchall()
    return [row[0] for row in rows if len(row[0]) == len(kind) + 37]


def posted(system: System, tenant: str) -> Iterator[MessagePosted]:
    """Return every message that tells of a booking."""
    for stream in streams(system, tenant, MESSAGE.kind):
        for past in system.store.history(tenant, stream):
            if isinstance(past.event, MessagePosted) and past.event.notice is not None:
                yield past.event
