"""Who owns the business is told when nothing more is sent to an endpoint, unless somebody wished it so."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.business import TellOfStoppedWebhook
from application.processes.process import Do, Orders, Process
from domain.business.webhooks import EndpointStatus, WebhookEndpointStopped


def _tell_of_it(past: Recorded) -> Orders:
    match past.event:
        case WebhookEndpointStopped(
            id=id_, status=EndpointStatus.GONE | EndpointStatus.FAILING
        ) if past.metadata.get("actor", "").startswith("process/"):
            return [Do(TellOfStoppedWebhook(endpoint_id=id_, version=past.version), about=id_)]
        case _:
            return []


TELL_OF_STOPPED_WEBHOOK: Final = Process(
    name="tell-of-stopped-webhook", when=(WebhookEndpointStopped,), then=_tell_of_it
)
