"""Who owns the business is told when an account that it has at a provider is not good any more: once, until it is."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.business import TellOfTrouble
from application.processes.process import Do, Orders, Process
from domain.business.configuration import ConfigurationTroubled


def _tell_of_it(past: Recorded) -> Orders:
    assert isinstance(past.event, ConfigurationTroubled)
    id_ = past.event.id
    return [Do(TellOfTrouble(configuration_id=id_, version=past.version), about=id_)]


TELL_OF_TROUBLE: Final = Process(
    name="tell-of-trouble", when=(ConfigurationTroubled,), then=_tell_of_it
)
