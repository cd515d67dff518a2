"""What is refused at the edge, before anybody has asked what the request is about."""

from domain.messages import DomainError


class RequestUnreadable(DomainError):
    """What was sent is not a request of HTTP."""


class HeadTooLarge(DomainError):
    """The address or the headers are longer, or more, than what is taken here."""


class ChunksTooSmall(DomainError):
    """The body comes in chunks of too few bytes."""


class RequestTooSlow(DomainError):
    """The request did not come to its end in time."""


class PathUnknown(DomainError):
    """There is nothing at this address."""


class MethodNotAllowed(DomainError):
    """Another method is wanted at this address."""


class BodyMalformed(DomainError):
    """The body cannot be read as JSON in UTF-8."""


class BodyTooDeep(DomainError):
    """Things are nested too deeply in the body."""


class BodyTooLarge(DomainError):
    """The body is larger than what is taken here."""


class MediaTypeUnsupported(DomainError):
    """Bodies are taken as application/json only."""


class ValidationFailed(DomainError):
    """The request does not have the form that is declared for it."""


class IdempotencyKeyInvalid(DomainError):
    """An idempotency key has 1 to 255 visible characters."""


class TooManyRequests(DomainError):
    """That was often enough for now."""


class Unavailable(DomainError):
    """It could not be begun in time, or the database cannot be reached. Nothing is lost; please try again."""


class OutcomeUnknown(DomainError):
    """Nobody knows yet whether it was done. Ask again with the same Idempotency-Key: if it was, you
    get the first answer. If you sent none, look before you ask again.
    """


class InternalError(DomainError):
    """Something went wrong on our side. It has been noted; please try again."""


class QueryInvalid(DomainError):
    """It cannot be asked this way."""
