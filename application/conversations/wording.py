"""What somebody says is made of a template, or by the time it is said has to be: where nothing can be said freely any
more, the fallback is said that they named.
"""

from typing import NamedTuple

from msgspec.structs import replace

from application.conversations.readers import readers_language
from application.transact import Past
from domain.conversations.approvals import TemplateNotApproved
from domain.conversations.channels import CHANNELS
from domain.conversations.messages import IN_APP, MessageKind, PostMessage
from domain.conversations.participants import is_staff
from domain.conversations.templates import TEMPLATES, FilledIn, FromTemplate, filled_in
from domain.conversations.threads import THREAD
from domain.conversations.windows import is_open
from domain.values import ThreadId


class Worded(NamedTuple):
    """What is to be said, what its template says with everything in it, and what may have to be said instead."""

    order: PostMessage
    filled: FilledIn | None = None
    fallback: FilledIn | None = None


def worded(order: PostMessage, past: Past) -> Worded:
    """Return an order as it can be carried out now. Raises what is in the way of making it of a template."""
    filled = made_of(order.template, order.thread_id, past)
    fallback = _fallback(order, past)
    if fallback is None or can_be_said(order, filled, past):
        return Worded(order, filled, fallback)
    return Worded(replace(order, text=None, template=order.fallback, files=()), fallback)


def can_be_said(order: PostMessage, filled: FilledIn | None, past: Past) -> bool:
    """Whether it can be said now: freely, or as something that the channel has approved."""
    thread = past.of(THREAD, order.thread_id)
    channel = CHANNELS.get(thread.channel)
    approved = filled is not None and filled.approved is not None
    return channel is None or approved or is_open(channel, thread.lines, now=past.now)


def made_of(template: FromTemplate | None, thread_id: ThreadId, past: Past) -> FilledIn | None:
    """Return what a template says in a thread. Raises what is in the way."""
    if template is None:
        return None
    name = past.of(THREAD, thread_id).channel
    return filled_in(
        template,
        past.of(TEMPLATES.aggregate, template.id),
        read_in=readers_language(thread_id, past),
        outside=name != IN_APP,
        approves=_approves(name),
    )


def _fallback(order: PostMessage, past: Past) -> FilledIn | None:
    """Return what can be said at any time. Raises TemplateNotApproved where it cannot."""
    approves = _approves(past.of(THREAD, order.thread_id).channel)
    if not approves or not is_staff(order.author) or order.kind is MessageKind.NOTE:
        return None
    found = made_of(order.fallback, order.thread_id, past)
    if found is not None and found.approved is None:
        raise TemplateNotApproved
    return found


def _approves(name: str) -> bool:
    return name in CHANNELS and CHANNELS[name].approves
