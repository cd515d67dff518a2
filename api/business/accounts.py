"""What registering oneself and adding others have in common."""

from typing import Annotated, Final
from uuid import UUID, uuid5

from fastapi import Depends, Request, Response
from pydantic import AfterValidator, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError
from uuid_utils import uuid7

from api.requests.caller import JSON, Caller
from api.requests.conditions import idempotency_key, trace_of
from api.requests.forms import Body, Language, Line
from application.business.accounts import Accounts, NewAccount, Registered
from application.ports import About
from domain.fields import ADDRESS, ANY_TEXT
from domain.values import FRONTDESK
from projections.business.users import USERS

LONGEST_PASSWORD: Final = 1024
"""Only a bound on the work: what is too long or short is told by the accounts, with the reason."""

Login = Annotated[
    str,
    StringConstraints(min_length=3, max_length=ADDRESS.max_length, pattern=ANY_TEXT),
]
"""The address that somebody logs in with."""


def _text(password: SecretStr) -> SecretStr:
    try:
        password.get_secret_value().encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string-unicode", "Half a character is no text") from None
    return password


Password = Annotated[
    SecretStr,
    Field(max_length=LONGEST_PASSWORD, examples=["9 green teapots"]),
    AfterValidator(_text),
]


class AccountBody(Body):
    """A person who is to have an account."""

    email: Login
    password: Password
    name: Line
    language: Language | None = None

    def account(self) -> NewAccount:
        """Return the value."""
        return NewAccount(
            name=self.name,
            email=self.email,
            password=self.password.get_secret_value(),
            language=self.language,
        )


async def _accounts(request: Request) -> Accounts:
    accounts: Accounts = request.app.state.backend.accounts
    return accounts


TheAccounts = Annotated[Accounts, Depends(_accounts)]


def registering(request: Request, tenant: str = "", actor: str = "") -> About:
    """Say who registers somebody, and with which request: the same key again is the same."""
    key = idempotency_key(request.headers)
    command = f"{tenant}/{actor}/register/{key}"
    return About(
        tenant=tenant,
        actor=actor,
        command_id=UUID(int=uuid7().int) if key is None else uuid5(FRONTDESK, command),
        retried=key is not None,
        trace=trace_of(request.headers),
    )


def registered(caller: Caller, new: Registered) -> Response:
    """Answer 201 with the user who came to be."""
    history = [past for past in new.answer.recorded if past.stream == new.user_id]
    user = caller.backend.read_models.fold(USERS, new.user_id, history)
    assert user is not None, "the answer to a registration has the user in it"
    headers = caller.marks(new.answer)
    headers["Location"] = f"/v1/users/{new.user_id}"
    headers["ETag"] = f'"{user.version}"'
    return Response(user.json, 201, headers, JSON)
