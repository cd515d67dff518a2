"""Forms are filled in by many at once, from pages of others, and people are forgotten."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient

from domain.business.tenants import Business, ListOrigins, RegisterBusiness
from domain.values import TenantId, UserId
from infra.settings import Settings
from tests.running import Running
from tests.sales.forms.asking import (
    ZOE,
    filled_in,
    later,
    leads,
    made,
    opened,
    received,
    stranger,
    submission,
    submissions,
)

BLOG = "https://blog.example"


def test_whoever_sends_two_forms_at_the_same_moment_is_one_lead(
    running: Running, http: TestClient
) -> None:
    forms = [made(http, name=f"Form {n}") for n in range(2)]
    stamps = {form: opened(stranger(running), form)["stamp"] for form in forms}
    later(running, timedelta(seconds=30))

    def send(number: int) -> int:
        form = forms[number % 2]
        answers = {**ZOE, "message": f"Message {number}"}
        body = {"answers": answers, "stamp": stamps[form], "decoy": ""}
        return stranger(running).post(f"/v1/lead-forms/{form}/submit", json=body).status_code

    with ThreadPoolExecutor(8) as pool:
        assert {*pool.map(send, range(8))} == {201}

    (lead,) = leads(running, http)
    (parts,) = ([p for p in lead["breakdown"]["parts"] if p["name"] == "form"],)
    assert parts[0]["fact"] == 8
    assert {each["lead_id"] for each in submissions(running, http)} == {lead["id"]}


def test_of_who_is_erased_no_answer_is_left(running: Running, http: TestClient) -> None:
    told = received(running, made(http))
    (lead,) = leads(running, http)

    gone = http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()

    assert gone.status_code == 204
    assert submission(http, told["id"])["answers"] == []
    with running.system.database.as_worker() as line:
        rows = line.execute("SELECT document::text FROM live.submissions").fetchall()
    assert "Dupont" not in str(rows)


def test_what_was_held_of_who_is_erased_is_gone_too(running: Running, http: TestClient) -> None:
    form = made(http)
    robot = received(running, form, {**ZOE, "message": "By a robot"}, decoy="x")
    received(running, form)
    (lead,) = leads(running, http)

    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    running.settle()

    assert submission(http, robot["id"])["answers"] == []


def test_a_page_that_the_business_does_not_list_cannot_fill_in_its_forms(
    running: Running, http: TestClient
) -> None:
    other = str(uuid4())
    for tenant, origins in ((other, (BLOG,)), (running.tenant, ())):
        _listing(running, tenant, origins)
    running.settle()
    running.system.origins.look()
    form = made(http)
    where = f"/v1/lead-forms/{form}/public"

    refused = stranger(running).get(where, headers={"Origin": BLOG})
    _listing(running, running.tenant, (BLOG,))
    running.settle()
    running.system.origins.look()
    shown = stranger(running).get(where, headers={"Origin": BLOG})

    assert (refused.status_code, refused.json()["code"]) == (403, "origin-not-listed")
    assert shown.headers["access-control-allow-origin"] == BLOG


class TestLimits:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"submissions_per_hour": 2})

    def test_one_address_fills_in_so_much_and_no_more(
        self, running: Running, http: TestClient
    ) -> None:
        form = made(http)

        answers: list[Any] = [
            filled_in(running, form, {**ZOE, "message": f"Message {n}"}) for n in range(3)
        ]

        assert [each.status_code for each in answers] == [201, 201, 429]
        assert answers[-1].json()["policy"] == "submissions"
        assert "retry-after" in answers[-1].headers


def _listing(running: Running, tenant: str, origins: tuple[str, ...]) -> None:
    business = Business(name="Salon", time_zone="Europe/Paris", language="en", currency="EUR")
    registered = RegisterBusiness(
        tenant_id=TenantId(tenant),
        business=business,
        owner_id=UserId(f"user-{tenant}"),
        owner_name="Ana",
        owner_email=f"ana@{tenant}.example",
    )
    listed = ListOrigins(tenant_id=TenantId(tenant), origins=origins)
    with Running.of(running.system, running.clock, tenant) as theirs:
        theirs.order(registered)
        theirs.order(listed)
