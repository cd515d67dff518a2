"""What happened between us and a client, in order?

One row per thing that happened, placed by its `created_at`: a booking, a lead, a task, a file, a payment or a message
as it stands now, a note as it was written. Another kind of thing is another event to subscribe to.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, assert_never

from msgspec.structs import replace

from domain.conversations.messages import (
    MessageDeleted,
    MessageEdited,
    MessageFellBack,
    MessagePosted,
)
from domain.conversations.participants import MemberId
from domain.files.files import (
    Description,
    FileAnnounced,
    FilePurged,
    FileReady,
    FileRefused,
    FileRemoved,
    FileRestored,
    FileUploaded,
)
from domain.files.files import Status as FileStatus
from domain.money.payments import (
    PaymentAttempted,
    PaymentAuthorized,
    PaymentCanceled,
    PaymentCancelRequested,
    PaymentCaptured,
    PaymentExpired,
    PaymentRequested,
    PaymentStatus,
    RefundReported,
)
from domain.people.clients import CLIENT, ClientErased, ClientNoteAdded
from domain.records import Changed, Created, Purged, Removed, Restored
from domain.sales.leads import (
    LeadConverted,
    LeadMoved,
    LeadOpened,
    LeadPurged,
    LeadRemoved,
    LeadRestored,
    LeadStatus,
)
from domain.sales.tasks import TASKS, Task, TaskCompleted, TaskStatus
from domain.scheduling.bookings import (
    BookingCancelled,
    BookingCompleted,
    BookingConfirmed,
    BookingDeclined,
    BookingLinkedToClient,
    BookingMarkedNoShow,
    BookingMove,
    BookingRequested,
    BookingRescheduled,
    BookingStatus,
    status_after,
)
from domain.values import ClientId, FileId, Money, ProfessionalId, ServiceId, TimeSlot, kind_of
from projections.read_model import ReadModel, Row


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


OfBooking = BookingRequested | BookingMove | BookingRescheduled | BookingLinkedToClient
OfLead = LeadOpened | LeadMoved | LeadConverted | LeadRemoved | LeadRestored | LeadPurged
OfTask = Created[Task] | Changed[Task] | TaskCompleted | Removed | Restored | Purged
OfFile = (
    FileAnnounced | FileUploaded | FileReady | FileRefused | FileRemoved | FileRestored | FilePurged
)

OfPayment = (
    PaymentRequested
    | PaymentAttempted
    | PaymentAuthorized
    | PaymentCaptured
    | PaymentCancelRequested
    | PaymentCanceled
    | PaymentExpired
    | RefundReported
)


def _evolve(row: TimelineEntry | None, event: Any) -> TimelineEntry | None:
    match event:
        case ClientNoteAdded(client_id=client, note_id=note, text=text):
            return TimelineEntry(id=note, client_id=client, kind=EntryKind.NOTE, text=text)
        case ClientErased():
            return None
        case MessagePosted() | MessageEdited() | MessageFellBack() | MessageDeleted():
            return _message(row, event)
        case (
            LeadOpened()
            | LeadMoved()
            | LeadConverted()
            | LeadRemoved()
            | LeadRestored()
            | LeadPurged()
        ):
            return _lead(row, event)
        case (
            FileAnnounced()
            | FileUploaded()
            | FileReady()
            | FileRefused()
            | FileRemoved()
            | FileRestored()
            | FilePurged()
        ):
            return _file(row, event)
        case (
            PaymentRequested()
            | PaymentAttempted()
            | PaymentAuthorized()
            | PaymentCaptured()
            | PaymentCancelRequested()
            | PaymentCanceled()
            | PaymentExpired()
            | RefundReported()
        ):
            return _payment(row, event)
        case Created() | Changed() | TaskCompleted() | Removed() | Restored() | Purged():
            return _task(row, event)
        case _:
            return _booking(row, event)


def _message(
    row: TimelineEntry | None,
    event: MessagePosted | MessageEdited | MessageFellBack | MessageDeleted,
) -> TimelineEntry | None:
    """Tell of what was said between the business and one client, whoever of them said it."""
    match event:
        case MessagePosted():
            return _said(event)
        case MessageEdited(text=text) | MessageFellBack(text=text):
            return row and replace(row, text=text)
        case MessageDeleted():
            return None
        case _:
            assert_never(event)


def _said(event: MessagePosted) -> TimelineEntry | None:
    if event.with_client is None:
        return None
    return TimelineEntry(
        id=event.message_id,
        client_id=event.with_client,
        kind=EntryKind.MESSAGE,
        text=event.text,
        author=event.author,
        files=event.files,
    )


def _booking(row: TimelineEntry | None, event: OfBooking) -> TimelineEntry | None:
    match event:
        case BookingRequested():
            return _requested(event)
        case BookingRescheduled(appointment=appointment):
            return row and replace(row, slot=appointment.slot)
        case BookingLinkedToClient(appointment=appointment):
            return row and replace(row, client_id=appointment.client_id)
        case (
            BookingConfirmed()
            | BookingDeclined()
            | BookingCompleted()
            | BookingMarkedNoShow()
            | BookingCancelled()
        ):
            return row and replace(row, status=status_after(event))
        case _:
            assert_never(event)


def _requested(event: BookingRequested) -> TimelineEntry:
    return TimelineEntry(
        id=event.booking_id,
        client_id=event.appointment.client_id,
        kind=EntryKind.BOOKING,
        status=BookingStatus.PENDING,
        slot=event.appointment.slot,
        professional_id=event.appointment.professional_id,
        service_id=event.appointment.service_id,
    )


def _lead(row: TimelineEntry | None, event: OfLead) -> TimelineEntry | None:
    match event:
        case LeadOpened(lead_id=lead, client_id=client):
            new = LeadStatus.NEW
            return TimelineEntry(id=lead, client_id=client, kind=EntryKind.LEAD, lead_status=new)
        case LeadMoved(status=status):
            return row and replace(row, lead_status=status)
        case LeadConverted():
            return row and replace(row, lead_status=LeadStatus.CONVERTED)
        case LeadRemoved(at=at):
            return row and replace(row, removed_at=at)
        case LeadRestored():
            return row and replace(row, removed_at=None)
        case LeadPurged():
            return None
        case _:
            assert_never(event)


def _task(row: TimelineEntry | None, event: OfTask) -> TimelineEntry | None:
    match event:
        case Created(id=id_, values=task):
            return _as_told(TimelineEntry(id=id_, client_id=None, kind=EntryKind.TASK), task)
        case Changed(values=task):
            return row and _as_told(row, task)
        case TaskCompleted(at=at):
            return row and replace(row, task_status=TaskStatus.DONE, completed_at=at)
        case Removed(at=at):
            return row and replace(row, removed_at=at)
        case Restored():
            return row and replace(row, removed_at=None)
        case Purged():
            return None
        case _:
            assert_never(event)


def _as_told(row: TimelineEntry, task: Task) -> TimelineEntry:
    return replace(
        row,
        client_id=task.client_id,
        text=task.title,
        task_status=task.status,
        due_at=task.due_at,
        completed_at=task.completed_at,
    )


def _file(row: TimelineEntry | None, event: OfFile) -> TimelineEntry | None:
    """Tell of files of clients, and of no others."""
    match event:
        case FileAnnounced(file_id=id_, file=described):
            return _sent(id_, described, FileStatus.AWAITED)
        case FileUploaded(file_id=id_, file=described):
            return _sent(id_, described, FileStatus.UPLOADED)
        case FileReady():
            return row and replace(row, file_status=FileStatus.READY)
        case FileRemoved(at=at):
            return row and replace(row, removed_at=at)
        case FileRestored():
            return row and replace(row, removed_at=None)
        case FileRefused() | FilePurged():
            return None
        case _:
            assert_never(event)


def _sent(file_id: FileId, described: Description, status: FileStatus) -> TimelineEntry | None:
    if kind_of(described.owner_id) != CLIENT.kind:
        return None
    return TimelineEntry(
        id=file_id,
        client_id=ClientId(described.owner_id),
        kind=EntryKind.FILE,
        text=described.name,
        file_status=status,
    )


def _payment(row: TimelineEntry | None, event: OfPayment) -> TimelineEntry | None:
    match event:
        case PaymentRequested():
            return _asked_for(event)
        case PaymentCaptured(status=status, moved=moved, given_back=given_back):
            return row and _moved(replace(row, payment_status=status), moved, given_back)
        case RefundReported(moved=moved):
            return row and _moved(row, 0, moved)
        case (
            PaymentAttempted(status=status)
            | PaymentAuthorized(status=status)
            | PaymentCancelRequested(status=status)
            | PaymentCanceled(status=status)
            | PaymentExpired(status=status)
        ):
            return row and replace(row, payment_status=status)
        case _:
            assert_never(event)


def _asked_for(event: PaymentRequested) -> TimelineEntry:
    return TimelineEntry(
        id=event.payment_id,
        client_id=event.client_id,
        kind=EntryKind.PAYMENT,
        text=event.reason,
        payment_status=PaymentStatus.REQUIRES_PAYMENT_METHOD,
        amount=event.amount,
        captured=0,
        refunded=0,
    )


def _moved(row: TimelineEntry, captured: int, refunded: int) -> TimelineEntry:
    return replace(
        row,
        captured=(row.captured or 0) + captured,
        refunded=(row.refunded or 0) + refunded,
    )


def _key(event: Any) -> list[str]:
    match event:
        case ClientNoteAdded(note_id=note):
            return [note]
        case ClientErased(streams=streams, note_ids=notes):
            return [*streams, *notes]
        case _:
            fields = ("payment_id", "lead_id", "file_id", "booking_id", "message_id", "id")
            return [next(getattr(event, each) for each in fields if hasattr(event, each))]


CLIENT_TIMELINE = ReadModel(
    name="client_timeline",
    version=8,
    row=TimelineEntry,
    subscribes_to=(
        ClientNoteAdded,
        ClientErased,
        BookingRequested,
        BookingConfirmed,
        BookingDeclined,
        BookingCompleted,
        BookingMarkedNoShow,
        BookingCancelled,
        BookingRescheduled,
        BookingLinkedToClient,
        LeadOpened,
        LeadMoved,
        LeadConverted,
        LeadRemoved,
        LeadRestored,
        LeadPurged,
        *TASKS.events.values(),
        FileAnnounced,
        FileUploaded,
        FileReady,
        FileRefused,
        FileRemoved,
        FileRestored,
        FilePurged,
        MessagePosted,
        MessageEdited,
        MessageFellBack,
        MessageDeleted,
        PaymentRequested,
        PaymentAttempted,
        PaymentAuthorized,
        PaymentCaptured,
        PaymentCancelRequested,
        PaymentCanceled,
        PaymentExpired,
        RefundReported,
    ),
    key=_key,
    evolve=_evolve,
    columns=("client_id", "professional_id", "kind", "created_at", "removed_at"),
    indexes=(("client_id", "created_at"),),
    tells_by=True,
)
