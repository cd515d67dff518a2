"""The rivals' access tokens, as FastAPI's own tutorial has them: HS256, a bearer header.

Checking one reads no table, which is the least that any server must do.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Final
from uuid import UUID

import jwt
from fastapi import Depends, HTTPException, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel, ValidationError

SECRET: Final = "a secret of this benchmark, which guards nothing"  # noqa: S105
TENANT: Final = UUID("0197f3a2-7c5e-7b1a-9d40-3f6f0c1d2e4f")


class User(BaseModel):
    sub: UUID
    tenant: UUID
    role: str


def token() -> str:
    claims = {"sub": str(TENANT), "tenant": str(TENANT), "role": "owner"}
    expires = datetime.now(UTC) + timedelta(days=1)
    return jwt.encode({**claims, "exp": expires}, SECRET, algorithm="HS256")


async def _current_user(
    credentials: Annotated[HTTPAuthorizationCredentials, Depends(HTTPBearer())],
) -> User:
    try:
        claims = jwt.decode(credentials.credentials, SECRET, algorithms=["HS256"])
        return User.model_validate(claims)
    except (jwt.InvalidTokenError, ValidationError) as error:
        raise HTTPException(status.HTTP_401_UNAUTHORIZED) from error


CurrentUser = Annotated[User, Depends(_current_user)]
