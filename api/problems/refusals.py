"""What is refused at the edge, before anybody has asked what the request is about."""

from collections.abc import Sequence

from api.problems.refused import FaultInRequest, Refused


class RequestUnreadable(Refused, status=400):
    """What was sent is not a request of HTTP."""


class HeadTooLarge(Refused, status=431):
    """The address or the headers are longer, or more, than what is taken here."""

    most_bytes: int
    most_headers: int


class ChunksTooSmall(Refused, status=400):
    """The body comes in chunks of too few bytes."""


class RequestTooSlow(Refused, status=408):
    """The request did not come to its end in time."""


class PathUnknown(Refused, status=404):
    """There is nothing at this address; `/docs` shows what there is."""


class MethodNotAllowed(Refused, status=405):
    """Another method is wanted at this address."""

    allowed: Sequence[str]


class BodyMalformed(Refused, status=400):
    """The body cannot be read as JSON in UTF-8."""

    at: int | None = None


class BodyTooDeep(Refused, status=400):
    """Things are nested too deeply in the body."""

    deepest: int


class BodyTooLarge(Refused, status=413):
    """The body is larger than what is taken here."""

    most_bytes: int | None = None
    most_values: int | None = None
    field: str | None = None


class MediaTypeUnsupported(Refused, status=415):
    """Bodies are taken as application/json only."""

    accepted: Sequence[str]


class ValidationFailed(Refused, status=422):
    """The request does not have the form that is declared for it."""

    errors: Sequence[FaultInRequest]
    errors_left_out: int | None = None


class IdempotencyKeyInvalid(Refused, status=400):
    """An idempotency key has 1 to 255 visible characters."""

    longest: int


class TooManyRequests(Refused, status=429):
    """That was often enough for now."""

    retry_after: int
    policy: str
    quota: int


class Unavailable(Refused, status=503):
    """It could not be begun in time, or the database cannot be reached. Nothing is lost; please try again."""


class OutcomeUnknown(Refused, status=503):
    """Nobody knows yet whether it was done. Ask again with the same Idempotency-Key: if it was, you
    get the first answer. If you sent none, look before you ask again.
    """


class InternalError(Refused, status=500):
    """Something went wrong on our side. It has been noted; please try again."""


class QueryInvalid(Refused, status=400):
    """It cannot be asked this way."""

    errors: Sequence[FaultInRequest]
    parameter: str | None = None
    reason: str | None = None
    allowed: Sequence[str | int] | None = None
    unknown: Sequence[str] | None = None
    example: str | None = None
