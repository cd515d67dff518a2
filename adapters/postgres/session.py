"""A connection as we use it: in its role, in UTC, autocommit, with a bound on every wait.

All of it is said after connecting, since a pooler takes no `options` on the way in and says DISCARD
ALL between two of its clients. Whatever tells that a connection is of no use any more closes it.

What is prepared on it is planned for the tables as they were. Where a newer release has changed what a
statement gives, PostgreSQL refuses to go on with the plan, for as long as the connection lasts.
"""

import os
import select
from functools import lru_cache
from typing import Any, Final, Self

from psycopg import Connection, Cursor, DatabaseError, Error, OperationalError, errors, sql
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import TransactionStatus

from adapters.postgres.limits import LIMITS, Bounds, Limits
from adapters.postgres.roles import GUARDED, not_held

NO_TENANT: Final = ""

SPOILT: Final = ("08", "25006", "25P03", "25P04", "26000", "57P")
"""Beginnings of SQLSTATEs that speak of the connection rather than of the statement: it is lost;
can only read, since the primary is another; was idle for too long in its transaction; has lost what
was prepared on it; is being shut down."""

OUTDATED: Final = "RevalidateCachedQuery"
"""The place in PostgreSQL from which it says that the result of a plan may not change. Its SQLSTATE
says many other things, and its words are in the server's language."""

NO_SUCH_ROLE: Final = ("22023", "3F000", "42501", "42P01", "42704")

UNNAMED: Final = "frontdesk"
"""The name a connection has before it is dressed, and again after a reset: by that one is seen."""


class ConnectionSpoiltError(OperationalError):
    """The connection cannot be used any more; another one may."""


def conninfo(dsn: str, limits: Limits = LIMITS) -> str:
    """Return `dsn` with what is said on the way in, unless it says so itself. Kerberos is not asked for
    each connection: whoever encrypts by it says `gssencmode=prefer`.
    """
    ours: dict[str, Any] = {
        "gssencmode": os.environ.get("PGGSSENCMODE", "disable"),
        "connect_timeout": limits.connect,
        "keepalives": 1,
        "keepalives_idle": limits.keepalive,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": round(limits.unacknowledged * 1000),
    }
    return make_conninfo("", **{**ours, **conninfo_to_dict(dsn), "application_name": UNNAMED})


class Asking(Cursor[Any]):
    """Asks anew what was planned for tables that have changed since, where nothing was done."""

    def execute(self, *asked: Any, **how: Any) -> Self:
        """Send a statement, with its values."""
        try:
            return super().execute(*asked, **how)
        except errors.FeatureNotSupported as error:
            if not is_outdated(error):
                raise
            self.connection.execute("DEALLOCATE ALL")
            return super().execute(*asked, **how)


class Session(Connection[Any]):
    """Of no use before `dress`. `tenant` is whose rows it sees."""

    tenant: str = NO_TENANT
    role: str | None = None
    name: str = UNNAMED
    patience: float | None = LIMITS.requests.answer

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.cursor_factory = Asking
        self._line = select.poll()
        self._line.register(self.fileno(), select.POLLIN)

    @classmethod
    def opened(cls, info: str, role: str | None, name: str, bounds: Bounds) -> Self:
        """Connect. Raises OperationalError, RoleRefusedError."""
        session = cls.connect(info, autocommit=True)
        try:
            session.dress(role, name, bounds)
        except BaseException:
            session.close()
            raise
        return session

    def dress(self, role: str | None, name: str, bounds: Bounds) -> None:
        """Say all that is to be said, in one round trip. Raises RoleRefusedError."""
        said = _said(role, name, bounds)
        if role is None:
            self.execute(said).close()
        else:
            self._become(role, said)
        self.role, self.name, self.patience = role, name, bounds.answer

    @property
    def is_dead(self) -> bool:
        """Whether it is of no use. If PostgreSQL has said anything on a connection that nobody uses,
        that is its farewell, or so rare that a new one costs less than understanding it. If it has
        not its name any more, somebody said DISCARD ALL: it has neither role nor tenant.
        """
        if self.closed:
            return True
        name = self.pgconn.parameter_status(b"application_name")
        return bool(self._line.poll(0)) or name != self.name.encode()

    def see(self, tenant: str) -> None:
        """Show this tenant's rows only; free when it does already. Raises ConnectionSpoiltError if it
        is not in its role any more.
        """
        if self.tenant == tenant:
            return
        if self.execute(SEE, (tenant,)).fetchone() != (tenant, self.role):
            self.close()
            raise ConnectionSpoiltError("The connection is not in its role any more.")
        self.tenant = tenant

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for PostgreSQL, but not for ever. What speaks of the connection closes it."""
        try:
            return super().wait(gen, interval, self.patience if timeout is None else timeout)
        except errors._WaitTimeout as silence:  # noqa: SLF001 - the library raises it by this name
            if timeout is not None:
                raise
            self.close()
            raise ConnectionSpoiltError("PostgreSQL says nothing.") from silence
        except Error as error:
            if not (speaks_of_connection(error) or self._lost_its_work(error)):
                raise
            self.close()
            if isinstance(error, OperationalError):
                raise
            raise ConnectionSpoiltError(str(error)) from error

    def _lost_its_work(self, error: Error) -> bool:
        """Whether a plan was outdated in the midst of a transaction, with all that was done in it."""
        idle = self.pgconn.transaction_status == TransactionStatus.IDLE
        return not idle and is_outdated(error)

    def _become(self, role: str, said: bytes) -> None:
        """Put a role on, and look whether it holds."""
        try:
            cursor = self.execute(said)
        except DatabaseError as error:
            if error.sqlstate in NO_SUCH_ROLE:
                raise not_held(role, self.info.user, error.diag.message_primary) from error
            raise
        while cursor.nextset():
            pass
        who, kept_apart = cursor.fetchone() or ("", False)
        if who != role or not kept_apart:
            raise not_held(role, self.info.user, f"it is {who!r}, and row-level security is off")


def speaks_of_connection(error: Error) -> bool:
    """Whether it says of the connection, rather than of the statement, that it is of no use."""
    return (error.sqlstate or "").startswith(SPOILT)


def is_outdated(error: Error) -> bool:
    """Whether it says that a statement was planned for tables that are not as they were."""
    return error.diag.source_function == OUTDATED


@lru_cache
def _said(role: str | None, name: str, bounds: Bounds) -> bytes:
    """Return the statement by which a connection is dressed."""
    values: dict[str, str] = {
        "application_name": name,
        "timezone": "UTC",
        "datestyle": "ISO",
        "client_min_messages": "warning",
        "statement_timeout": _milliseconds(bounds.statement),
        "lock_timeout": _milliseconds(bounds.lock),
        "idle_in_transaction_session_timeout": _milliseconds(bounds.idle),
    }
    parts = [
        sql.SQL("SET {} TO {}").format(sql.Identifier(key), sql.Literal(value))
        for key, value in values.items()
    ]
    if role is not None:
        parts.append(sql.SQL(BECOME).format(sql.Identifier(role), sql.Literal(GUARDED[role])))
    return sql.SQL("; ").join(parts).as_bytes()


def _milliseconds(seconds: float) -> str:
    return f"{round(seconds * 1000)}ms"


SEE: Final = "SELECT set_config('frontdesk.tenant', %s, false), current_user::text"
BECOME: Final = "SET ROLE {}; SELECT current_user::text, row_security_active({})"
