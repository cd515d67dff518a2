"""Gateways: by whom we send, and with which keys. A kind with secrets, also within a value."""

from typing import Annotated, Final

from domain.business.users import Role
from domain.confidential import Secret
from domain.fields import Held, Line
from domain.messages import Value
from domain.records import Kind, StoredAs


class Login(Value, frozen=True, kw_only=True):
    host: Line
    password: Secret


class Gateway(Value, frozen=True, kw_only=True):
    name: Line
    at_once: Annotated[int, Held(ge=1, le=100)] = 1
    key: Secret | None = None
    login: Login | None = None


GATEWAYS: Final = Kind(
    one="gateway",
    many="gateways",
    french="Passerelle",
    values=Gateway,
    examples=(
        Gateway(
            name="Letters",
            key=Secret(value="sk-live-0198c0de7a51"),
            login=Login(host="mail.example", password=Secret(value="open sesame")),
        ),
        Gateway(
            name="Messages",
            at_once=2,
            key=Secret(value="sk-live-0298c0de8b62"),
            login=Login(host="text.example", password=Secret(value="a long way to the lake")),
        ),
    ),
    stored_as=StoredAs(
        created="gateway-created.v1",
        changed="gateway-changed.v1",
        removed="gateway-removed.v1",
        restored="gateway-restored.v1",
        purged="gateway-purged.v1",
    ),
    columns=("name", "at_once"),
    writers=frozenset({Role.OWNER}),
    readers=frozenset({Role.AUDITOR}),
)
