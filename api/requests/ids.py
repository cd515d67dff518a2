"""The ids of things, as paths and bodies name them: the kind, a dash, a UUID."""

from typing import Annotated

from pydantic import StringConstraints

from api.requests.forms import held
from domain import fields
from domain.conversations.templates import TemplateId
from domain.values import (
    BlockId,
    BookingId,
    ClientId,
    FileId,
    FormId,
    HoldId,
    IdentityId,
    LeadId,
    MessageId,
    PaymentId,
    ProfessionalId,
    ScheduledId,
    SeriesId,
    ServiceId,
    StageId,
    SubmissionId,
    TaskId,
    ThreadId,
    UserId,
)


def id_of(kind: str) -> StringConstraints:
    """Declare an id of this kind. Without it, one could order on others' streams."""
    return held(fields.id_of(kind))


Block = Annotated[BlockId, id_of("block")]
Booking = Annotated[BookingId, id_of("booking")]
Client = Annotated[ClientId, id_of("client")]
Department = Annotated[str, id_of("department")]
File = Annotated[FileId, id_of("file")]
Hold = Annotated[HoldId, id_of("hold")]
Lead = Annotated[LeadId, id_of("lead")]
Message = Annotated[MessageId, id_of("message")]
MessageTemplate = Annotated[TemplateId, id_of("message-template")]
Form = Annotated[FormId, id_of("form")]
FormTemplate = Annotated[str, id_of("form-template")]
Submission = Annotated[SubmissionId, id_of("submission")]
Identity = Annotated[IdentityId, id_of("identity")]
Payment = Annotated[PaymentId, id_of("payment")]
Professional = Annotated[ProfessionalId, id_of("professional")]
Receipt = Annotated[str, id_of("receipt")]
Scheduled = Annotated[ScheduledId, id_of("scheduled")]
Series = Annotated[SeriesId, id_of("series")]
Service = Annotated[ServiceId, id_of("service")]
Stage = Annotated[StageId, id_of("stage")]
Task = Annotated[TaskId, id_of("task")]
Thread = Annotated[ThreadId, id_of("thread")]
User = Annotated[UserId, id_of("user")]
