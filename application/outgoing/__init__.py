"""What goes out to addresses that others typed: webhooks, calendars, sidecars, push endpoints.

Whoever types an address could mean a machine of ours, and read our network by what we answer them.
`destination_of` refuses what cannot be sent to, when it is typed; `Outgoing` asks it again when
something is sent, and looks at every address that the name has by then (decision 0038).
"""

from application.outgoing.destinations import (
    AddressNotAllowed,
    Allowed,
    Destination,
    destination_of,
)
from application.outgoing.networks import Address, Network, is_public
from application.outgoing.sending import Answered, Failed, Failure, Outcome, Outgoing, Request

__all__ = [
    "Address",
    "AddressNotAllowed",
    "Allowed",
    "Answered",
    "Destination",
    "Failed",
    "Failure",
    "Network",
    "Outcome",
    "Outgoing",
    "Request",
    "destination_of",
    "is_public",
]
