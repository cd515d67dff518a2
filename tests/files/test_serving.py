"""How bytes are given: in part, by their ETag, kept or not, and so that nothing in them runs."""

from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.files.pictures import PDF, picture
from tests.files.sending import announced as said_of
from tests.files.sending import client_of, given, had, led, put, send
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]


@pytest.fixture
def http(running: Running) -> TestClient:
    return running.http()


@pytest.fixture
def url(running: Running, http: TestClient) -> str:
    """Where a file is had, of which the length is known."""
    sent = send(http, client_of(http), PDF).json()
    running.settle()
    return led(http, sent["url"])


SIZE = len(PDF)


@pytest.mark.parametrize(
    ("asked", "status", "content"),
    [
        ("bytes=0-0", 206, PDF[:1]),
        ("bytes=5-", 206, PDF[5:]),
        ("bytes=-5", 206, PDF[-5:]),
        (f"bytes=-{SIZE * 2}", 206, PDF),
        (f"bytes=5-{SIZE * 2}", 206, PDF[5:]),
        ("bytes=5-4", 200, PDF),
        ("bytes=0-1,3-4", 200, PDF),
        ("lines=1-2", 200, PDF),
        ("bytes=-", 200, PDF),
        ("bytes=٣-", 200, PDF),
    ],
)
def test_a_part_is_given_where_one_is_asked_for(
    http: TestClient, url: str, asked: str, status: int, content: bytes
) -> None:
    answer = had(http, url, Range=asked.encode())  # type: ignore[arg-type]

    assert (answer.status_code, answer.content) == (status, content)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", "bytes=-0", f"bytes={SIZE}-{SIZE + 1}"])
def test_what_is_beyond_the_end_is_refused(http: TestClient, url: str, asked: str) -> None:
    refused = had(http, url, Range=asked)

    assert (refused.status_code, refused.json()["code"]) == (416, "range-not-satisfiable")
    assert refused.json()["bytes"] == SIZE


def test_what_somebody_has_is_not_given_again(http: TestClient, url: str) -> None:
    tag = had(http, url).headers["etag"]

    for tags in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = had(http, url, **{"If-None-Match": tags})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert had(http, url, **{"If-None-Match": '"x"'}).status_code == 200


def test_a_part_of_other_bytes_is_not_asked_for(http: TestClient, url: str) -> None:
    tag = had(http, url).headers["etag"]

    parts = [had(http, url, **{"Range": "bytes=0-1", "If-Range": each}) for each in (tag, '"x"')]

    assert [each.status_code for each in parts] == [206, 200]


def test_the_head_is_that_of_the_whole(http: TestClient, url: str) -> None:
    head = http.head(url, headers={"Authorization": ""})

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(SIZE)


def test_nothing_that_was_sent_runs_in_a_browser(running: Running, http: TestClient) -> None:
    sent = send(http, client_of(http), picture()).json()
    running.settle()

    for size, disposition in (("small", "inline"), ("original", "attachment")):
        answer = given(http, f"{sent['url']}?size={size}")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
        assert answer.headers["content-disposition"].startswith(f"{disposition}; filename=")
        assert answer.headers.get_list("cache-control") == ["private, max-age=300"]
        assert answer.headers["cross-origin-resource-policy"] == "same-site"


@pytest.mark.apart
def test_an_address_is_good_for_five_minutes(running: Running, http: TestClient, url: str) -> None:
    running.clock.set(running.clock() + timedelta(minutes=5))

    late = had(http, url)

    assert (late.status_code, late.json()["code"]) == (410, "address-expired")


def test_an_address_says_nothing_of_anybody(running: Running, http: TestClient) -> None:
    sent = send(http, client_of(http), PDF, name="consent of Zoé").json()
    running.settle()

    told = led(http, sent["url"]) + str(had(http, led(http, sent["url"])).headers)

    assert sent["name"] == "consent of Zoé"
    assert "consent" not in told


# --- Put where it was said ------------------------------------------------------------


def test_bytes_are_not_read_of_who_was_not_told_where_to_put_them(http: TestClient) -> None:
    refused = http.put("/v1/uploads/AAAA", content=bytes(1_000_000))

    assert (refused.status_code, refused.json()["code"]) == (400, "token-invalid")


def test_one_address_is_no_other(http: TestClient, url: str) -> None:
    """What was signed to be given is not signed to be put."""
    refused = http.put(url.replace("contents", "uploads"), content=PDF)

    assert refused.status_code == 400


def test_other_bytes_are_refused_where_they_are_put(http: TestClient) -> None:
    to = said_of(http, client_of(http), PDF).json()

    refused = put(http, to, PDF + b" ")

    assert (refused.status_code, refused.json()["code"]) == (422, "file-differs")
    assert refused.json()["came"]["size"] == SIZE + 1


@pytest.mark.apart
def test_where_to_put_it_is_good_for_an_hour(running: Running, http: TestClient) -> None:
    to = said_of(http, client_of(http), PDF).json()
    running.clock.set(running.clock() + timedelta(hours=1))

    assert put(http, to, PDF).json()["code"] == "address-expired"


# --- Forms ----------------------------------------------------------------------------


def form(*parts: str, end: str = "--x--\r\n") -> bytes:
    return "".join(f"--x\r\n{part}\r\n" for part in parts).encode() + end.encode()


FILE = 'Content-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7'
FIELD = 'Content-Disposition: form-data; name="purpose"\r\n\r\nattachment'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        form(FIELD),
        form(FILE, FILE),
        form(FIELD, FIELD, FILE),
        form(FILE, end=""),
        form(*(FIELD.replace("purpose", f"p{n}") for n in range(20)), FILE),
        form("X: y\r\n\r\nz", FILE),
        form(FILE).replace(b"%PDF-1.7", b"%PDF").replace(b'"file"; filename="a.pdf"', b'"name"')
        + b"\xff",
    ],
)
def test_what_is_no_form_with_one_file_is_refused(http: TestClient, body: bytes) -> None:
    kind = {"Content-Type": "multipart/form-data; boundary=x"}

    refused = http.post("/v1/files/upload", content=body, headers=kind)

    assert (refused.status_code, refused.json()["code"]) == (400, "form-malformed")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"purpose": "attachment"}, "#/owner_id"),
        ({"purpose": "spying"}, "#/purpose"),
        ({"owner_id": "../../etc/passwd"}, "#/owner_id"),
        ({"colour": "red"}, "#/colour"),
        ({"published": "perhaps"}, "#/published"),
        ({"name": " "}, "#/name"),
    ],
)
def test_a_field_that_is_wrong_is_pointed_at(
    http: TestClient, fields: dict[str, Any], pointer: str
) -> None:
    right = {"owner_id": client_of(http), "purpose": "attachment"}
    if fields == {"purpose": "attachment"}:
        right = {}

    refused = http.post("/v1/files/upload", data={**right, **fields}, files={"file": PDF})

    assert refused.status_code == 422
    assert pointer in [each["pointer"] for each in refused.json()["errors"]]


def test_a_name_is_what_people_see_of_it_and_no_folder(http: TestClient) -> None:
    sent = http.post(
        "/v1/files/upload",
        data={"owner_id": client_of(http), "purpose": "attachment"},
        files={"file": ("C:\\Zoé\\\u202efdp.exe", PDF, "text/html")},
    )

    assert sent.json()["name"] == "fdp.exe"
    assert sent.json()["media_type"] == "application/pdf"
