"""On what terms somebody can be booked: what bookings, holds and series must know beforehand."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from application.transact import Past
from domain.messages import Value
from domain.scheduling.availability import BeyondHorizon, SlotInThePast, Span
from domain.scheduling.bookable import Asks, Wish, refuse_what_takes_no_bookings
from domain.scheduling.bookings import DurationNotAllowed, DurationNotKnown
from domain.scheduling.professionals import PROFESSIONAL, Professional, Settings
from domain.scheduling.services import SERVICE, Service
from domain.scheduling.time_blocks import TIME_BLOCKS, TimeBlocks, time_blocks_of
from domain.values import Money, ProfessionalId, ServiceId, TimeSlot

LONGEST: Final = 7 * 24 * 60
"""Minutes of the longest booking."""

EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
LATEST: Final = datetime(9000, 1, 1, tzinfo=UTC)
"""Nearer to the ends of time, Python cannot add a buffer or change a zone any more."""


class Terms(Value, frozen=True, kw_only=True):
    """How a professional works and what a service takes. No service: no price and no duration."""

    professional_id: ProfessionalId
    professional: Professional
    blocks: TimeBlocks
    service: Service | None = None

    @property
    def settings(self) -> Settings:
        """By which rules the professional is booked."""
        return self.professional.settings

    def span(self, duration_minutes: int | None = None) -> Span:
        """Return how long it takes, with buffers; a duration that is asked for counts first."""
        if duration_minutes is None and self.service is not None:
            duration_minutes = self.service.duration_minutes
        if duration_minutes is None:
            raise DurationNotKnown
        if not 1 <= duration_minutes <= LONGEST:
            raise DurationNotAllowed(shortest=1, longest=LONGEST)
        minutes = (duration_minutes, *self._buffers())
        return Span(*(timedelta(minutes=each) for each in minutes))

    @property
    def price(self) -> Money | None:
        """What the service costs at present."""
        return self.service.price if self.service else None

    def wish(self, asks: Asks, **about: Any) -> Wish:
        """Say what somebody asks for on these terms."""
        return Wish(
            asks=asks,
            professional_id=self.professional_id,
            professional=self.professional,
            blocks=self.blocks,
            service=self.service,
            **about,
        )

    def _buffers(self) -> tuple[int, int]:
        """Return the buffers of the service; the professional's where it names none."""
        settings, service = self.settings, self.service
        before = service.buffer_before_minutes if service else 0
        after = service.buffer_after_minutes if service else 0
        return before or settings.buffer_before_minutes, after or settings.buffer_after_minutes


def terms_of(past: Past, professional_id: ProfessionalId, service_id: ServiceId | None) -> Terms:
    """Collect what is known of a professional and a service, bookable or not."""
    return Terms(
        professional_id=professional_id,
        professional=past.of(PROFESSIONAL, professional_id),
        blocks=past.of(TIME_BLOCKS, time_blocks_of(professional_id)),
        service=None if service_id is None else past.of(SERVICE, service_id),
    )


def bookable_terms(
    past: Past, professional_id: ProfessionalId, service_id: ServiceId | None
) -> Terms:
    """Collect the terms of a new booking; refuse what takes none."""
    terms = terms_of(past, professional_id, service_id)
    refuse_what_takes_no_bookings(professional_id, terms.professional, terms.service)
    return terms


def times(starts_at: datetime, span: Span) -> tuple[TimeSlot, TimeSlot]:
    """Return the slot of a visit, and the same with its buffers."""
    if starts_at < EARLIEST:
        raise SlotInThePast
    if starts_at >= LATEST:
        raise BeyondHorizon(bookable_until=LATEST)
    starts_at = starts_at.astimezone(UTC)
    ends_at = starts_at + span.duration
    return TimeSlot(starts_at, ends_at), TimeSlot(starts_at - span.before, ends_at + span.after)


def span_of(slot: TimeSlot, reserved: TimeSlot) -> Span:
    """Return what `times` was told."""
    return Span(
        slot.ends_at - slot.starts_at,
        slot.starts_at - reserved.starts_at,
        reserved.ends_at - slot.ends_at,
    )
