"""Why nothing is taken of what somebody sends in a provider's name."""

from typing import Literal

from application.refusals import Unproven
from domain.messages import Forbidden, Missing


class ProviderNotKnown(Missing):
    """Nothing is taken here: there is no such provider, or no secret of it is in force for this
    business.
    """


class SignatureMissing(Unproven):
    """It is not signed in the way in which this provider signs."""


class SignatureWrong(Forbidden):
    """It is signed by somebody else, not as it came, or too long ago."""

    why: Literal["signature", "time"]


class SignatureNotProven(Unproven):
    """It is signed by somebody else, or not as it came."""

    why: Literal["signature", "time"]


class HandshakeRefused(Forbidden):
    """Whoever asks for this handshake does not know the token that was agreed."""
