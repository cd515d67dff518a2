"""Users over HTTP: whom an owner lets into the business, and as what."""

from typing import Annotated, Final

from fastapi import Request, Response
from msgspec.structs import replace
from pydantic import Field

from api.business.accounts import AccountBody, TheAccounts, registered, registering
from api.problems.reasons import ACCOUNTS
from api.requests import ids
from api.requests.answers import Listed, Row, answers
from api.requests.caller import Caller
from api.requests.forms import Body
from api.requests.listing import Listing
from api.requests.parsing import boolean, text
from api.web.gate import may
from api.web.routing import Router, hashing
from api.web.turns import heavy
from application.permissions import Permission
from domain.business.users import ChangeRoles, DeactivateUser, Role
from projections.business.users import USERS

MayRead = Annotated[Caller, may(Permission.USERS_READ)]
MayManage = Annotated[Caller, may(Permission.USERS_MANAGE)]
Roles = Annotated[tuple[Role, ...], Field(min_length=1, max_length=len(Role))]

router: Final = Router(prefix="/v1/users", tags=["users"])

LISTING: Final = Listing(
    model=USERS,
    filters={"active": boolean, "professional_id": text, "client_id": text},
    sorts=("name",),
    default_sort="name",
)


class UserBody(AccountBody):
    """A professional names the professional, a client the client, who the user is."""

    roles: Roles
    professional_id: ids.Professional | None = None
    client_id: ids.Client | None = None


class RolesBody(Body):
    """All roles from now on. Who was linked to a professional, stays so when none is named."""

    roles: Roles
    professional_id: ids.Professional | None = None


@router.post("", status_code=201)
@answers(Row(USERS), refuses=ACCOUNTS)
@hashing
@heavy
def add_user(
    body: UserBody, request: Request, caller: MayManage, accounts: TheAccounts
) -> Response:
    """Let somebody into the business, with a first password."""
    about = registering(request, caller.tenant, caller.principal.user_id)
    with caller.backend.limits.adding(request.scope, caller.principal):
        new = accounts.add_user(
            body.account(),
            replace(about, leave=caller.leave),
            roles=body.roles,
            professional_id=body.professional_id,
            client_id=body.client_id,
        )
    return registered(caller, new)


@router.get("")
@answers(Listed(LISTING))
def list_users(caller: MayRead) -> Response:
    """List who may log in here, and who no longer may."""
    return LISTING.answer(caller)


@router.get("/{user_id}")
@answers(Row(USERS))
def get_user(user_id: ids.User, caller: MayRead) -> Response:
    """Show one user."""
    return caller.shown(USERS, user_id)


@router.put("/{user_id}/roles")
@answers(Row(USERS), refuses=ACCOUNTS)
def change_roles(
    user_id: ids.User, body: RolesBody, caller: MayManage, accounts: TheAccounts
) -> Response:
    """Change the roles of a user. Their sessions end, and they log in again."""
    command = ChangeRoles(
        tenant_id=caller.principal.tenant_id,
        user_id=user_id,
        roles=body.roles,
        professional_id=body.professional_id,
    )
    answer = caller.order(command, on=user_id)
    if answer.recorded and not answer.repeated:
        accounts.end_sessions(caller.principal.tenant_id, user_id)
    return caller.answered(USERS, user_id, answer, 200)


@router.delete("/{user_id}", status_code=204)
@answers(refuses=ACCOUNTS)
def deactivate_user(user_id: ids.User, caller: MayManage, accounts: TheAccounts) -> Response:
    """End a user's access at once; what they did stays in history."""
    tenant_id = caller.principal.tenant_id
    answer = caller.order(DeactivateUser(tenant_id=tenant_id, user_id=user_id), on=user_id)
    accounts.end_sessions(tenant_id, user_id)
    return caller.done(answer)
