"""Something is said about a message by its provider: that it was edited, taken back, reacted to, or what it replies to.

It comes in any order, and before the message, too: then it waits under the name of that message. An edit counts only
if it is of who wrote the message.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, assert_never

from application.conversations.saying import delete
from application.conversations.taking_part import one_of
from application.people.people import known_by
from application.transact import Changes, Past, UseCase, one_by_one
from domain.conversations import heard, messages
from domain.conversations.heard import HEARD, AmendHeard, AmendmentKind, Heard
from domain.conversations.messages import MESSAGE, Mark, Message, React
from domain.conversations.participants import PHONE, MemberId, is_staff
from domain.messages import Command
from domain.values import HeardId, MessageId


def amend(command: AmendHeard, past: Past) -> Changes:
    """Take it in, or keep it until the message is known."""
    known = past.of(HEARD, command.heard_id)
    if known.message_id is None:
        return {command.heard_id: heard.await_(command, known)}
    return _amended(command, known.message_id, past)


def caught_up(message_id: MessageId, waited: Heard, past: Past) -> Changes:
    """Take in what waited for a message that is known now."""
    orders = map(heard.awaited, waited.amendments)
    amended = one_by_one(orders, past, lambda each, here: _amended(each, message_id, here))
    replies: Changes = {each: _replied(each, message_id, past) for each in waited.replies}
    return {**amended, **replies}


def replying(reply: MessageId, name: HeardId | None, past: Past) -> Changes:
    """Keep that a message replies to one that is not known yet."""
    if name is None or (known := past.of(HEARD, name)).message_id is not None:
        return {}
    return {name: heard.await_reply(name, reply, known)}


def _amended(command: AmendHeard, message_id: MessageId, past: Past) -> Changes:
    message = past.of(MESSAGE, message_id)
    who = _who(command, message, past)
    if who is None or message.deleted:
        return {}
    mark = Mark(at=command.at, id=command.amendment_id)
    match command.kind:
        case AmendmentKind.REVOKE:
            return delete(messages.DeleteMessage(message_id=message_id, by=message.author), past)
        case AmendmentKind.EDIT:
            return {message_id: messages.amend(message_id, command.text or "", mark, message)}
        case AmendmentKind.REACTION:
            reaction = React(message_id=message_id, member_id=who, emoji=command.text, mark=mark)
            return {message_id: messages.react(reaction, message)}
        case _:
            assert_never(command.kind)


def _who(command: AmendHeard, message: Message, past: Past) -> MemberId | None:
    """Return who says it, if they may: to react, whoever sees the message; else who wrote it."""
    if command.from_phone:
        may = command.kind is AmendmentKind.REACTION or is_staff(message.author)
        return PHONE if may else None
    owners = (known_by(past, each) for each in command.identities)
    who = next((MemberId(each) for each in owners if each is not None), None)
    may_be = message.audience if command.kind is AmendmentKind.REACTION else (message.author,)
    known = None if who is None else one_of(may_be, who, past)
    return known if known in may_be else None


def _replied(reply: MessageId, to: MessageId, past: Past) -> Sequence[Any]:
    message = past.of(MESSAGE, reply)
    return messages.reply(reply, message, to, past.of(MESSAGE, to))


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {AmendHeard: amend}
