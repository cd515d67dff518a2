"""Bytes in S3, or whatever speaks its protocol: path-style addresses, SigV4, nothing public but what a
policy of the bucket makes so (`infra/runbooks/files.md`).

Imported only where it is used: botocore takes a quarter of a second to load.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session

from application.files.store import BytesMissingError, StorageAwayError, UploadTo
from domain.files.files import Content

PART: Final = 65_536
MISSING: Final = frozenset({"404", "NoSuchKey", "NotFound"})
BEYOND_END: Final = "InvalidRange"


class Bucket(NamedTuple):
    """Where it is, and who we are there. No keys: those that the machine was given (an instance profile)."""

    name: str
    region: str
    endpoint: str | None = None
    key_id: str | None = None
    secret: str | None = None


class _BeyondEndError(Exception):
    """There are fewer bytes than were asked for; in nothing, there is no first."""


class S3:
    """Keeps bytes in a bucket."""

    def __init__(self, bucket: Bucket, *, seconds: float = 10) -> None:
        self._bucket = bucket.name
        self._client = Session().create_client(
            "s3",
            region_name=bucket.region,
            endpoint_url=bucket.endpoint,
            aws_access_key_id=bucket.key_id,
            aws_secret_access_key=bucket.secret,
            config=Config(
                signature_version="s3v4",
                connect_timeout=seconds / 2,
                read_timeout=seconds,
                retries={"max_attempts": 2, "mode": "standard"},
                s3={"addressing_style": "path" if bucket.endpoint else "auto"},
                # Checksums of its own not every server knows; those that matter are said below.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def put(self, key: str, content: bytes, media_type: str) -> None:
        """Put bytes there, all of them or none."""
        self._ask("put_object", Key=key, Body=content, ContentType=media_type)

    def read(self, key: str, first: int = 0, last: int | None = None) -> Iterator[bytes]:
        """Return the bytes from one place to another. Raises BytesMissingError at once."""
        part = f"bytes={first}-{'' if last is None else last}"
        try:
            return self._parts(self._ask("get_object", Key=key, Range=part)["Body"])
        except _BeyondEndError:
            return iter(())

    def _parts(self, body: Any) -> Iterator[bytes]:
        try:
            yield from body.iter_chunks(PART)
        except BotoCoreError as error:
            raise StorageAwayError(type(error).__name__) from error
        finally:
            body.close()

    def size_of(self, key: str) -> int | None:
        """Return how many there are; None where there is nothing."""
        try:
            return int(self._ask("head_object", Key=key)["ContentLength"])
        except BytesMissingError:
            return None

    def remove(self, prefix: str) -> None:
        """Destroy all that is below a prefix. A bucket that keeps versions keeps them: see the runbook."""
        while keys := self._keys(prefix):
            for key in keys:
                self._ask("delete_object", Key=key)

    def _keys(self, prefix: str) -> list[str]:
        found = self._ask("list_objects_v2", Prefix=prefix, MaxKeys=1000)
        return [each["Key"] for each in found.get("Contents", ())]

    def upload_to(self, key: str, content: Content, seconds: int) -> UploadTo | None:
        """Return where this content can be put: its type, length and SHA-256 are part of the signature."""
        digest = b64encode(bytes.fromhex(content.sha256)).decode()
        headers = {
            "Content-Type": str(content.media_type),
            "Content-Length": str(content.size),
            "x-amz-checksum-sha256": digest,
        }
        asked = {
            "Bucket": self._bucket,
            "Key": key,
            "ContentType": str(content.media_type),
            "ContentLength": content.size,
            "ChecksumSHA256": digest,
        }
        url = self._client.generate_presigned_url("put_object", Params=asked, ExpiresIn=seconds)
        return UploadTo(url=url, headers=headers)

    def address_of(self, key: str, headers: Mapping[str, str], seconds: int) -> str | None:
        """Return where the bytes are had for so long, with these headers."""
        asked = {"Bucket": self._bucket, "Key": key}
        for name, value in headers.items():
            asked[f"Response{name.replace('-', '')}"] = value
        return str(
            self._client.generate_presigned_url("get_object", Params=asked, ExpiresIn=seconds)
        )

    def _ask(self, operation: str, **asked: Any) -> Any:
        try:
            return getattr(self._client, operation)(Bucket=self._bucket, **asked)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            if code in MISSING:
                raise BytesMissingError(asked.get("Key", "")) from None
            if code == BEYOND_END:
                raise _BeyondEndError from None
            raise StorageAwayError(f"{operation}: {code}") from error
        except BotoCoreError as error:
            raise StorageAwayError(f"{operation}: {type(error).__name__}") from error
