"""From the pages of which origins may the API be asked for a business?"""

from typing import Final

from domain.business.tenants import OriginsListed, stream_of
from domain.values import TenantId
from projections.read_model import ReadModel, Row


class ListedOrigins(Row, frozen=True, kw_only=True):
    """There is a row where there are any."""

    id: TenantId
    origins: tuple[str, ...]


def _evolve(_: ListedOrigins | None, event: OriginsListed) -> ListedOrigins | None:
    if not event.origins:
        return None
    return ListedOrigins(id=event.tenant_id, origins=event.origins)


ORIGINS = ReadModel(
    name="origins",
    version=1,
    row=ListedOrigins,
    subscribes_to=(OriginsListed,),
    key=lambda event: [stream_of(event.tenant_id)],
    evolve=_evolve,
)

SEEN: Final = """
    SELECT 'live.origins'::regclass::oid, count(*), sum(hashtextextended(r.tenant_id::text, r.version))
    FROM live.origins r
"""
"""What is another as soon as any row is, or the table: of ten thousand businesses it is told in three
milliseconds, and it takes a hundred to read all that they list.
"""

OF_ALL: Final = """
    SELECT r.tenant_id::text, r.document -> 'origins' FROM live.origins r
"""
"""Of all businesses, for whoever may see them all."""
