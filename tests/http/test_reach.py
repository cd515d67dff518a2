"""Nobody sees or changes what is another's, by whichever route: two of each role walk all of them.

Routes, permissions and bodies are found from the routes; only what is the other's is planted.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from pydantic import TypeAdapter

from api.app import ROUTERS
from api.openapi.routes import query_of
from api.requests.reach import ROWS
from api.web.gate import Gate
from application.permissions import Permission, PermissionMissing
from domain.business.users import Role
from projections import READ_MODELS
from tests.http.examples_of_bodies import ID
from tests.http.furnished import ASKING
from tests.http.hostile import Asked, everything
from tests.http.persons import (
    FEBRUARY,
    Person,
    everybody,
    hidden,
    theirs,
    unseen,
    untouchable,
    uuid,
)
from tests.running import Running

pytestmark = pytest.mark.postgres

OTHER, ONE = 1, 2
"""Whose things are sought, and who seeks them."""

COUNTING = (Role.OWNER, Role.PROFESSIONAL, Role.CLIENT)
OF_THEIR_OWN = {Role.CLIENT: ["visit", "said"], Role.PROFESSIONAL: ["visit", "absence"]}
JSON = {"Content-Type": "application/json"}
QUESTIONS = (
    "",
    "?page=1",
    f"?client_id=client-{ID}",
    f"?professional_id=professional-{ID}",
    f"?series_id=series-{ID}",
)


def permission_of(asked: Asked) -> str | None:
    gates = (each.call for each in asked.route.dependant.dependencies)
    return next((gate.permission for gate in gates if isinstance(gate, Gate)), None)


def open_to(person: Person, *, reading: bool) -> list[Asked]:
    """Return the routes that do not end at the gate."""
    found = []
    for asked in everything():
        permission = permission_of(asked)
        if permission is None or (asked.method == "GET") is not reading:
            continue
        try:
            person.principal.reach(permission)
        except PermissionMissing:
            continue
        found.append(asked)
    return found


@pytest.fixture
def people(running: Running) -> list[Person]:
    return everybody(running)


# --- Seeing -----------------------------------------------------------------------------


def seen(person: Person, asked: Asked, number: int) -> str:
    """Return all that somebody is told who asks for what is of this number."""
    where = theirs(asked.path, number)
    listed = "{" not in asked.route.path.rpartition("/")[2]
    asking = [ASKING[asked.path]] if asked.path in ASKING else QUESTIONS if listed else [""]
    return "".join(told(person, "GET", where + q.replace(ID, uuid(number))) for q in asking)


def told(person: Person, method: str, where: str, body: str = "") -> str:
    """Return what somebody is told; what is refused says back what was asked."""
    answer = person.http.request(method, where, content=body or None, headers=JSON)
    return answer.text if answer.is_success else ""


def tells(person: Person, answer: str) -> list[str]:
    """Return what of another's somebody was told, and should not have been."""
    secret = [*hidden(person.principal, OTHER), *unseen(person.principal, OTHER)]
    return [f"{person.principal.roles}: {each}" for each in secret if each in answer]


def test_nobody_sees_what_is_anothers(people) -> None:
    for person in (each for each in people if each.number == ONE):
        if hidden(person.principal, OTHER):
            for asked in open_to(person, reading=True):
                assert tells(person, seen(person, asked, OTHER)) == [], asked


def test_everybody_sees_what_is_their_own(people) -> None:
    """Or the walk above would prove nothing."""
    owner, shown = people[0], Counter[Role]()
    for person in people:
        (role,), number = person.principal.roles, person.number
        for asked in open_to(person, reading=True) if role in OF_THEIR_OWN else ():
            everything_there = seen(owner, asked, number)
            for word in (f"{each}{number}" for each in OF_THEIR_OWN[role]):
                if word in everything_there:
                    assert word in seen(person, asked, number), f"{role} {asked}"
                    shown[role] += 1

    assert owner.principal.roles == (Role.OWNER,)
    assert shown[Role.CLIENT] > 10
    assert shown[Role.PROFESSIONAL] > 10


def named_by(asked: Asked) -> dict[str, str]:
    """Return the ids that a question can name besides its path, by parameter."""
    schemas = {
        each.alias: json.dumps(TypeAdapter(each.field_info.annotation or str).json_schema())
        for each in query_of(asked.route)
    }
    kinds = {name: re.search(r"\^(\w+)-\[", schema) for name, schema in schemas.items()}
    return {name: f"{kind[1]}-{ID}" for name, kind in kinds.items() if kind}


