"""Who calls, and what was kept of it."""

from collections.abc import Sequence
from typing import Any

from starlette.testclient import TestClient

from application.inbound import Arrival, Receipt
from tests.inbound.callers import OURS, SIGN, Headers, address, said
from tests.inbound.understood import TENANT
from tests.running import Client, Running


class Inbox:
    """A business, as providers and operators see it."""

    def __init__(self, running: Running) -> None:
        self.running = running
        self.http: TestClient = Client(running.app, raise_server_exceptions=False)

    @property
    def now(self) -> int:
        return int(self.running.clock().timestamp())

    def call(
        self,
        provider: str = "stripe",
        body: bytes | None = None,
        *,
        headers: Headers | None = None,
        tenant: str = TENANT,
        more: Headers | None = None,
    ) -> Any:
        """Call as a provider does; with other headers, or with more."""
        body = said(provider, at=self.now) if body is None else body
        path = address(provider, body, tenant)
        signed = self.signed(provider, body, tenant) if headers is None else headers
        return self.http.post(path, content=body, headers={**signed, **(more or {})})

    def signed(self, provider: str, body: bytes, tenant: str = TENANT) -> Headers:
        """Return the headers by which a provider signs this."""
        return SIGN[provider](body, self.now, OURS + address(provider, body, tenant))

    def receipts(self) -> Sequence[Receipt]:
        """Return what was kept, by when it came."""
        return self.running.system.receipts.find(None)

    def states(self) -> list[str]:
        return [each.state for each in self.receipts()]

    def content(self) -> Arrival:
        """Return what the only call said."""
        [receipt] = self.receipts()
        return self.running.system.receipts.content(receipt.id)

    def stored(self) -> str:
        """Return whatever the tables of the queue and of receipts hold, as text."""
        with self.running.system.database.as_worker() as connection:
            tables = ("work.receipts", "work.jobs")
            rows = [
                connection.execute(f"SELECT t::text FROM {each} t").fetchall() for each in tables
            ]
        return repr(rows)
