"""Whoever asks a business by its public name, and whom nobody knows.

@router.get("/services", openapi_extra=PUBLIC)
def list_public_services(visit: Visit) -> Response:
    return visit.answered(lambda visitor, _: SERVICES_SHOWN.answer(visitor))

Requests are counted by where they come from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final

import msgspec
from fastapi import Depends, Path, Request, Response

from api.requests.answers import Refusals
from api.requests.caller import Caller
from api.web.door import Address
from api.web.gate import refuse_unknown
from application.permissions import Permission, Principal
from application.reach import NotFound
from domain.business.public_names import LONGEST, PublicNameNotAllowed, public_name_of
from domain.business.tenants import stream_of
from domain.business.users import Role
from domain.sales.forms import FORMS
from domain.values import SourceId, TenantId, UserId, keyed_id
from projections.business.tenants import TENANTS, ListedTenant

Business = Annotated[str, Path(max_length=LONGEST, description="The public name of a business.")]

MAY: Final = frozenset[str](
    {
        Permission.TENANT_READ,
        Permission.SERVICES_READ,
        Permission.PROFESSIONALS_READ,
        FORMS.reading,
    }
)
NOBODY: Final = UserId("user-nobody")

REFUSED: Final[Refusals] = (NotFound,)
"""Why anything may be refused that is asked so, besides the list's or the order's own reasons."""


class Visitor(Caller):
    """Somebody who may see what clients may, and has no record. What they order says itself that it is a
    guest's: there is nobody whose right could be looked up.
    """

    __slots__ = ("_address", "_key")

    def __init__(
        self,
        request: Request,
        tenant: TenantId,
        body: bytes | None,
        address: str,
        key: str | None = None,
    ) -> None:
        principal = Principal(
            tenant_id=tenant,
            user_id=NOBODY,
            roles=(Role.CLIENT,),
            permissions=MAY,
            session_id="",
        )
        super().__init__(request, principal, Permission.SERVICES_READ, body)
        self._address = address
        self._key = key

    @property
    def leave(self) -> None:
        """Return None: by no right that could be looked up."""
        return

    @property
    def source(self) -> SourceId:
        """Where they ask from, by an id that does not tell."""
        pepper = self.backend.pepper.encode()
        return SourceId(keyed_id("source", f"{self.tenant}/{self._address}", pepper))

    @property
    def key(self) -> str | None:
        """Return under which key it is to be done once: a page has no header to say it in."""
        return self._key or super().key

    @property
    def known_as(self) -> str:
        """Return whose an Idempotency-Key is: another visitor's is another one."""
        return self.source


Answering = Callable[[Visitor, ListedTenant], Response]


class _MovedError(Exception):
    """The business is called otherwise by now."""

    def __init__(self, name: str) -> None:
        self.name = name


@dataclass(frozen=True)
class Visiting:
    """A request to a business by its public name."""

    business: str
    request: Request
    body: bytes | None
    address: str

    def answered(self, answer: Answering) -> Response:
        """Answer for the business, or lead to how it is called by now. Raises NotFound."""
        refuse_unknown(self.request)
        try:
            visitor, known = self._asked()
        except _MovedError as moved:
            return self._led_to(moved.name)
        return answer(visitor, known)

    def _asked(self) -> tuple[Visitor, ListedTenant]:
        """Return a visitor of the business. Raises NotFound where it shows nothing, and _MovedError."""
        try:
            name = public_name_of(self.business)
        except PublicNameNotAllowed:
            raise NotFound from None
        tenant = self.request.app.state.backend.public_names.whose(name)
        if tenant is None:
            raise NotFound
        visitor = Visitor(self.request, tenant, self.body, self.address)
        document = visitor.found(TENANTS, stream_of(tenant))
        known = document and msgspec.json.decode(document.json, type=ListedTenant)
        if not known or known.public_name is None:
            raise NotFound
        if known.public_name != self.business:
            raise _MovedError(known.public_name)
        return visitor, known

    def _led_to(self, name: str) -> Response:
        url = self.request.url
        where = url.path.replace(f"/public/{self.business}", f"/public/{name}", 1)
        query = f"?{url.query}" if url.query else ""
        return Response(status_code=308, headers={"Location": where + query})


async def _visiting(business: Business, request: Request, address: Address) -> Visiting:
    body = None if request.method == "GET" else await request.body()
    return Visiting(business, request, body, address)


Visit = Annotated[Visiting, Depends(_visiting)]
