"""What a test of the API holds in its hands: the system, a clock, and HTTP in somebody's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from anyio.from_thread import start_blocking_portal
from fastapi.testclient import TestClient

from adapters.clock import SettableClock
from api.app import create_app
from api.requests.conditions import needs_if_match
from application.permissions import Principal, permissions_of
from application.ports import About, Answer
from domain.business.users import Role
from domain.messages import Command
from domain.values import TenantId, UserId
from infra.composition import System, backend
from tests.contract import check

LASTING = datetime(2100, 1, 1, tzinfo=UTC)
"""Until when it is proven who somebody is."""


class Client(TestClient):
    """Has seen whatever is there, where a test says nothing of versions: see `needs_if_match`.
    Every answer is held against the OpenAPI documents. Requests to one application share a thread and
    its event loop, as they do where it is served.
    """

    def __init__(self, app: Any, **more: Any) -> None:
        super().__init__(app, **more)
        self.portal = getattr(app.state, "portal", None)

    def send(self, request: Any, **more: Any) -> Any:
        response = super().send(request, **more)
        check(response)
        return response

    def put(self, url: Any, *, headers: Any = None, **more: Any) -> Any:
        if needs_if_match("PUT", str(url)):
            headers = {"If-Match": "*", **(headers or {})}
        return super().put(url, headers=headers, **more)


@dataclass(frozen=True)
class Running:
    """A started system, and one business in it."""

    system: System
    clock: SettableClock
    app: Any
    tenant: str
    principals: dict[str, Principal]

    @classmethod
    @contextmanager
    def of(
        cls, system: System, clock: SettableClock, tenant: str | None = None
    ) -> Iterator["Running"]:
        """Start the API on a system, for a business that is there already or a new one."""
        principals: dict[str, Principal] = {}
        app = create_app(backend(system, principals.__getitem__, lambda _: LASTING))
        with start_blocking_portal() as app.state.portal:
            yield cls(system, clock, app, tenant or str(uuid4()), principals)

    def http(self, *roles: Role, tenant: str | None = None, **links: Any) -> TestClient:
        """Return a client that is logged in; as an owner when no role is named."""
        token = uuid4().hex
        roles = roles or (Role.OWNER,)
        self.principals[token] = Principal(
            tenant_id=TenantId(tenant or self.tenant),
            user_id=UserId(f"user-{uuid4()}"),
            roles=roles,
            permissions=permissions_of(roles),
            session_id=token,
            **links,
        )
        headers = {"Authorization": f"Bearer {token}"}
        return Client(self.app, headers=headers, raise_server_exceptions=False)

    def order(self, command: Command) -> Answer:
        """Have a command carried out without HTTP, to set a scene."""
        about = About(tenant=self.tenant, actor="user-scene", command_id=uuid4())
        return self.system.dispatch(command, about)

    def settle(self) -> None:
        """Let read models catch up and processes react."""
        self.system.settle()
