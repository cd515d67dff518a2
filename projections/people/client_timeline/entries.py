"""One thing that happened between us and a client."""

from datetime import datetime
from enum import StrEnum

from domain.conversations.participants import MemberId
from domain.files.files import Status as FileStatus
from domain.money.payments import PaymentStatus
from domain.sales.leads import LeadStatus
from domain.sales.tasks import TaskStatus
from domain.scheduling.bookings import BookingStatus
from domain.values import ClientId, FileId, Money, ProfessionalId, ServiceId, TimeSlot
from projections.read_model import Row


class EntryKind(StrEnum):
    """What happened."""

    BOOKING = "booking"
    NOTE = "note"
    LEAD = "lead"
    TASK = "task"
    FILE = "file"
    MESSAGE = "message"
    PAYMENT = "payment"


class TimelineEntry(Row, frozen=True, kw_only=True):
    """`id` is that of the booking, lead, note, task, file, payment or message; `by` is who began it. The `text` is
    that of a note or message, the title of a task, the name of a file or what a payment is for. A lead has its
    `lead_status`; a task its `task_status`, `due_at` and `completed_at`; a file its `file_status`; a message its
    `author` and `files`; a payment its `payment_status`, `amount`, and what of it was `captured` and `refunded`; a
    booking the rest. What was removed says so by `removed_at`, and is not listed.
    """

    id: str
    client_id: ClientId | None
    kind: EntryKind
    by: str | None = None
    text: str | None = None
    status: BookingStatus | None = None
    slot: TimeSlot | None = None
    professional_id: ProfessionalId | None = None
    service_id: ServiceId | None = None
    lead_status: LeadStatus | None = None
    task_status: TaskStatus | None = None
    due_at: datetime | None = None
    completed_at: datetime | None = None
    file_status: FileStatus | None = None
    author: MemberId | None = None
    files: tuple[FileId, ...] = ()
    payment_status: PaymentStatus | None = None
    amount: Money | None = None
    captured: int | None = None
    refunded: int | None = None
    removed_at: datetime | None = None
