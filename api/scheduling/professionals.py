"""Professionals over HTTP: who works here, when they are open, how they can be booked."""

from typing import Annotated, Any, Final, Literal

import msgspec
from fastapi import Response
from pydantic import Field, StringConstraints

from api.problems.reasons import WORKING
from api.requests import ids
from api.requests.answers import Listed, Row, answers
from api.requests.caller import Caller, new_id
from api.requests.forms import Body, ContactBody, Line, MoneyBody, TimeZone
from api.requests.listing import Listing
from api.requests.parsing import boolean, text
from api.web.gate import may
from api.web.routing import Router
from application.permissions import Permission
from domain.scheduling.professionals import (
    RANGES,
    TIME_OF_DAY,
    ChangeProfessionalContact,
    ChangeProfessionalSettings,
    CloseForBooking,
    OpenForBooking,
    RegisterProfessional,
    RenameProfessional,
    RetireProfessional,
    Settings,
)
from domain.values import ProfessionalId
from projections.paging import Op, Where
from projections.scheduling.professional_contacts import PROFESSIONAL_CONTACTS
from projections.scheduling.professionals import PROFESSIONALS

MayRead = Annotated[Caller, may(Permission.PROFESSIONALS_READ)]
MayReadContacts = Annotated[Caller, may(Permission.CLIENTS_READ)]
MayWrite = Annotated[Caller, may(Permission.PROFESSIONALS_WRITE)]
TimeOfDay = Annotated[str, StringConstraints(pattern=f"^({TIME_OF_DAY.pattern})$")]

router: Final = Router(prefix="/v1/professionals", tags=["professionals"])

LISTING: Final = Listing(
    model=PROFESSIONALS,
    filters={"name": text, "active": boolean, "accepts_bookings": boolean},
    sorts=("name",),
    default_sort="name",
)
ACTIVE: Final = Where("active", Op.IS, [True])


def within(name: str) -> Any:
    """Declare a number of settings: the range it has to be in."""
    least, most = RANGES[name]
    return Field(strict=True, ge=least, le=most)


class HoursBody(Body):
    """From one reading of the wall clock to another; "24:00" is the end of the day."""

    opens: TimeOfDay
    closes: TimeOfDay


DayBody = Annotated[list[HoursBody], Field(max_length=48)]


class WeekBody(Body):
    """The hours of each weekday, in order; what lies between two is a break."""

    monday: DayBody = Field(default_factory=list)
    tuesday: DayBody = Field(default_factory=list)
    wednesday: DayBody = Field(default_factory=list)
    thursday: DayBody = Field(default_factory=list)
    friday: DayBody = Field(default_factory=list)
    saturday: DayBody = Field(default_factory=list)
    sunday: DayBody = Field(default_factory=list)


class FixedDepositBody(Body):
    """The same for every booking."""

    type: Literal["fixed"]
    amount: MoneyBody


class PercentDepositBody(Body):
    """A share of the price."""

    type: Literal["percent"]
    percent: Annotated[int, Field(strict=True, ge=1, le=100)]


class SettingsBody(Body):
    """All settings: what is left out is as for somebody new."""

    time_zone: TimeZone
    hours: WeekBody
    slot_step_minutes: Annotated[int, within("slot_step_minutes")] = 15
    notice_minutes: Annotated[int, within("notice_minutes")] = 0
    horizon_days: Annotated[int, within("horizon_days")] = 365
    cancellation_window_minutes: Annotated[int, within("cancellation_window_minutes")] = 0
    buffer_before_minutes: Annotated[int, within("buffer_before_minutes")] = 0
    buffer_after_minutes: Annotated[int, within("buffer_after_minutes")] = 0
    deposit: (
        Annotated[FixedDepositBody | PercentDepositBody, Field(discriminator="type")] | None
    ) = None
    auto_confirm: bool = False
    pending_holds_slot: bool = True
    language: Literal["en", "fr"] = "en"

    def settings(self) -> Settings:
        """Return the value."""
        return msgspec.convert(self.model_dump(), Settings)


