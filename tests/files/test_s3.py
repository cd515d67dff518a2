"""What our S3 is asked is signed as the documents say; and the stand-in refuses what S3 refuses."""

from collections.abc import Iterator
from hashlib import sha256

import httpx2 as httpx
import pytest

from adapters.files.s3 import S3, Bucket
from domain.files.files import Content
from domain.files.purposes import MediaType
from tests.files.pictures import PDF
from tests.files.s3_server import (
    BUCKET,
    KEY_ID,
    REGION,
    SECRET,
    Server,
    Signed,
    s3_server,
    signature,
)


@pytest.fixture
def server() -> Iterator[Server]:
    with s3_server() as server:
        yield server


@pytest.fixture
def s3(server: Server) -> S3:
    return S3(Bucket(BUCKET, REGION, server.url, KEY_ID, SECRET))


def content() -> Content:
    return Content(media_type=MediaType.PDF, size=len(PDF), sha256=sha256(PDF).hexdigest())


def test_the_stand_in_knows_the_signature_of_the_documents() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html."""
    at, scope = "20130524T000000Z", "20130524/us-east-1/s3/aws4_request"
    query = (
        "X-Amz-Algorithm=AWS4-HMAC-SHA256"
        f"&X-Amz-Credential={KEY_ID}%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        f"&X-Amz-Date={at}&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
    )
    headers = {"Host": "examplebucket.s3.amazonaws.com"}
    claim = Signed(KEY_ID, scope, at, ["host"], "", 86_400)

    found = signature("GET", "/test.txt", query, headers, claim, "UNSIGNED-PAYLOAD")

    assert found == "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"


def put(s3: S3, body: bytes, **changed: str) -> httpx.Response:
    to = s3.upload_to("incoming/a/b/it", content(), 60)
    assert to is not None
    headers = {name: value for name, value in to.headers.items() if name != "Content-Length"}
    return httpx.put(to.url, headers={**headers, **changed}, content=body)


def test_what_was_announced_can_be_put_and_nothing_else(s3: S3, server: Server) -> None:
    longer, other = put(s3, PDF + b" "), put(s3, PDF.replace(b"1.7", b"1.4"))
    as_page = put(s3, PDF, **{"Content-Type": "text/html"})
    lying = put(s3, PDF.replace(b"1.7", b"1.4"), **{"x-amz-checksum-sha256": "A" * 43 + "="})

    assert [each.status_code for each in (longer, other, as_page, lying)] == [403, 400, 403, 403]
    assert server.objects == {}
    assert put(s3, PDF).status_code == 200


def test_an_address_is_good_for_a_while(s3: S3, server: Server) -> None:
    s3.put("private/a/b/c.pdf", PDF, "application/pdf")
    now = s3.address_of("private/a/b/c.pdf", {"Content-Disposition": "attachment"}, 60)
    over = s3.address_of("private/a/b/c.pdf", {}, 0)
    assert now is not None
    assert over is not None

    given = httpx.get(now)

    assert (given.content, given.headers["content-disposition"]) == (PDF, "attachment")
    assert httpx.get(over).status_code == 403
    assert httpx.get(now.replace("c.pdf", "d.pdf")).status_code == 403
    assert httpx.put(now, content=PDF).status_code == 403


@pytest.mark.parametrize(("key_id", "secret"), [(KEY_ID, "x" * 40), ("AKIAOTHER", SECRET)])
def test_who_is_somebody_else_is_given_nothing(server: Server, key_id: str, secret: str) -> None:
    stranger = S3(Bucket(BUCKET, REGION, server.url, key_id, secret))
    server.objects["private/a/b/c.pdf"] = (PDF, "application/pdf")

    address = stranger.address_of("private/a/b/c.pdf", {}, 60)

    assert address is not None
    assert httpx.get(address).status_code == 403


def test_only_what_is_public_is_given_without_a_signature(s3: S3, server: Server) -> None:
    for key in ("public/f/a.webp", "private/t/f/a.webp", "incoming/t/f/it"):
        s3.put(key, PDF, "application/pdf")

    given = {key: httpx.get(f"{server.url}/{BUCKET}/{key}").status_code for key in server.objects}

    assert given == {"public/f/a.webp": 200, "private/t/f/a.webp": 403, "incoming/t/f/it": 403}
    assert httpx.get(f"{server.url}/{BUCKET}/?list-type=2").status_code == 403


def test_everything_below_a_prefix_is_destroyed_and_nothing_beside_it(
    s3: S3, server: Server
) -> None:
    for number in range(12):
        s3.put(f"private/t/file-1/{number}.webp", PDF, "application/pdf")
    s3.put("private/t/file-10/a.webp", PDF, "application/pdf")

    s3.remove("private/t/file-1/")

    assert list(server.objects) == ["private/t/file-10/a.webp"]
