"""Copies of mails are destroyed together with what was known of their reader."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.operations import ForgetMails
from application.processes.process import Do, Orders, Process
from domain.people.clients import ClientErased


def _forget_the_mails(past: Recorded) -> Orders:
    match past.event:
        case ClientErased(client_id=client, streams=streams):
            return [Do(ForgetMails(client_id=client, streams=streams), about=client)]
        case _:
            return []


FORGET_MAILS_ON_CLIENT_ERASED: Final = Process(
    name="forget-mails-on-client-erased", when=(ClientErased,), then=_forget_the_mails
)
