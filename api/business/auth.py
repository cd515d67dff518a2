"""Registering, logging in and out, and who one is. The same at the old paths: `/auth/…`."""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from fastapi import Request, Response
from pydantic import BaseModel, StringConstraints

from api.business.accounts import (
    AccountBody,
    Login,
    Password,
    TheAccounts,
    registered,
    registering,
)
from api.compat import OldRouter, Product
from api.problems.reasons import ACCOUNTS
from api.requests.answers import Made, Row, answers
from api.requests.caller import JSON, Caller
from api.requests.forms import Body, Country, Currency, Language, Line, TimeZone
from api.web.door import Address
from api.web.gate import may
from api.web.limiting import Limits
from api.web.routing import Router, hashing, renewing
from application.business.accounts import Accounts, Registered, Tokens
from application.permissions import Permission, Principal
from application.ports import About
from domain.business.tenants import Business, stream_of
from domain.business.users import ChangeUserDetails, Role
from domain.countries import country_of
from projections.business.tenants import TENANTS, ListedTenant
from projections.business.users import USERS, ListedUser

PUBLIC: Final[dict[str, Any]] = {"security": []}
"""What OpenAPI says of a route that asks for no token."""

MayRead = Annotated[Caller, may(Permission.ACCOUNT_READ)]
MayWrite = Annotated[Caller, may(Permission.ACCOUNT_WRITE)]


class UserType(StrEnum):
    """As what somebody comes. Staff are added by an owner, not by themselves."""

    PROFESSIONAL = "beauty_professional"
    CLIENT = "client"
    STAFF = "staff"


class RegistrationBody(AccountBody):
    """A professional opens a business, which is called like the person when no name is given.
    A client becomes one of the business `tenant_id`, or of none yet. Whoever names no country has it
    guessed from zone and language, to be confirmed.
    """

    user_type: Literal[UserType.PROFESSIONAL, UserType.CLIENT]
    tenant_id: UUID | None = None
    business_name: Line | None = None
    time_zone: TimeZone = "Europe/Paris"
    currency: Currency = "EUR"
    country: Country | None = None

    def register(self, accounts: Accounts, about: About) -> Registered:
        """Have the account made."""
        if self.user_type is UserType.CLIENT:
            return accounts.register_client(self.account(), about)
        business = Business(
            name=self.business_name or self.name,
            time_zone=self.time_zone,
            language=self.language or "en",
            currency=self.currency,
            country=self.country or self._guess(),
            country_confirmed=self.country is not None,
        )
        return accounts.register_business(business, self.account(), about, professional=True)

    def _guess(self) -> str | None:
        """Return the country that they speak of; a zone that they did not name says nothing."""
        named = "time_zone" in self.model_fields_set
        return country_of(self.time_zone if named else None, self.language)

    def tenant(self) -> str:
        """Return the business that a client comes to; that of a professional is yet to be."""
        joins = self.user_type is UserType.CLIENT and self.tenant_id is not None
        return str(self.tenant_id) if joins else ""


class LoginBody(Body):
    email: Login
    password: Password


class RefreshBody(Body):
    refresh_token: Annotated[str, StringConstraints(max_length=200)]


class CodeBody(Body):
    """What was sent to the address; how it is written does not matter."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)]


class DetailsBody(Body):
    """What one may change oneself."""

    name: Line
    language: Language | None = None


class TokensBody(BaseModel):
    """A session. The access token goes into `Authorization: Bearer …`; `expires_in` is seconds."""

    access_token: str
    refresh_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - the name of a scheme
    expires_in: int


router: Final = Router(prefix="/v1/auth", tags=["auth"])
old_router: Final = OldRouter(Product.BEAUTY, successor="/v1/auth")
"""Where seed 003 has them."""


class Oneself(ListedUser, frozen=True, kw_only=True):
    """A user, and what the session permits."""

    tenant_id: str
    tenant: ListedTenant | None
    user_type: UserType
    permissions: list[str]


@router.post("/register", status_code=201, openapi_extra=PUBLIC)
@old_router.post("/auth/register", status_code=201, openapi_extra=PUBLIC)
@answers(Row(USERS), refuses=ACCOUNTS)
@hashing
def register(
    body: RegistrationBody, request: Request, accounts: TheAccounts, _: Address
) -> Response:
    """Make an account: open a business of one's own, or become a client."""
    limits: Limits = request.app.state.backend.limits
    with limits.registering(request.scope):
        new = body.register(accounts, registering(request, body.tenant()))
    return registered(_newcomer(request, new), new)


