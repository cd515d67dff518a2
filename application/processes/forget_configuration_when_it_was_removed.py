"""What a configuration said that was removed is taken out of all tables, too."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.business import ForgetConfiguration
from application.processes.process import Do, Orders, Process
from domain.business.configuration import ConfigurationRemoved


def _forget_it(past: Recorded) -> Orders:
    event = past.event
    assert isinstance(event, ConfigurationRemoved)
    return [Do(ForgetConfiguration(id=event.id, key=event.key), about=event.id)]


FORGET_CONFIGURATION_WHEN_IT_WAS_REMOVED: Final = Process(
    name="forget-configuration-when-it-was-removed",
    when=(ConfigurationRemoved,),
    then=_forget_it,
)
