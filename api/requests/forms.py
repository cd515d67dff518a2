"""What the paths and bodies of every area have in common: texts, money, people."""

from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

from api.requests.caller import Caller
from application.people.contact_details import (
    identities_of,
    known_on,
    parse_email,
    parse_phone,
    says_its_country,
)
from application.ports import LAST_VERSION
from domain.countries import COUNTRIES
from domain.fields import (
    ADDRESS,
    CHANNEL,
    COUNTRY,
    CURRENCY,
    GIVEN_ID,
    LANGUAGE,
    LINE,
    NUMBER,
    SOUGHT,
    TEXT,
    Held,
)
from domain.languages import canonical
from domain.people.channels import KnownOn
from domain.texts import says_something, shown
from domain.values import Contact, IdentityId, Money, TenantId
from domain.zones import ZONES

MOST_UNKNOWN: Final = 10
"""Fields that are not declared of which each is named in the refusal."""

LARGEST_AMOUNT: Final = 10**12
"""In the smallest unit. More fits into no invoice, and a million of these still add up in 64 bits."""


def held(limits: Held) -> StringConstraints:
    """Say in pydantic's words what a text may hold."""
    return StringConstraints(
        min_length=limits.min_length, max_length=limits.max_length, pattern=limits.pattern
    )


def seen(text: str) -> str:
    """Return a line as people see it. Raises PydanticCustomError, if they see nothing."""
    line = shown(text)
    if not says_something(line):
        raise PydanticCustomError("string-invisible", "Nobody would see anything of it")
    return line


def _known_zone(name: str) -> str:
    if name not in ZONES:
        raise PydanticCustomError("time-zone-unknown", "There is no such IANA time zone")
    return name


def _known_country(code: str) -> str:
    if code not in COUNTRIES:
        raise PydanticCustomError("country-unknown", "There is no such country of ISO 3166")
    return code


Line = Annotated[str, held(LINE), AfterValidator(seen)]
Text = Annotated[str, held(TEXT)]

Sought = Annotated[str, held(SOUGHT)]
Email = Annotated[str, held(ADDRESS)]
Phone = Annotated[str, held(NUMBER)]
Language = Annotated[str, held(LANGUAGE), AfterValidator(canonical)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_known_zone)]
Country = Annotated[str, held(COUNTRY), AfterValidator(_known_country)]
Currency = Annotated[str, held(CURRENCY)]
Channel = Annotated[str, held(CHANNEL)]
GivenId = Annotated[str, held(GIVEN_ID)]

After = Annotated[int, Query(ge=0, le=LAST_VERSION)]
"""A version behind which something is looked for."""


class Body(BaseModel):
    """A request body: what it does not declare is refused, of much that is not declared the first."""

    model_config = ConfigDict(extra="forbid")

    @model_validator(mode="before")
    @classmethod
    def _unknown_at_most(cls, data: Any) -> Any:
        if isinstance(data, dict) and len(data) > len(cls.model_fields) + MOST_UNKNOWN:
            raise PydanticCustomError(
                "extra-forbidden", "There are more fields than are declared: {most}", _declared(cls)
            )
        return data


def _declared(body: type[BaseModel]) -> dict[str, Any]:
    return {"most": len(body.model_fields)}


class MoneyBody(Body):
    """An amount in the smallest unit of its currency: 1250 EUR is 12.50 euros."""

    amount: Annotated[int, Field(strict=True, ge=0, le=LARGEST_AMOUNT)]
    currency: Currency

    def money(self) -> Money:
        """Return the value."""
        return Money(self.amount, self.currency)


class ContactBody(Body):
    """A person. A phone number without country code is one of the business's own country."""

    name: Line
    email: Email | None = None
    phone: Phone | None = None
    language: Language | None = None
    time_zone: TimeZone | None = None

    def contact(self, caller: Caller) -> Contact:
        """Return the value, parsed. Raises EmailAddressNotUnderstood, PhoneNumberNotUnderstood."""
        return Contact(
            name=self.name,
            email=parse_email(self.email) if self.email else None,
            phone=number_of(self.phone, caller) if self.phone else None,
            language=self.language,
            time_zone=self.time_zone,
        )


def number_of(text: str, caller: Caller) -> str:
    """Return a phone number, parsed: without a country code, one of the country of their business."""
    return parse_phone(text, None if says_its_country(text) else caller.country)


def identities(
    contact: Contact, caller: Caller, custom_id: str | None = None
) -> tuple[IdentityId, ...]:
    """Name what nobody else in the caller's business may have."""
    pepper = caller.backend.pepper.encode()
    return identities_of(contact, custom_id, tenant=TenantId(caller.tenant), pepper=pepper)


def on_channel(channel: str, id_: str, caller: Caller) -> KnownOn:
    """Return what a provider calls somebody in the caller's business."""
    pepper = caller.backend.pepper.encode()
    return known_on(channel, id_, tenant=TenantId(caller.tenant), pepper=pepper)
