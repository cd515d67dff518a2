"""A guest books by themselves: they hold a time, say who they are, and show the code that is mailed to them.

    held ─► a wish is kept, and a code mailed ─► shown ─► booked

What somebody says of themselves is recorded nowhere before they have shown that the address is theirs. Until
then it is a wish: sealed, beside the log, and gone within two hours. A code is good for its own wish, so
that nobody proves one address and books under another.
"""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final, Protocol, TypeVar

from application.business.address_proofs import Codes, mailed
from application.operations.jobs import Handled, Handlers, Job, Skipped
from application.ports import Clock
from application.processes.effects.bookings import SendGuestCode
from application.scheduling.mails import (
    GuestMail,
    History,
    Letters,
    Mailer,
    Message,
    language_of,
    state_of,
)
from domain.aggregate import Aggregate
from domain.business.tenants import TENANT, stream_of
from domain.messages import Value
from domain.scheduling.agendas import HOLD, Hold, HoldStatus
from domain.scheduling.bookings import RequestBooking
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.services import SERVICE
from domain.values import BookingId, Contact, HoldId, IdentityId, TenantId, WishId, derived_id

S = TypeVar("S")

WISHES_KEPT: Final = timedelta(hours=1)
"""Longer than any hold: who comes late may have the time all the same, if nobody else has taken it."""


class GuestWish(Value, frozen=True, kw_only=True):
    """Who a guest says that they are, with an address, and what else they say."""

    guest: Contact
    identities: tuple[IdentityId, ...]
    notes: str | None = None

    def __repr__(self) -> str:
        return "GuestWish(…)"


class Guests(Protocol):
    """Keeps what guests say, until they have proved it."""

    def keep(
        self, tenant_id: TenantId, wish_id: WishId, wish: GuestWish, booking_id: BookingId
    ) -> None:
        """Keep a wish for this booking, for `WISHES_KEPT`."""

    def of(self, tenant_id: TenantId, wish_id: WishId) -> GuestWish | None:
        """Return a wish; None when it is gone. Raises NotReadableHere."""

    def shown(self, tenant_id: TenantId, wish_id: WishId, code: str) -> GuestWish:
        """Return the wish that a code was mailed for, however often it is shown. Raises AddressCodeWrong,
        NotReadableHere.
        """


def booking_of(hold_id: HoldId) -> BookingId:
    """Name the booking that a guest's hold becomes: who shows the code twice books once."""
    return BookingId(derived_id("booking", hold_id))


def wished(hold_id: HoldId, hold: Hold, wish: GuestWish) -> RequestBooking:
    """Return the order to book what a guest holds, in their own name."""
    return RequestBooking(
        booking_id=booking_of(hold_id),
        professional_id=hold.professional_id,
        starts_at=hold.slot.starts_at,
        service_id=hold.service_id,
        guest=wish.guest,
        guest_identities=wish.identities,
        notes=wish.notes,
        hold_id=hold_id,
        by_client=True,
        proved=True,
    )


class GuestCodes:
    """Carries out the effect that mails a code to a guest."""

    def __init__(
        self,
        history: History,
        guests: Guests,
        codes: Codes,
        letters: Letters,
        mailer: Mailer,
        clock: Clock,
    ) -> None:
        self._history = history
        self._guests = guests
        self._codes = codes
        self._letters = letters
        self._mailer = mailer
        self._clock = clock

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendGuestCode: self.send}

    def send(self, effect: SendGuestCode, job: Job) -> Handled:
        """Mail a code to a guest who still waits for it."""
        tenant = TenantId(job.tenant)
        hold = self._present(HOLD, tenant, effect.hold_id)
        if hold is None or not _waits(hold, effect.wish_id, self._clock()):
            return Skipped("nobody waits for it any more")
        wish = self._guests.of(tenant, effect.wish_id)
        if wish is None:
            return Skipped("nobody waits for it any more")
        written = partial(self._written, tenant, effect.hold_id, hold, wish.guest)
        return mailed(self._codes, self._mailer, job, effect.wish_id, written)

    def _written(
        self, tenant: TenantId, hold_id: HoldId, hold: Hold, guest: Contact, code: str
    ) -> Message:
        professional = self._present(PROFESSIONAL, tenant, hold.professional_id)
        business = self._present(TENANT, tenant, stream_of(tenant)).business
        service = None
        if hold.service_id is not None:
            service = self._present(SERVICE, tenant, hold.service_id).name
        assert guest.email is not None, "a wish has an address"
        mail = GuestMail(
            tenant=tenant,
            booking_id=booking_of(hold_id),
            email=guest.email,
            business=business.name if business else professional.contact.name,
            language=language_of(guest.language, business.language if business else None),
            service=service,
            slot=hold.slot,
            time_zone=professional.settings.time_zone,
            code=code,
        )
        return self._letters.write_guest_code(mail)

    def _present(self, aggregate: Aggregate[S, Any], tenant: TenantId, stream: str) -> S:
        return state_of(aggregate, self._history(tenant, stream))


def _waits(hold: Hold, wish_id: WishId, now: datetime) -> bool:
    held = hold.status is HoldStatus.HELD and now < hold.expires_at
    return held and hold.wishes[-1:] == (wish_id,)