@router.post("/login", openapi_extra=PUBLIC)
@old_router.post("/auth/login", openapi_extra=PUBLIC)
@answers(refuses=ACCOUNTS)
@hashing
def log_in(body: LoginBody, accounts: TheAccounts, address: Address) -> TokensBody:
    """Begin a session."""
    password = body.password.get_secret_value()
    return _tokens(accounts.log_in(body.email, password, address=address))


@router.post("/refresh", openapi_extra=PUBLIC)
@old_router.post("/auth/refresh", openapi_extra=PUBLIC)
@answers(refuses=ACCOUNTS)
@renewing
def refresh(body: RefreshBody, accounts: TheAccounts, _: Address) -> TokensBody:
    """Go on with a session. Each refresh token is good for one use."""
    return _tokens(accounts.refresh(body.refresh_token))


@router.post("/logout", status_code=204)
@old_router.post("/auth/logout", status_code=204)
@answers(refuses=ACCOUNTS, records=False)
@renewing
def log_out(caller: MayWrite, accounts: TheAccounts) -> Response:
    """End the session: its tokens are good for nothing any more."""
    accounts.log_out(caller.principal.session_id)
    return Response(status_code=204)


@router.get("/me")
@old_router.get("/auth/me")
@old_router.get("/profiles/me")
@answers(Made(Oneself, tagged=True))
def show_me(caller: MayRead) -> Response:
    """Show who one is, where, and what one may do."""
    me = caller.document(USERS, caller.principal.user_id)
    headers = {"ETag": f'"{me.version}"'}
    about_me = msgspec.json.encode(_standing(caller))
    return Response(me.json[:-1] + b"," + about_me[1:], headers=headers, media_type=JSON)


@router.put("/me")
@old_router.put("/auth/me")
@old_router.put("/profiles/me")
@answers(Row(USERS), refuses=ACCOUNTS)
def change_me(body: DetailsBody, caller: MayWrite) -> Response:
    """Change one's own name and language."""
    user_id = caller.principal.user_id
    command = ChangeUserDetails(user_id=user_id, name=body.name, language=body.language)
    return caller.changed(USERS, user_id, command)


@router.post("/email/code", status_code=204)
@answers(refuses=ACCOUNTS)
def request_address_code(caller: MayWrite, accounts: TheAccounts) -> Response:
    """Have a code sent to one's own address; clients are sent the first when they sign up. The answer
    is the same whether anybody else has the address.
    """
    answer = accounts.request_code(caller.principal.user_id, caller.about())
    return caller.done(answer)


@router.post("/email/proof")
@answers(Row(USERS), refuses=ACCOUNTS)
def prove_address(body: CodeBody, caller: MayWrite, accounts: TheAccounts) -> Response:
    """Show the code, and so prove the address. Who was a client here under it is that client from
    now on: refresh the access token then. What they booked before stays theirs, too.
    """
    caller.refuse_outdated()  # a guess is counted before anything is ordered
    user_id = caller.principal.user_id
    answer = accounts.prove_address(user_id, body.code, caller.about())
    return caller.answered(USERS, user_id, answer, 200)


def _standing(caller: Caller) -> dict[str, Any]:
    """Return what the own row does not say: the business, and what the token permits."""
    principal = caller.principal
    stream = stream_of(principal.tenant_id)
    tenant = caller.found(TENANTS, stream)
    return {
        "tenant_id": principal.tenant_id,
        "tenant": msgspec.Raw(tenant.json) if tenant else None,
        "user_type": _user_type(principal),
        "permissions": sorted(principal.permissions),
    }


def _user_type(principal: Principal) -> UserType:
    if principal.is_client:
        return UserType.CLIENT
    return UserType.PROFESSIONAL if Role.PROFESSIONAL in principal.roles else UserType.STAFF


def _newcomer(request: Request, new: Registered) -> Caller:
    """Return whoever was just registered, to answer them: they may do nothing before they log in."""
    nobody_yet = Principal(
        tenant_id=new.tenant_id,
        user_id=new.user_id,
        roles=(),
        permissions=frozenset(),
        session_id="",
    )
    return Caller(request, nobody_yet, Permission.ACCOUNT_READ, None)


def _tokens(tokens: Tokens) -> TokensBody:
    return TokensBody(
        access_token=tokens.access_token,
        refresh_token=tokens.refresh_token,
        expires_in=tokens.expires_in,
    )
