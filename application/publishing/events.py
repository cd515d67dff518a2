"""What is published on which channel, and how it is said (pusher.com/docs/channels/library_auth_reference/rest-api).

Whoever may listen to a channel there is told all that is published on it: nobody decides for each event who hears it,
as our own feed does. So a channel tells only what everybody may see who is let in to it.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from hashlib import md5
from typing import Any, Final
from urllib.parse import urlencode

import msgspec

from application.feed import Happening
from application.permissions import Principal, permissions_of
from application.realtime import App, Channel, ChannelNotAllowed
from application.told import SEEN_WITH, Told
from domain.business.users import Role

LONGEST: Final = 10_000
"""Bytes of what is said of one event: of a longer one it is only said that it happened."""

MOST: Final = 10
"""Events in one request, each on one channel."""

SEEN_AT_DESK: Final = permissions_of((Role.FRONT_DESK,)) & {*SEEN_WITH.values()}
"""Of the kinds that are told of, those that the front desk sees in whole: the channel of a business tells these."""


class Event(msgspec.Struct, frozen=True):
    """What is published: its data are a text."""

    channel: str
    name: str
    data: str


class Batch(msgspec.Struct, frozen=True):
    """Several, in their order."""

    batch: Sequence[Event]


def refuse_less(channel: Channel, principal: Principal) -> None:
    """Raise ChannelNotAllowed, if somebody may not see all that is published on the channel of a business."""
    is_told = channel.kind == "tenant" and not channel.is_presence
    if is_told and not principal.permissions >= SEEN_AT_DESK:
        raise ChannelNotAllowed


def thread_of(told: Told) -> str | None:
    """Return in which conversation it happened, if in any."""
    if told.type.startswith("thread."):
        return told.subject
    thread_id: str | None = getattr(told.data, "thread_id", None)
    return thread_id


def is_seen_by(told: Told, audience: Collection[str]) -> bool:
    """Whether all of these may see it: a note among colleagues is not for the clients who take part."""
    whose = told.about.get("member_id") or ()
    return {*audience} <= {*((whose,) if isinstance(whose, str) else whose)}


def channels_of(each: Happening, tenant: str, audience: Collection[str] | None) -> list[str]:
    """Return where it is published; `audience` are those who take part in the conversation that it is of."""
    found = [f"private-tenant-{tenant}"] if each.told.permission in SEEN_AT_DESK else []
    if audience is not None and is_seen_by(each.told, audience):
        thread = thread_of(each.told)
        found += [f"private-thread-{thread}", f"presence-thread-{thread}"]
    return found


def published(each: Happening, channels: Iterable[str]) -> list[Event]:
    """Return what is said of it: what the feed says, with its position as `id`, by which who hears it again knows
    it, and finds in the feed what is too long.
    """
    data = each.json
    if len(data) > LONGEST:
        told = each.told
        said: dict[str, Any] = {"id": str(each.bookmark), "type": told.type}
        said |= {"version": told.version, "subject": told.subject, "occurred_at": told.occurred_at}
        data = msgspec.json.encode(said)
    return [Event(channel, each.told.type, data.decode()) for channel in channels]


def batched(
    all_: Iterable[tuple[Happening, list[Event]]],
) -> Iterator[tuple[Happening, list[Event]]]:
    """Return as many at once as are taken at once, each with the last that happened of them."""
    last: Happening | None = None
    waiting: list[Event] = []
    for each, events in all_:
        if last is not None and len(waiting) + len(events) > MOST:
            yield last, waiting
            waiting = []
        last, waiting = each, [*waiting, *events]
    if last is not None:
        yield last, waiting


def signed(app: App, method: str, path: str, at: datetime, body: bytes = b"") -> str:
    """Return a path with what proves who asks."""
    asked = {"auth_key": app.key, "auth_timestamp": f"{at.timestamp():.0f}", "auth_version": "1.0"}
    if body:
        asked["body_md5"] = md5(body, usedforsecurity=False).hexdigest()
    text = "&".join(f"{name}={value}" for name, value in sorted(asked.items()))
    signature = app.signature(f"{method}\n{path}\n{text}")
    return f"{path}?{urlencode({**asked, 'auth_signature': signature})}"
