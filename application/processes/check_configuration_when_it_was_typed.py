"""A provider that was away is asked about what was typed for as long as it takes."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.business import CheckConfiguration
from application.processes.process import Do, Orders, Process
from domain.business.configuration import ConfigurationChanged


def _check_it(past: Recorded) -> Orders:
    event = past.event
    assert isinstance(event, ConfigurationChanged)
    if event.in_force:
        return []
    return [Do(CheckConfiguration(id=event.id, number=event.number), about=event.id)]


CHECK_CONFIGURATION_WHEN_IT_WAS_TYPED: Final = Process(
    name="check-configuration-when-it-was-typed",
    when=(ConfigurationChanged,),
    then=_check_it,
)
