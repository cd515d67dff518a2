"""What is typed as a secret is found nowhere but sealed in the log, and in memory."""

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
import pytest
from psycopg.errors import InsufficientPrivilege

from adapters.clock import SettableClock
from adapters.event_store.bundle import export, revealing
from adapters.event_store.personal_data import MasterKeys
from adapters.event_store.rotation import by_master_key, rotate
from adapters.postgres import ACCOUNTS, APP
from domain.business.users import Role
from infra.composition import running_system
from infra.settings import Settings
from tests.business.configuration.examples import (
    BAD_KEY,
    GOOD_KEY,
    PLANTED,
    SIGNS,
    SIGNS_NEXT,
    STRIPE,
)
from tests.business.configuration.provider import APP_SECRET, NUMBER, Provider
from tests.people.clients.dump import found
from tests.running import Running

pytestmark = pytest.mark.postgres

WHERE: Final = "/v1/configuration/stripe"
NEXT: Final = {**STRIPE, "webhook_secret": {"value": SIGNS_NEXT}}
OLD: Final = b"the master key that is there now"
NEW: Final = b"the master key that is to come!!"


def typed_everywhere(running: Running, there: Provider) -> list[str]:
    """Type secrets that are taken, refused, kept back and malformed; return what was answered."""
    http = running.http()
    answers = [http.put(WHERE, json=STRIPE), http.put(WHERE, json=NEXT)]
    answers.append(http.put(WHERE, json={**STRIPE, "secret_key": {"value": BAD_KEY}}))
    answers.append(http.put(WHERE, json={**STRIPE, "secret_key": {"value": BAD_KEY, "more": 1}}))
    answers.append(http.put(WHERE, json={**STRIPE, "unknown": BAD_KEY}))
    answers.append(http.put(WHERE, json={"webhook_secret": {"value": SIGNS}}))
    there.away = True
    answers.append(http.put(WHERE, json={**STRIPE, "secret_key": {"value": BAD_KEY}}))
    there.away = False
    running.settle()
    assert [each.status_code for each in answers] == [200, 200, 422, 422, 422, 422, 200]
    return [each.text + str(each.headers) for each in answers]


def test_no_answer_history_export_metric_or_log_says_a_secret(
    asking: Running, there: Provider, capfd: pytest.CaptureFixture[str]
) -> None:
    said = typed_everywhere(asking, there)
    http, auditor = asking.http(), asking.http(Role.AUDITOR)
    system, tenant = asking.system, asking.tenant
    id_ = http.get(WHERE).json()["id"]

    said += [http.get(path).text for path in (WHERE, f"{WHERE}/history", "/v1/configuration")]
    said += [auditor.get("/v1/history").text, auditor.get(f"/v1/history/streams/{id_}").text]
    said += [http.get("/metrics").text, http.get("/v1/status").text]
    said += [http.get("/admin/config/stripe").text]
    with system.database.as_worker() as connection:
        said += [json.dumps([*export(connection, tenant)], default=str)]
    said += capfd.readouterr()

    assert [word for word in PLANTED if any(word in text for text in said)] == []


def test_no_table_has_a_secret_in_the_clear(asking: Running, there: Provider, dsn: str) -> None:
    typed_everywhere(asking, there)

    assert found(dsn, [*PLANTED]) == {}


def test_an_auditor_who_takes_the_history_away_has_it_without_secrets(
    asking: Running, there: Provider
) -> None:
    typed_everywhere(asking, there)
    system = asking.system

    with system.database.as_worker() as connection:
        shown = revealing(MasterKeys(system.settings.master_keys), system.mapper)
        lines = [*export(connection, asking.tenant, reveal=shown)]

    assert not any(word in str(lines) for word in PLANTED)
    assert "configuration-changed.v1" in str(lines)


def test_every_change_is_in_the_audit_log_with_who_made_it(
    asking: Running, there: Provider
) -> None:
    typed_everywhere(asking, there)

    told = asking.http(Role.AUDITOR).get("/v1/history?type=configuration-changed.v1").json()["data"]

    assert len(told) == 3
    assert all(each["actor"].startswith("user-") for each in told)
    assert told[-1]["data"]["values"]["secrets"][0] == {
        "name": "secret_key",
        "secret": {"value": None, "ends_with": GOOD_KEY[-4:], "version": 1},
    }


def test_of_a_short_secret_nothing_is_shown(asking: Running, there: Provider) -> None:
    there.away = True
    body = {
        "phone_number_id": NUMBER,
        "access_token": {"value": "short"},
        "app_secret": {"value": APP_SECRET},
    }

    shown = asking.http().put("/v1/configuration/whatsapp.cloud", json=body).json()["values"]

    assert shown["access_token"] == {"value": None, "ends_with": None, "version": 1}


