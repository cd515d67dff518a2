"""Who of the business may look after a lead, or do a task: are they here, and when do they work?"""

from datetime import datetime

from application.transact import Past
from domain.business.users import USER, Role, User, UserStatus
from domain.scheduling.professionals import PROFESSIONAL
from domain.scheduling.time_blocks import TIME_BLOCKS, time_blocks_of
from domain.scheduling.working_hours import is_away, next_at_work
from domain.values import UserId


def works_here(user: User) -> bool:
    """Whether somebody is of the business, and no client of it."""
    return user.status is UserStatus.ACTIVE and Role.CLIENT not in user.roles


def present(user_id: UserId | None, past: Past) -> UserId | None:
    """Return somebody who still has an account here, or nobody."""
    has_one = user_id is not None and past.of(USER, user_id).status is UserStatus.ACTIVE
    return user_id if has_one else None


def is_here(user_id: UserId, past: Past) -> bool:
    """Whether somebody works here, and is not away at this moment."""
    user = past.of(USER, user_id)
    if user.professional_id is None or not works_here(user):
        return works_here(user)
    return not is_away(past.of(TIME_BLOCKS, time_blocks_of(user.professional_id)), past.now)


def next_at_work_of(user_id: UserId, moment: datetime, past: Past) -> datetime:
    """Return the next moment at which somebody works, this one if they do, or nobody knows when."""
    professional_id = past.of(USER, user_id).professional_id
    if professional_id is None:
        return moment
    settings = past.of(PROFESSIONAL, professional_id).settings
    return next_at_work(settings, past.of(TIME_BLOCKS, time_blocks_of(professional_id)), moment)
