"""Whose roles change, or who may come no more, has no session any longer that says otherwise."""

from typing import Final

from application.ports import Recorded
from application.processes.effects.business import EndSessions
from application.processes.process import Do, Orders, Process
from domain.business.users import UserDeactivated, UserRolesChanged


def _end_the_sessions(past: Recorded) -> Orders:
    match past.event:
        case UserRolesChanged(user_id=user) | UserDeactivated(user_id=user):
            end = EndSessions(user_id=user, begun_before=past.recorded_at, version=past.version)
            return [Do(end, about=user)]
        case _:
            return []


END_SESSIONS_ON_STANDING_CHANGED: Final = Process(
    name="end-sessions-on-standing-changed",
    when=(UserRolesChanged, UserDeactivated),
    then=_end_the_sessions,
)
