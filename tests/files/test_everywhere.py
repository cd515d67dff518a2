"""Wherever bytes lie, the same is true: a folder, S3, and a server of S3 that others keep."""

from datetime import timedelta

import httpx2 as httpx
import pytest
from msgspec.structs import replace

from application.files.store import BytesMissingError
from domain.values import TenantId
from tests.business.tenants.examples import register_business
from tests.files.pictures import PDF, PROGRAM, picture, taken_in_paris
from tests.files.sending import announced, client_of, given, had, led, put, send
from tests.files.storages import Storage
from tests.running import Running

pytestmark = pytest.mark.postgres


def test_what_was_sent_is_had_whole_and_in_part(anywhere: Running) -> None:
    http = anywhere.http()
    content = PDF + bytes(range(256)) * 1000
    sent = send(http, client_of(http), content).json()
    anywhere.settle()

    whole = given(http, sent["url"])
    part = given(http, sent["url"], Range="bytes=10-99999")

    assert whole.content == content
    assert whole.headers["content-disposition"] == f'attachment; filename="{sent["id"]}.pdf"'
    assert (part.status_code, part.content) == (206, content[10:100_000])
    assert part.headers["content-range"] == f"bytes 10-99999/{len(content)}"


def test_what_was_announced_is_put_there_held_against_what_was_said_and_kept(
    anywhere: Running, storage: Storage
) -> None:
    http = anywhere.http()
    content = taken_in_paris()
    said = announced(http, client_of(http), content)
    early = http.post(f"{said.headers['location']}/completion")

    came = put(http, said.json(), content)
    done = http.post(f"{said.headers['location']}/completion")
    again = http.post(f"{said.headers['location']}/completion")
    anywhere.settle()

    assert (early.status_code, early.json()["code"]) == (409, "file-has-not-come")
    assert came.is_success
    assert [each.json()["status"] for each in (done, again)] == ["uploaded", "uploaded"]
    assert http.get(said.headers["location"]).json()["status"] == "ready"
    assert not [key for key in storage.there() if key.startswith("incoming/")]


def test_other_bytes_are_not_taken_for_what_was_announced(anywhere: Running) -> None:
    http = anywhere.http()
    said = announced(http, client_of(http), PDF)
    other = PDF.replace(b"1.7", b"1.4")

    put(http, said.json(), other)
    refused = http.post(f"{said.headers['location']}/completion")

    assert refused.status_code in (409, 422)
    assert refused.json()["code"] in ("file-has-not-come", "file-differs")
    assert http.get(said.headers["location"]).json()["status"] == "awaited"


def test_bytes_that_came_to_lie_there_are_looked_at_when_it_is_said_to_be_complete(
    anywhere: Running,
) -> None:
    """Whatever the storage let somebody put there."""
    http, there = anywhere.http(), anywhere.system.files.bytes
    for content, status, code in (
        (PDF + b" ", 422, "file-differs"),
        (PROGRAM, 415, "file-type-not-taken"),
    ):
        said = announced(http, client_of(http), PDF)
        there.put(f"incoming/{anywhere.tenant}/{said.json()['id']}/it", content, "application/pdf")

        refused = http.post(f"{said.headers['location']}/completion")

        assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_what_never_came_is_awaited_for_an_hour_and_leaves_nothing(
    anywhere: Running, storage: Storage
) -> None:
    http = anywhere.http()
    said = announced(http, client_of(http), PDF)
    put(http, said.json(), PDF)

    anywhere.system.walk(anywhere.clock() + timedelta(hours=2))

    late = http.post(f"{said.headers['location']}/completion")
    assert http.get(said.headers["location"]).json()["why"] == "never-came"
    assert (late.status_code, late.json()["status"]) == (200, "refused")
    assert storage.there() == []
    assert anywhere.system.files.ledger.used(anywhere.tenant) == 0


