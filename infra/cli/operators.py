"""Who operates the whole system: appointed here by those who run it, and recorded."""

import getpass
import sys
from collections.abc import Callable
from typing import Annotated, Final
from uuid import UUID

import msgspec
import typer
from rich.table import Table
from uuid_utils import uuid7

from application.ports import About
from domain.business.users import AppointOperator, DismissOperator, Role
from domain.messages import Command
from domain.values import UserId
from infra.cli.progress import console
from infra.cli.system import composed
from infra.composition import System
from projections.business.users import USERS, ListedUser

Email = Annotated[str, typer.Argument(help="What the person logs in with.")]

FIND: Final = f"""
    SELECT tenant_id::text, document::text FROM live.{USERS.name}
    WHERE document::jsonb->'roles' @> %s::jsonb AND active ORDER BY tenant_id, key
"""


def add_to(app: typer.Typer) -> None:
    """Add these commands."""
    operators = typer.Typer(no_args_is_help=True, help="Who looks after jobs and read models.")
    operators.command("add")(add_operator)
    operators.command("remove")(remove_operator)
    operators.command("list")(list_operators)
    app.add_typer(operators, name="operators")


def add_operator(email: Email) -> None:
    """Appoint somebody who can log in already. It counts from their next login."""
    _order(email, lambda user: AppointOperator(user_id=user))
    sys.stdout.write("appointed; they log in anew to use it\n")


def remove_operator(email: Email) -> None:
    """Dismiss an operator, and end their sessions."""
    _order(email, lambda user: DismissOperator(user_id=user))
    sys.stdout.write("dismissed; their sessions have ended\n")


def list_operators(
    *, json: Annotated[bool, typer.Option("--json", help="One line of JSON for each.")] = False
) -> None:
    """List all operators, of all businesses."""
    with composed() as system:
        system.runner.catch_up()
        found = _operators(system)
    if json:
        sys.stdout.writelines(msgspec.json.encode(each).decode() + "\n" for each in found)
    else:
        _show(found)


def _order(email: str, order: Callable[[UserId], Command]) -> None:
    """Have it recorded under the name by which the caller is known to this machine."""
    with composed() as system:
        tenant, user = system.accounts.whose(email)
        about = About(
            tenant=tenant,
            actor=f"command-line/{getpass.getuser()}",
            command_id=UUID(int=uuid7().int),
        )
        system.dispatch(order(user), about)
        system.accounts.end_sessions(tenant, user)


def _operators(system: System) -> list[dict[str, str]]:
    with system.database.as_worker() as connection:
        rows = connection.execute(FIND, (f'["{Role.OPERATOR}"]',)).fetchall()
    users = [(tenant, msgspec.json.decode(document, type=ListedUser)) for tenant, document in rows]
    return [
        {"tenant": tenant, "id": user.id, "name": user.name, "email": user.email}
        for tenant, user in users
    ]


def _show(found: list[dict[str, str]]) -> None:
    table = Table("tenant", "user", "name", "e-mail", box=None)
    for each in found:
        table.add_row(*each.values())
    console().print(table)
