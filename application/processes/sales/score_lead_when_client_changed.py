"""Who can be reached in more ways is a better lead."""

from typing import Final

from application.ports import Recorded
from application.processes.process import Do, Orders, Process
from domain.people.clients import ClientChanged
from domain.sales.leads import ScoreLead, lead_of


def _score_it(past: Recorded) -> Orders:
    match past.event:
        case ClientChanged(client_id=client):
            lead = lead_of(client)
            return [Do(ScoreLead(lead_id=lead), about=lead)]
        case _:
            return []


SCORE_LEAD_WHEN_CLIENT_CHANGED: Final = Process(
    name="score-lead-when-client-changed", when=(ClientChanged,), then=_score_it
)