def test_nobody_is_given_what_is_not_published_without_an_address_that_was_signed(
    anywhere: Running, storage: Storage
) -> None:
    http = anywhere.http()
    sent = send(http, client_of(http), picture()).json()
    anywhere.settle()
    where = led(http, f"{sent['url']}?size=large")

    bare = had(http, where.partition("?")[0]) if storage.url else None
    changed = had(http, where[:-4] + ("0000" if where[-4:] != "0000" else "1111"))

    assert had(http, where).status_code == 200
    assert changed.status_code in (400, 403)
    assert bare is None or bare.status_code in (401, 403)
    for key in storage.there() if storage.url else ():
        assert httpx.get(f"{storage.url}/desk/{key}").status_code in (401, 403), key


def test_what_is_published_is_given_to_everybody_for_ever_and_not_when_it_is_withdrawn(
    anywhere: Running, storage: Storage
) -> None:
    tenant = TenantId(anywhere.tenant)
    anywhere.order(replace(register_business, tenant_id=tenant))
    http = anywhere.http()
    sent = send(http, f"tenant-{tenant}", taken_in_paris(), "portfolio")
    anywhere.settle()
    hidden = http.get(sent.headers["location"]).json()

    http.post(f"{sent.headers['location']}/publication")
    anywhere.settle()
    (large, *_) = http.get(sent.headers["location"]).json()["pictures"]
    shown = http.get(large["public_url"], headers={"Authorization": ""})
    public = [key for key in storage.there() if key.startswith("public/")]
    http.delete(f"{sent.headers['location']}/publication")
    anywhere.settle()

    assert {each["public_url"] for each in hidden["pictures"]} == {None}
    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert large["sha256"] in large["public_url"]
    assert len(public) == len(hidden["pictures"])
    assert not [key for key in public if hidden["sha256"] in key], "what came is shown to nobody"
    assert http.get(large["public_url"]).status_code == 404
    assert not [key for key in storage.there() if key.startswith("public/")]


def test_who_is_erased_leaves_no_bytes_in_any_size_and_no_names(
    anywhere: Running, storage: Storage
) -> None:
    http = anywhere.http()
    client, other = client_of(http), client_of(http)
    sent = send(http, client, taken_in_paris(), name="Zoé at the sea")
    kept = send(http, other, picture(), name="Léa")
    booked = announced(http, client, PDF)
    put(http, booked.json(), PDF)
    anywhere.settle()
    before = storage.there()

    erased = http.delete(f"/v1/clients/{client}/personal-data")
    anywhere.settle()

    left = storage.there()
    assert erased.is_success
    assert [key for key in before if sent.json()["id"] in key]
    assert left
    assert all(kept.json()["id"] in key for key in left)
    for where in (sent.headers["location"], f"{sent.headers['location']}/content"):
        assert http.get(where).status_code == 404
    assert anywhere.system.files.state(anywhere.tenant, sent.json()["id"]).status == "purged"
    assert anywhere.system.files.ledger.used(anywhere.tenant) == len(picture())


def test_what_is_not_there_is_said_to_be_missing(anywhere: Running) -> None:
    there = anywhere.system.files.bytes

    there.remove("private/nobody/")
    with pytest.raises(BytesMissingError):
        there.read("private/nobody/file/it.pdf")
    assert there.size_of("private/nobody/file/it.pdf") is None
    there.put("private/nobody/file/it.pdf", PDF, "application/pdf")
    assert b"".join(there.read("private/nobody/file/it.pdf", len(PDF))) == b""
    assert b"".join(there.read("private/nobody/file/it.pdf", 5)) == PDF[5:]


def test_what_is_withdrawn_is_not_there_for_who_had_it_either(anywhere: Running) -> None:
    anywhere.order(replace(register_business, tenant_id=TenantId(anywhere.tenant)))
    http = anywhere.http()
    owner = f"tenant-{anywhere.tenant}"
    where = send(http, owner, picture(), "portfolio", published="true").headers["location"]
    anywhere.settle()
    url = http.get(where).json()["pictures"][0]["public_url"]
    tags = [had(http, url).headers["etag"], "*"]
    before = [had(http, url, **{"If-None-Match": tag}).status_code for tag in tags]

    http.delete(f"{where}/publication")
    anywhere.settle()

    assert before == [304, 304]
    assert [had(http, url, **{"If-None-Match": tag}).status_code for tag in tags] == [404, 404]
