"""What else was made of the log, or beside it: copies of mails, orders in the queue, what providers have
sent of the person, rows of imports that were refused, what they said before they proved who they are, and what they log in with. (Sessions end by `adapters.accounts`, so that every process knows of it.)
"""

from collections.abc import Sequence
from typing import Any, Final

from psycopg import Connection

from adapters.accounts.guest_wishes import clear_wishes
from adapters.inbound.receipts import clear_receipts
from adapters.jobs.orders import kind_of
from adapters.long_operations.rows import clear_rows
from application.processes.effects.files import DestroyFile
from application.processes.effects.operations import ForgetMails
from application.sales.mails import SalesMail
from domain.files.files import PurgeFile
from domain.records import PurgeRecord
from domain.sales.leads import PurgeLead

ENDING: Final = (ForgetMails, PurgeFile, DestroyFile, PurgeRecord, PurgeLead)
"""Orders that stay, whomever they are about: by them what is left goes, too."""


def clear_traces(
    connection: Connection[Any], tenant: str, client_id: str, streams: Sequence[str]
) -> None:
    """Destroy what speaks of this client, or of these streams."""
    values = {
        "tenant": tenant,
        "client": client_id,
        "names": [client_id, *streams],
        "summaries": [SalesMail.TASKS_OVERDUE],
        "these": [kind_of(each) for each in ENDING],
    }
    connection.execute(MAILS, values)
    connection.execute(SUMMARIES, values)
    connection.execute(JOBS, values)
    clear_receipts(connection, tenant, [client_id, *streams])
    clear_wishes(connection, tenant, streams)
    clear_rows(connection, tenant)


def clear_mails(connection: Connection[Any], tenant: str, streams: Sequence[str]) -> None:
    """Destroy copies of mails about these."""
    connection.execute(MAILS, {"tenant": tenant, "client": None, "names": list(streams)})


MAILS: Final = """
    DELETE FROM work.outbox
    WHERE tenant_id = %(tenant)s AND (person = %(client)s OR about = ANY(%(names)s))
"""
# What sums up is about whoever reads it, and speaks of several.
SUMMARIES: Final = """
    DELETE FROM work.outbox
    WHERE tenant_id = %(tenant)s AND kind = ANY(%(summaries)s) AND EXISTS (
        SELECT FROM json_array_elements_text(mail -> 'mentions') AS mentioned(name)
        WHERE name = ANY(%(names)s)
    )
"""
# What is carried out at this moment goes too: whoever does it finds that it is not theirs any more.
JOBS: Final = """
    DELETE FROM work.jobs WHERE tenant_id = %(tenant)s AND kind <> ALL(%(these)s) AND (
        about = ANY(%(names)s)
        OR payload ->> 'client_id' = ANY(%(names)s)
        OR payload ->> 'booking_id' = ANY(%(names)s)
        OR payload ->> 'user_id' = ANY(%(names)s)
    )
"""
