"""What a mail of each kind has to say; a test states only what differs."""

from datetime import UTC, datetime
from typing import Final

from msgspec.structs import replace

from application.business.readers import Reader
from application.sales.mails import (
    ImportMail,
    LeadMail,
    MentionedTask,
    OverdueMail,
    SalesMail,
    TaskMail,
)
from application.scheduling.mails import Mailbox
from domain.sales.scores import Temperature
from domain.sales.tasks import Priority
from domain.values import ClientId, Contact, TaskId
from tests.sales.assignment.examples import noor
from tests.sales.leads.examples import client_id, lead_id

TENANT: Final = "0198a000-0000-7000-8000-000000000001"
DUE: Final = datetime(2027, 1, 11, 12, tzinfo=UTC)

reader: Final = Reader(
    user_id=noor,
    mailbox=Mailbox("noor@salon.example", "Noor"),
    language="en",
    time_zone="Europe/Paris",
    business="Salon Lumière",
)
zoe: Final = Contact(name="Zoé Dupont", email="zoe@example.org", phone="+33199001234;ext=5")
lead_mail: Final = LeadMail(
    tenant=TENANT,
    kind=SalesMail.LEAD_NEW,
    reader=reader,
    lead_id=lead_id,
    client_id=client_id,
    person=zoe,
    message="Do you do weddings?\nWe are twelve.",
    source="instagram",
    score=45,
    temperature=Temperature.WARM,
)
task: Final = MentionedTask(
    task_id=TaskId("task-0198c0de-0000-7000-8000-000000000001"),
    due_at=DUE,
    priority=Priority.HIGH,
    title="Send the prices",
    notes="With the wedding list",
    client_id=client_id,
    person=zoe,
)
follow_up: Final = replace(
    task, task_id=TaskId("task-0198c0de-0000-7000-8000-000000000002"), title=None, notes=None
)
nobodys: Final = replace(
    follow_up,
    task_id=TaskId("task-0198c0de-0000-7000-8000-000000000003"),
    client_id=ClientId("client-0198c0de-0000-7000-8000-000000000009"),
    person=None,
)
task_mail: Final = TaskMail(tenant=TENANT, reader=reader, task=task)
overdue_mail: Final = OverdueMail(
    tenant=TENANT, reader=reader, tasks=(task, follow_up, nobodys), total=12, is_least=False
)
import_mail: Final = ImportMail(
    tenant=TENANT,
    reader=reader,
    new=1200,
    attached=30,
    already_there=4,
    refused=1,
    follow_ups=50,
    first_at=datetime(2027, 1, 5, 8, tzinfo=UTC),
    last_at=datetime(2027, 1, 7, 8, tzinfo=UTC),
    time_zone="Europe/Paris",
)
