"""How far each business's events are published: `application.publishing.publishing.Published`, filled."""

from datetime import datetime
from typing import Final

from adapters.postgres import Database
from application.ports import Bookmark
from application.publishing.publishing import Progress

PROGRESS: Final = (
    "SELECT position, mark, failures, again_at FROM work.publishing WHERE tenant_id = %s"
)
REACH: Final = """
    UPDATE work.publishing SET position = %s, mark = %s, failures = 0, again_at = NULL WHERE tenant_id = %s
"""
FAILED: Final = """
    UPDATE work.publishing SET failures = failures + 1, again_at = %s WHERE tenant_id = %s
"""


class PostgresPublished:
    """Its table."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def progress(self, tenant: str) -> Progress | None:
        """Return how far it is; None where nothing is published."""
        with self._database.as_worker() as connection:
            row = connection.execute(PROGRESS, (tenant,), prepare=True).fetchone()
        return Progress(Bookmark(*row[:2]), *row[2:]) if row else None

    def reach(self, tenant: str, position: Bookmark) -> None:
        """Note that all up to there is."""
        with self._database.as_worker() as connection:
            connection.execute(REACH, (position.position, position.mark, tenant), prepare=True)

    def failed(self, tenant: str, again_at: datetime) -> None:
        """Note that the server did not take it, and when it is asked again."""
        with self._database.as_worker() as connection:
            connection.execute(FAILED, (again_at, tenant), prepare=True)
