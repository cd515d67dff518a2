"""A wrong configuration stops the start, with a list of what to set."""

import base64
import os

import pytest

from infra.settings import DEMO_MASTER_KEY, DEMO_SECRET, Mode, SettingsError, read_settings

OWN = {
    "FRONTDESK_MODE": "production",
    "DATABASE_URL": "postgresql://desk@127.0.0.1/desk",
    "SECRET_KEYS": "s" * 40,
    "MASTER_KEYS": base64.b64encode(os.urandom(32)).decode(),
    "PEPPER": "p" * 40,
    "PUBLIC_URL": "https://desk.example",
    "FILES_DIR": "/files",
}


def test_the_demonstration_needs_nothing() -> None:
    assert read_settings({}).mode is Mode.DEMO


def test_production_starts_with_secrets_of_its_own() -> None:
    assert read_settings(OWN).secret_keys == ("s" * 40,)


def test_all_that_is_missing_is_listed_at_once() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({"FRONTDESK_MODE": "production"})

    lines = str(refused.value).splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "DATABASE_URL",
        "SECRET_KEYS",
        "PEPPER",
        "MASTER_KEYS",
        "PUBLIC_URL",
        "FILES_DIR",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEYS", DEMO_SECRET),
        ("SECRET_KEYS", f"{'s' * 40},{DEMO_SECRET}"),
        ("SECRET_KEYS", "short"),
        ("PEPPER", DEMO_SECRET),
        ("MASTER_KEYS", DEMO_MASTER_KEY),
    ],
)
def test_production_refuses_what_is_known_or_weak(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({**OWN, name: value})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "eighty"),
        ("PORT", "70000"),
        ("FRONTDESK_MODE", "prod"),
        ("MASTER_KEYS", "no base64!"),
        ("MASTER_KEYS", base64.b64encode(b"too short").decode()),
        ("ACCESS_TOKEN_MINUTES", "0"),
        ("REDIS_URL", "http://127.0.0.1:6379"),
        ("KAFKA_FACTS", "crm"),
        ("KAFKA_FACTS", "crm=somebody"),
        ("FILES_S3_ENDPOINT", "127.0.0.1:9000"),
        ("FILES_S3_KEY_ID", "AKIA"),
        ("FILES_S3_SECRET", "without a key id"),
        ("FILES_SCANNER", "clamd"),
        ("FILES_MOST_BYTES", "0"),
        ("OUTGOING_PORTS", ","),
        ("OUTGOING_PORTS", "https"),
        ("OUTGOING_PORTS", "443,70000"),
        ("OUTGOING_NETWORKS", "10.0.0.1/8"),
        ("OUTGOING_NEVER", "ours"),
        ("OUTGOING_CA_FILE", "/nowhere.pem"),
        ("OUTGOING_CA_FILE", "pyproject.toml"),
        ("OUTGOING_SECONDS", "0"),
    ],
)
def test_a_wrong_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read_settings({name: value})


def test_production_sends_nothing_in_the_clear_to_addresses_that_others_type() -> None:
    with pytest.raises(SettingsError, match="OUTGOING_PLAIN_HTTP"):
        read_settings({**OWN, "OUTGOING_PLAIN_HTTP": "true"})


def test_no_refusal_repeats_a_secret() -> None:
    with pytest.raises(SettingsError) as refused:
        read_settings({**OWN, "SECRET_KEYS": "hunter2", "MASTER_KEYS": "aHVudGVyMg=="})

    assert "hunter2" not in str(refused.value)


def test_each_source_of_facts_is_for_one_business() -> None:
    tenant = "0198c0de-0000-7000-8000-0000000000aa"

    listed = read_settings({"KAFKA_FACTS": f"/crm={tenant}, shop={tenant.upper()}"}).kafka_facts

    assert listed == {"/crm": tenant, "shop": tenant}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://bob:geheim123@db/fd"),
        ("DATABASE_URL", "geheim123"),
        ("WORKER_DATABASE_URL", "postgres//bob:geheim123@db"),
        ("DATABASE_URL", "postgresql://bob:it@geheim@127.0.0.1/desk"),
        ("DATABASE_URL", "postgresql://bob:geheim%zz@127.0.0.1/desk"),
        ("DATABASE_URL", "host=127.0.0.1 password=it geheim"),
        ("SMTP_URL", "bob:geheim123@mail.example"),
        ("SMTP_URL", "smtp://bob:geheim/x@mail.example"),
        ("SMTP_URL", "smtp://bob:geheim#x@mail.example"),
        ("REDIS_URL", "redis://:geheim/x@redis.example"),
        ("REDIS_URL", "redis://bob:geheim#x@redis.example"),
        ("SECRET_KEYS", "geheim123"),
        ("DEFAULT_REGION", "XX"),
        ("LOG_LEVEL", "loud"),
        ("DATABASE_LOCK_MS", "9000"),
    ],
)
def test_what_cannot_be_is_named_and_no_secret_is_said(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as refused:
        read_settings({name: value})

    assert "geheim" not in str(refused.value)


TENANT = "0198c0de-0000-7000-8000-00000000c0de"
ED25519 = "MCowBQYDK2VwAyEAi2HR1srL4o18O8BRa7gVJY7G7bupbN3H9AwJrHCDiOg="


def test_secrets_of_providers_are_those_of_a_business_and_two_while_they_are_changed() -> None:
    said = f"{TENANT}/stripe=whsec_one, {TENANT}/stripe=a%2Cb%25,{TENANT.upper()}/ghl={ED25519}"

    settings = read_settings({"INBOUND_SECRETS": said})

    assert settings.inbound_secrets == {
        (TENANT, "stripe"): (b"whsec_one", b"a,b%"),
        (TENANT, "ghl"): (ED25519.encode(),),
    }


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("secret", "number 1 must be tenant/provider=secret"),
        ("salon/stripe=secret", "number 1 must be tenant/provider=secret"),
        (f"{TENANT}/stripe=a,secret", "number 2 must be tenant/provider=secret"),
        (f"{TENANT}/nobody=secret", "number 1 must name one of whatsapp"),
        (f"{TENANT}/stripe=", "number 1 is no secret of stripe"),
        (f"{TENANT}/resend=secret", "number 1 is no secret of resend"),
        (f"{TENANT}/resend=whsec_", "number 1 is no secret of resend"),
        (f"{TENANT}/ghl=secret", "number 1 is no secret of ghl"),
        (f"{TENANT}/sendgrid={ED25519}", "number 1 is no secret of sendgrid"),
    ],
)
def test_what_is_no_secret_of_a_provider_is_told_and_not_repeated(said: str, why: str) -> None:
    with pytest.raises(SettingsError, match=f"INBOUND_SECRETS: {why}") as error:
        read_settings({"INBOUND_SECRETS": said})

    assert "secret, " not in str(error.value)
    assert ED25519 not in str(error.value)
