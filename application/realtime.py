"""Pusher's protocol: which channels there are, who may listen to them, and how it is signed who may
(pusher.com/docs/channels/library_auth_reference/auth-signatures).

`private-tenant-…` tells all that one may see of one's business, `private-thread-…` and `presence-thread-…` what
happens in a conversation, `presence-tenant-…` who of the business is there.
"""

import hmac
import re
from typing import Any, Final, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from application.conversations.reach import thread_seen
from application.feed import Happening
from application.permissions import Permission, PermissionMissing, Principal
from application.transact import Past
from domain.conversations.threads import ThreadNotFound
from domain.macs import mac
from domain.messages import Forbidden, Invalid, Value
from domain.values import ThreadId

_socket: Final = re.compile(r"[0-9]{1,20}\.[0-9]{1,20}", re.ASCII).fullmatch
_channel: Final = re.compile(
    r"(private|presence)-(tenant|thread)-([-A-Za-z0-9_=@,.;]{1,140})"
).fullmatch


class ChannelNotAllowed(Forbidden):
    """You may not listen to this channel, or there is no such one."""


class SocketUnknown(Invalid):
    """A socket is named as it was told: two numbers, with a point between them."""


class App(NamedTuple):
    """By what is signed, and known."""

    key: str
    secret: bytes

    def __repr__(self) -> str:
        return f"App({self.key})"

    def auth(self, *parts: str) -> str:
        """Return the key and a signature over these parts."""
        return f"{self.key}:{self.signature(':'.join(parts))}"

    def signature(self, text: str) -> str:
        """Return a signature over a text."""
        return mac(self.secret, text.encode()).hex()

    def proves(self, auth: str, *parts: str) -> bool:
        """Whether it was signed here."""
        return hmac.compare_digest(self.auth(*parts).encode(), auth.encode())


def own_app(tenant: str, pepper: str) -> App:
    """Return what is signed by for whoever listens here: known to no one else, and the same in all processes."""
    secret = mac(pepper.encode(), f"realtime/{tenant}".encode())
    return App(tenant, secret.hex().encode())


class Channel(NamedTuple):
    """Something that one listens to."""

    name: str
    is_presence: bool
    kind: str
    id: str

    def tells(self, each: Happening) -> bool:
        """Whether somebody who listens to it is told of something that they see."""
        if self.kind == "tenant":
            return not self.is_presence
        told = each.told
        return self.id in (told.subject, getattr(told.data, "thread_id", None))


def channel_of(name: str) -> Channel:
    """Return the channel of a name. Raises ChannelNotAllowed."""
    found = _channel(name)
    if found is None:
        raise ChannelNotAllowed
    return Channel(name, found[1] == "presence", found[2], found[3])


def refuse_unseen(channel: Channel, principal: Principal, past: Past) -> None:
    """Raise ChannelNotAllowed, if they may not listen to a channel."""
    if channel.kind == "tenant":
        is_seen = channel.id == principal.tenant_id
        if not is_seen or (channel.is_presence and principal.is_client):
            raise ChannelNotAllowed
        return
    try:
        thread_seen(ThreadId(channel.id), principal.reach(Permission.THREADS_READ), past)
    except (ThreadNotFound, PermissionMissing):
        raise ChannelNotAllowed from None


def refuse_unnamed(socket_id: str) -> None:
    """Raise SocketUnknown, if a socket is not named so."""
    if _socket(socket_id) is None:
        raise SocketUnknown


def member_of(principal: Principal) -> str:
    """Return as whom somebody is there: all their devices are one."""
    return principal.member_id or principal.user_id


# --- Who they are -------------------------------------------------------------------------


class Info(Value, frozen=True, kw_only=True):
    """What others see of somebody who is there."""

    is_staff: bool


class ChannelData(Value, frozen=True, kw_only=True, omit_defaults=True):
    """Who listens, as it is signed. By the ticket our own socket knows what they may see; nobody else is shown
    that.
    """

    user_id: str
    user_info: Info
    ticket: str | None = None


class UserData(Value, frozen=True, kw_only=True):
    """Who signs in."""

    id: str
    user_info: Info


def info_of(principal: Principal) -> Info:
    """Return what others see of somebody."""
    return Info(is_staff=not principal.is_client)


class Signed(Value, frozen=True, kw_only=True):
    """What a browser shows to the server that it listens to."""

    auth: str
    channel_data: str | UnsetType = UNSET
    user_data: str | UnsetType = UNSET


def signed(
    app: App, socket_id: str, channel: Channel, principal: Principal, ticket: str | None
) -> Signed:
    """Return by what somebody may listen to a channel. Where there is nobody to be seen and no ticket to be shown,
    there is nothing to be said besides.
    """
    if not channel.is_presence and ticket is None:
        return Signed(auth=app.auth(socket_id, channel.name))
    data = ChannelData(user_id=member_of(principal), user_info=info_of(principal), ticket=ticket)
    text = written(data)
    return Signed(auth=app.auth(socket_id, channel.name, text), channel_data=text)


def signed_in(app: App, socket_id: str, principal: Principal) -> Signed:
    """Return by what somebody says who they are."""
    text = written(UserData(id=member_of(principal), user_info=info_of(principal)))
    return Signed(auth=app.auth(f"{socket_id}::user", text), user_data=text)


def written(data: Any) -> str:
    """Write something as the text that it is in this protocol."""
    return msgspec.json.encode(data).decode()
