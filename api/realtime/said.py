"""What a client says in Pusher's protocol."""

from typing import Any, Final

import msgspec


class Said(msgspec.Struct):
    """What a client says."""

    event: str
    data: Any = None
    channel: str | None = None


class Subscribing(msgspec.Struct):
    """What is said to listen to a channel."""

    channel: str
    auth: str = ""
    channel_data: str = ""


class SigningIn(msgspec.Struct):
    """What is said to say who one is."""

    auth: str
    user_data: str


decode: Final = msgspec.json.Decoder(Said).decode