class ProfessionalBody(ContactBody):
    """Somebody who begins to work here. `name` is for everybody, the rest is not."""

    settings: SettingsBody


class NameBody(Body):
    name: Line


class BookingSwitchBody(Body):
    """Whether bookings are taken at present."""

    enabled: bool


@router.post("", status_code=201)
@answers(Row(PROFESSIONALS), refuses=WORKING)
def register_professional(body: ProfessionalBody, caller: MayWrite) -> Response:
    """Let somebody begin to work here, open for booking."""
    command = registration(body, caller)
    return caller.created(
        PROFESSIONALS, command.professional_id, command, where="/v1/professionals"
    )


@router.get("")
@answers(Listed(LISTING))
def list_professionals(caller: MayRead) -> Response:
    """List who works here, or with `active=false` who no longer does."""
    asked = caller.request.query_params
    return LISTING.answer(caller, where=[] if "active" in asked else [ACTIVE])


@router.get("/{professional_id}")
@answers(Row(PROFESSIONALS))
def get_professional(professional_id: ids.Professional, caller: MayRead) -> Response:
    """Show a professional: name, hours and rules."""
    return caller.shown(PROFESSIONALS, professional_id)


@router.put("/{professional_id}")
@answers(Row(PROFESSIONALS), refuses=WORKING)
def rename_professional(
    professional_id: ids.Professional, body: NameBody, caller: MayWrite
) -> Response:
    """Change the name that everybody sees."""
    command = RenameProfessional(professional_id=professional_id, name=body.name)
    return caller.changed(PROFESSIONALS, professional_id, command)


@router.delete("/{professional_id}", status_code=204)
@answers(refuses=WORKING)
def retire_professional(professional_id: ids.Professional, caller: MayWrite) -> Response:
    """Let somebody work here no longer; what is booked stays, and so does the history."""
    command = RetireProfessional(professional_id=professional_id)
    return caller.done(caller.order(command, on=professional_id))


@router.get("/{professional_id}/contact")
@answers(Row(PROFESSIONAL_CONTACTS))
def get_professional_contact(
    professional_id: ids.Professional, caller: MayReadContacts
) -> Response:
    """Show those who work here how to reach a professional."""
    return caller.shown(PROFESSIONAL_CONTACTS, professional_id)


@router.put("/{professional_id}/contact")
@answers(Row(PROFESSIONAL_CONTACTS), refuses=WORKING)
def change_professional_contact(
    professional_id: ids.Professional, body: ContactBody, caller: MayWrite
) -> Response:
    """Change how a professional is addressed and reached."""
    command = ChangeProfessionalContact(
        professional_id=professional_id, contact=body.contact(caller)
    )
    return caller.changed(PROFESSIONAL_CONTACTS, professional_id, command)


@router.put("/{professional_id}/settings")
@answers(Row(PROFESSIONALS), refuses=WORKING)
def change_professional_settings(
    professional_id: ids.Professional, body: SettingsBody, caller: MayWrite
) -> Response:
    """Change hours and rules for what is booked from now on; what is booked stays."""
    command = ChangeProfessionalSettings(professional_id=professional_id, settings=body.settings())
    return caller.changed(PROFESSIONALS, professional_id, command)


@router.put("/{professional_id}/booking")
@answers(Row(PROFESSIONALS), refuses=WORKING)
def switch_booking(
    professional_id: ids.Professional, body: BookingSwitchBody, caller: MayWrite
) -> Response:
    """Take bookings, or none for the time being."""
    switch = OpenForBooking if body.enabled else CloseForBooking
    return caller.changed(PROFESSIONALS, professional_id, switch(professional_id=professional_id))


def registration(body: ProfessionalBody, caller: Caller) -> RegisterProfessional:
    """Return the order to let somebody begin, under a new id."""
    return RegisterProfessional(
        professional_id=ProfessionalId(new_id("professional")),
        contact=body.contact(caller),
        settings=body.settings.settings(),
    )
