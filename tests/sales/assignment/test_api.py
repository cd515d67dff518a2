"""The rule over HTTP, and leads that come to several processes at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.running import Running
from tests.sales.leads.coming import opened
from tests.sales.mails.office import Office

pytestmark = [pytest.mark.postgres, pytest.mark.together]

AT_ONCE: Final = 30


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


def comes(http: TestClient, number: int) -> Any:
    return opened(http, person={"name": f"Zoé {number}", "email": f"zoe{number}@example.org"})


def test_a_rule_is_shown_and_changed_and_counts_from_then_on(
    running: Running, http: TestClient
) -> None:
    before, noor = comes(http, 1), Office.opened(running).hires("Noor")
    shown = http.get("/v1/assignment").json()
    rule = {"sharing": "by_load", "members": [noor], "sources": []}
    changed = http.put("/v1/assignment", json=rule)

    assert shown == {
        "rule": {"sharing": "round_robin", "members": [], "sources": []},
        "version": 0,
    }
    assert changed.json() == http.get("/v1/assignment").json() == {"rule": rule, "version": 1}
    assert comes(http, 2)["assignee_id"] == noor
    assert http.get(f"/v1/leads/{before['id']}").json()["assignee_id"] is None


def test_a_rule_names_who_works_here_and_nobody_twice(running: Running, http: TestClient) -> None:
    noor = Office.opened(running).hires("Noor")
    stranger = f"{noor[:-1]}{'1' if noor[-1] == '0' else '0'}"
    answers = {
        "assignment-unclear": {"members": [noor, noor]},
        "user-not-found": {"members": [stranger]},
        "department-not-found": {
            "sources": [
                {"source": "google", "department_id": stranger.replace("user", "department")}
            ]
        },
    }

    found = {code: http.put("/v1/assignment", json=rule) for code, rule in answers.items()}
    assert {each.json()["code"] for each in found.values()} == {*answers}
    assert http.get("/v1/assignment").json()["version"] == 0


def test_who_works_with_leads_sees_the_rule_and_who_owns_the_business_changes_it(
    running: Running,
) -> None:
    desk, client = running.http(Role.FRONT_DESK), running.http(Role.CLIENT)

    assert desk.get("/v1/assignment").status_code == 200
    assert desk.put("/v1/assignment", json={}).status_code == 403
    assert client.get("/v1/assignment").status_code == 403


@pytest.mark.parametrize("sharing", ["round_robin", "by_load"])
def test_who_comes_to_two_processes_at_once_is_shared_out_exactly(
    two_systems: tuple[Running, Running], sharing: str
) -> None:
    office, systems = Office.opened(two_systems[0]), [each.http() for each in two_systems]
    team = [office.hires(name) for name in ("Ana", "Noor", "Eve")]
    systems[0].put("/v1/assignment", json={"sharing": sharing, "members": team})

    with ThreadPoolExecutor(8) as several:
        leads = [*several.map(lambda n: comes(systems[n % 2], n), range(AT_ONCE))]

    assert Counter(each["assignee_id"] for each in leads) == dict.fromkeys(team, AT_ONCE // 3)
