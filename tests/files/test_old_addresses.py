"""Links to the storage of an older product lead to where a file is now."""

from pathlib import Path

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from domain.values import TenantId
from infra.imports.file_addresses import Moved, NotUnderstood, path_of, read
from tests.business.tenants.examples import register_business
from tests.files.pictures import picture
from tests.files.sending import client_of, send
from tests.infra.beside import command
from tests.running import Running

OLD = "https://abc.supabase.co/storage/v1/object"
TENANT = "0198c0de-0000-7000-8000-0000000000aa"
FILE = "file-0198c0de-0000-7000-8000-000000000001"


@pytest.fixture
def anybody(running: Running) -> TestClient:
    return TestClient(running.app, follow_redirects=False)


@pytest.mark.postgres
def test_an_old_address_leads_to_what_everybody_is_given(
    running: Running, anybody: TestClient
) -> None:
    running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
    http = running.http()
    owner = f"tenant-{running.tenant}"
    shown = send(http, owner, picture(), "portfolio", published="true").json()["id"]
    hidden = send(http, client_of(http), picture()).json()["id"]
    running.settle()
    moved = [("photos/cut 1.jpg", running.tenant, shown), ("kept/zoé.jpg", running.tenant, hidden)]

    assert running.system.ledger.move(moved) == 2
    assert running.system.ledger.move(moved) == 0
    for kind in ("public/", "sign/", ""):
        led = anybody.get(f"/storage/v1/object/{kind}photos/cut%201.jpg?token=abc")
        assert led.status_code == 301
        assert anybody.get(led.headers["location"]).headers["content-type"] == "image/webp"
    private = anybody.get("/storage/v1/object/public/kept/zo%C3%A9.jpg")
    assert private.headers["location"] == f"/v1/files/{hidden}/content"
    assert anybody.get(private.headers["location"]).status_code == 401
    assert anybody.get("/storage/v1/object/public/photos/other.jpg").status_code == 404


@pytest.mark.postgres
def test_the_address_of_a_person_who_was_erased_is_forgotten(
    running: Running, anybody: TestClient
) -> None:
    http = running.http()
    client = client_of(http)
    file = send(http, client, picture()).json()["id"]
    running.system.ledger.move([("avatars/zoé.jpg", running.tenant, file)])
    running.settle()

    http.delete(f"/v1/clients/{client}/personal-data")

    assert anybody.get("/storage/v1/object/public/avatars/zo%C3%A9.jpg").status_code == 404
    assert running.system.ledger.moved_to("avatars/zoé.jpg") is None


@pytest.mark.parametrize(
    ("address", "path"),
    [
        (f"{OLD}/public/avatars/a.png", "avatars/a.png"),
        (f"{OLD}/sign/avatars/Zo%C3%A9.png?token=abc", "avatars/Zoé.png"),
        (f"{OLD}/authenticated/a/b/c.pdf", "a/b/c.pdf"),
        (f"{OLD}/avatars/a.png", "avatars/a.png"),
        ("/avatars/a.png", "avatars/a.png"),
        ("avatars/a.png", "avatars/a.png"),
    ],
)
def test_an_address_is_known_however_it_is_written(address: str, path: str) -> None:
    assert path_of(address) == path


def test_a_line_that_is_not_understood_is_told_and_the_others_are_taken() -> None:
    lines = [
        f"{OLD}/public/a/b.png,{TENANT},{FILE}",
        "",
        "a,b",
        f"a,b,{FILE}",
        f"a,{TENANT},file-1",
    ]

    found = list(read(lines))

    assert found[0] == Moved("a/b.png", TENANT, FILE)
    assert [each.line for each in found if isinstance(each, NotUnderstood)] == [3, 4, 5]


@pytest.mark.postgres
@pytest.mark.slow
def test_operators_bring_them_in_from_a_file(
    running: Running, dsn: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = tmp_path / "old.csv"
    lines.write_text(f"{OLD}/public/a/b.png,{running.tenant},{FILE}\nnothing\n", encoding="utf-8")

    said = command("import", dsn, monkeypatch)("file-addresses", str(lines))

    assert said.exit_code == 0, said.output
    assert running.system.ledger.moved_to("a/b.png") == (running.tenant, FILE)