def test_nobody_asks_by_the_id_of_what_is_anothers(people) -> None:
    for person in (each for each in people if each.number == ONE):
        secret = unseen(person.principal, OTHER)
        for asked in open_to(person, reading=True) if secret else ():
            for name, named in named_by(asked).items():
                if (others := theirs(named, OTHER)) in secret:
                    where = f"{theirs(asked.path, ONE)}?{name}={others}"
                    assert not person.http.get(where).is_success, where


def test_what_is_counted_is_what_is_within_reach(people) -> None:
    def counted(person: Person) -> Any:
        numbered = [person.http.get(f"{path}?page=1") for path in ("/booking", "/appointments")]
        between = {"from": "2027-01-05T00:00:00Z", "to": "2028-01-01T00:00:00Z"}
        reminders = person.http.post("/tasks/schedule-reminders", json=between)
        return [*(each.json()["total"] for each in numbered), reminders.json()["count"]]

    of = {role: counted(p) for p in people for role in p.principal.roles if role in COUNTING}

    assert (of[Role.OWNER], of[Role.PROFESSIONAL], of[Role.CLIENT]) == (
        [6, 6, 2],
        [3, 3, 1],
        [3, 3, 1],
    )


def test_a_professional_sees_of_a_clients_visits_those_with_them(people) -> None:
    client = f"/v1/clients/client-{uuid(OTHER)}"
    bookings = [
        (
            *person.principal.roles,
            person.number,
            person.http.get(client).json()["visits"]["bookings"],
        )
        for person in people
        if person.principal.professional_id
    ]

    assert bookings == [(Role.PROFESSIONAL, 1, 3), (Role.PROFESSIONAL, 2, 0)]


# --- Changing ---------------------------------------------------------------------------


def orders(asked: Asked) -> Iterator[tuple[str, str]]:
    """Return the order about what is another's, and with what is one's own in path or in body; each
    time in it is later than all before.
    """
    hours = count(1)
    for body in map(json.dumps, asked.naming()):
        for path_of, body_of in ((OTHER, OTHER), (ONE, OTHER), (OTHER, ONE)):
            if theirs(asked.path + body, OTHER) != asked.path + body:
                text = theirs(body, body_of)
                text = re.sub(r"2027-01-05T10:00:00\+01:00", lambda _: later(next(hours)), text)
                yield theirs(asked.path, path_of), text


def later(hours: int) -> str:
    return (FEBRUARY + timedelta(days=60, hours=hours)).isoformat()


def recorded(running: Running, actor: str) -> list[str]:
    """Return all that the log says somebody did, and to what. Who is to do something is named by it, and
    nothing of theirs is changed.
    """
    with running.system.database.as_worker() as connection:
        found = connection.execute(
            "SELECT concat_ws(' ', stream, data) FROM log.events WHERE metadata ->> 'actor' = %s",
            (actor,),
        ).fetchall()
    return [re.sub('"assignee_id":"[^"]*"', "", text) for (text,) in found]


def test_nobody_changes_what_is_anothers(running: Running, people) -> None:
    for person in (each for each in people if each.number == ONE):
        safe = untouchable(person.principal, OTHER)
        for asked in open_to(person, reading=False) if safe else ():
            for where, body in orders(asked):
                answer = told(person, asked.method, where, body)
                assert tells(person, answer) == [], f"{asked} {body}"
        for done in recorded(running, person.principal.user_id):
            assert [each for each in safe if each in done] == [], (
                f"{person.principal.roles}: {done}"
            )


def test_only_who_may_passes_over_opening_hours(people) -> None:
    asking = [
        a for a in everything() if a.model and "override" in getattr(a.model, "model_fields", ())
    ]
    for person in (each for each in people if each.principal.roles[0] in OF_THEIR_OWN):
        for asked in asking:
            body = {**list(asked.naming())[-1], "override": True}
            text = json.dumps(body).replace(ID, uuid(person.number))
            where = asked.path.replace(ID, uuid(person.number))
            refused = person.http.request(asked.method, where, content=text, headers=JSON)
            found = (refused.status_code, refused.json().get("permission"))
            assert found == (403, Permission.BOOKINGS_OVERRIDE), f"{person.principal.roles} {asked}"

    assert len(asking) >= 7


# --- Not forgetting ---------------------------------------------------------------------


def test_every_read_model_says_who_sees_its_rows() -> None:
    assert {model.name for model in READ_MODELS} == set(ROWS)


def test_there_is_a_route_for_each_walk() -> None:
    assert len(everything()) > 120
    assert sum(len(router.routes) for router in ROUTERS) > 100
