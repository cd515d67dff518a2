"""What the routes need from the running system: made by the composition root, one value."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, TypeVar

from psycopg import Connection

from api.requests.positions import Positions
from api.requests.signing import Signer
from api.web.limiting import Limits
from application.business.accounts import Accounts
from application.business.configuration import Configured, Tried
from application.business.origins import Origins
from application.business.public_names import PublicNames
from application.conversations.company import Company, Following
from application.feed import Feed, Tickets
from application.files.keeping import Keeping
from application.inbound import Receipts, Reception
from application.money.desk import PaymentsDesk
from application.operations.audit import Audit
from application.operations.jobs import Jobs
from application.operations.long_operations import LongOperations
from application.operations.outbox import Outbox
from application.operations.parked import ParkedKeys
from application.operations.vitals import Vitals, Walk
from application.people.erasure import Erasures
from application.permissions import Principal
from application.ports import (
    LAST_VERSION,
    About,
    Answer,
    Changed,
    Clock,
    Document,
    Moment,
    Recorded,
    Steps,
)
from application.rooms import Attending
from application.sales.public_forms import PublicForms
from application.scheduling.guest_bookings import Guests
from application.scheduling.live import LiveBookings
from application.transact import Past
from application.webhooks.log import DeliveryLog
from domain.messages import Command
from projections.read_model import ReadModel

T = TypeVar("T")

Answered = Callable[[str, str, int, float], None]
"""Is told of each request: its method, the template of its route, the status, how many seconds."""


class ReadModels(Protocol):
    """Read models as they may be asked; see `adapters/read_models/answers.py`."""

    def asking(
        self, tenant: str, models: Sequence[ReadModel] = (), *, at_least: int = 0, wait: float = 2.0
    ) -> AbstractContextManager[Connection[Any]]:
        """Lend a connection on which these read models have seen everything up to `at_least`."""

    def row(
        self, tenant: str, model: ReadModel, key: str, *, at_least: int = 0, wait: float = 0.0
    ) -> Document | None:
        """Return one row; from its stream when the projector has not got there yet."""

    def row_as_of(
        self, tenant: str, model: ReadModel, key: str, moment: int | datetime
    ) -> Document | None:
        """Return a row as it was at a position of the tenant's log, or at a time."""

    def folded(
        self, tenant: str, model: ReadModel, key: str, *, to_version: int = LAST_VERSION
    ) -> Document | None:
        """Fold a row from the stream that owns it, as of a version."""

    def steps(
        self, tenant: str, model: ReadModel, key: str, *, after: int, most_bytes: int
    ) -> Steps:
        """Return what each event of an aggregate behind a version changed in the row that shows it, and
        whether there are more than have so many bytes.
        """

    def known(self, models: Sequence[ReadModel]) -> int:
        """Return up to where read models are known to have come, by a look that is a second old at most;
        -1 where something is set aside.
        """

    def moment(
        self, connection: Connection[Any], tenant: str, models: Sequence[ReadModel]
    ) -> Moment | None:
        """Return what happened last in the tenant, if these read models have seen all of it, on a
        connection that was lent to read them.
        """

    def changed(self, tenant: str, model: ReadModel, *, since: Moment, most: int) -> Changed:
        """Return which rows were touched since then, so many at most, but for those of one event."""

    def fold(self, model: ReadModel, key: str, history: Sequence[Recorded]) -> Document | None:
        """Return the row that this history makes."""


class Ask(Protocol):
    """Answers what a decision would be made by at this moment; see `adapters/event_store/glance.py`."""

    def __call__(self, tenant: str, question: Callable[[Past], T]) -> T:
        """Ask the past of this tenant, as it is now."""


@dataclass(frozen=True, kw_only=True)
class Backend:
    """Everything behind HTTP. `authenticate` says who shows an access token, and `ends` until when that is
    proven; a session that `is_denied` has ended before.
    """

    dispatch: Callable[[Command, About], Answer]
    read_models: ReadModels
    ask: Ask
    authenticate: Callable[[str], Principal]
    ends: Callable[[str], datetime]
    is_denied: Callable[[str], bool]
    positions: Positions
    signer: Signer
    clock: Clock
    pepper: str
    default_region: str = "FR"
    most_body_bytes: int = 1_000_000
    limits: Limits
    answered: Answered = lambda *_: None

    # What only some areas need.
    accounts: Accounts
    erasures: Erasures
    feed: Feed
    guests: Guests
    attending: Attending
    audit: Audit
    company: Company
    configured: Configured
    following: Following
    jobs: Jobs
    files: Keeping
    live: LiveBookings
    long_operations: LongOperations
    origins: Origins
    public_forms: PublicForms
    public_names: PublicNames
    outbox: Outbox
    payments: PaymentsDesk
    parked: ParkedKeys
    receipts: Receipts
    reception: Reception
    tickets: Tickets
    tried: Tried
    public_url: str = ""
    vitals: Vitals
    webhooks: DeliveryLog
    walk: Walk