# --- Who can read it ----------------------------------------------------------------------


def test_the_applications_role_cannot_read_what_others_configure(asking: Running) -> None:
    other = "0198c0de-0000-7000-8000-0000000000bb"
    id_ = asking.http().put(WHERE, json=STRIPE).json()["id"]
    asking.settle()
    database = asking.system.database
    tables = ("log.events", "log.keys", "live.configuration")

    def rows(tenant: str) -> list[int]:
        with database.connect(APP, "test") as connection:
            connection.execute("SELECT set_config('frontdesk.tenant', %s, false)", (tenant,))
            return [
                len(connection.execute(f"SELECT 1 FROM {table}".encode()).fetchall())
                for table in tables
            ]

    assert rows(other) == [0, 0, 0]
    assert all(rows(asking.tenant))
    with database.connect(ACCOUNTS, "test") as connection, pytest.raises(InsufficientPrivilege):
        connection.execute(b"SELECT 1 FROM log.keys")
    assert id_.startswith("configuration-")


# --- Master keys --------------------------------------------------------------------------


@contextmanager
def process(
    dsn: str, clock: SettableClock, settings: Settings, *ring: bytes, tenant: str | None = None
) -> Iterator[Running]:
    keyed = settings.model_copy(update={"master_keys": ring})
    with (
        running_system(keyed, dsn, clock=clock) as system,
        Running.of(system, clock, tenant) as running,
    ):
        yield running


def test_secrets_outlive_the_master_key_that_sealed_them(
    there: Provider, dsn: str, clock: SettableClock, settings: Settings
) -> None:
    asked = there.settings(settings)
    with process(dsn, clock, asked, OLD) as older:
        older.http().put(WHERE, json=STRIPE)
        tenant = older.tenant
    with process(dsn, clock, asked, NEW, OLD, tenant=tenant) as both:
        with both.system.database.as_worker() as connection:
            rotate(connection, MasterKeys([NEW, OLD]), lambda *_: None)
            assert [*by_master_key(connection)] == MasterKeys([NEW]).names
        assert both.http().put(WHERE, json=NEXT).status_code == 200
    with process(dsn, clock, asked, NEW, tenant=tenant) as newer:
        found: Any = newer.system.configured

        assert found.values(tenant, "stripe").secret_key.value == GOOD_KEY
        assert found.secrets_of(tenant, "stripe") == (SIGNS_NEXT.encode(), SIGNS.encode())


def test_what_is_in_the_clear_is_forgotten_when_another_master_key_is_used(
    there: Provider, dsn: str, clock: SettableClock, settings: Settings
) -> None:
    asked = there.settings(settings)
    with (
        process(dsn, clock, asked, OLD) as older,
        process(dsn, clock, asked, NEW, OLD, tenant=older.tenant) as newer,
    ):
        newer.http().put(WHERE, json=STRIPE)
        known = newer.system.configured
        known.values(newer.tenant, "stripe")
        queries = known.queries
        older.system.roll.leave()
        newer.system.roll.call()

        assert known.values(newer.tenant, "stripe").secret_key.value == GOOD_KEY
        assert known.queries == queries + 1


def test_without_its_master_key_nothing_is_in_force_and_nobody_is_told_why_in_words(
    there: Provider, dsn: str, clock: SettableClock, settings: Settings
) -> None:
    asked = there.settings(settings)
    with process(dsn, clock, asked, OLD) as older:
        older.http().put(WHERE, json=STRIPE)
        tenant = older.tenant
    with process(dsn, clock, asked, NEW, tenant=tenant) as other:
        answer = other.http().put(WHERE, json=NEXT)

        assert (answer.status_code, answer.json()["code"]) == (503, "not-readable-here")
        assert not any(word in answer.text for word in PLANTED)


def test_what_was_removed_is_in_no_table_and_in_no_memory(
    asking: Running, there: Provider, dsn: str
) -> None:
    typed_everywhere(asking, there)
    id_ = asking.http().get(WHERE).json()["id"]
    asking.system.configured.values(asking.tenant, "stripe")

    asking.http().delete(WHERE)
    asking.settle()

    with psycopg.connect(dsn) as connection:
        [[rows]] = connection.execute("SELECT count(*) FROM live.configuration").fetchall()
        [[key]] = connection.execute(
            "SELECT wrapped FROM log.keys WHERE stream = %s", (id_,)
        ).fetchall()
    assert (rows, key) == (0, None)
    assert asking.system.configured.values(asking.tenant, "stripe") is None
    history = asking.http(Role.AUDITOR).get(f"/v1/history/streams/{id_}").text
    assert GOOD_KEY[-4:] not in history
    assert base64.b64encode(GOOD_KEY.encode()).decode() not in history
