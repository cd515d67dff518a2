"""A business in which three work, and leads come."""

from datetime import timedelta
from typing import Any, Final

from msgspec.structs import replace

from application.use_cases import USE_CASES
from domain.business.users import Role, UserRegistered
from domain.sales.assignment import ChangeAssignment, Rule, Sharing
from domain.sales.caseloads import CASELOAD, caseload_of
from domain.sales.leads import LEAD, Touch, lead_of
from domain.scheduling.professionals import ALWAYS_OPEN, RegisterProfessional, Settings, Week
from domain.scheduling.time_blocks import AddTimeBlock, Once
from domain.values import BlockId, ClientId, Contact, LeadId, ProfessionalId, TimeSlot, UserId
from tests.in_memory import InMemory
from tests.sales.assignment.examples import ana, eve, noor
from tests.sales.leads.examples import now, open_lead

EVERYBODY: Final = (ana, noor, eve)
IN_TURN: Final = Rule(members=EVERYBODY)
BY_LOAD: Final = replace(IN_TURN, sharing=Sharing.BY_LOAD)
AWAY: Final = BlockId("block-0198c0de-0000-7000-8000-000000000001")


def professional_of(user: UserId) -> ProfessionalId:
    return ProfessionalId(user.replace("user-", "professional-"))


class Team(InMemory):
    """A business in which three work, each of them as a professional, and leads come."""

    def __init__(self, rule: Rule = IN_TURN, *, week: Week = ALWAYS_OPEN) -> None:
        super().__init__(USE_CASES, now)
        self.came = 0
        settings = Settings(time_zone="Europe/Paris", hours=week)
        for user in EVERYBODY:
            professional, contact = professional_of(user), Contact(name="Ana")
            self.run(
                RegisterProfessional(
                    professional_id=professional, contact=contact, settings=settings
                )
            )
            self.record(user, works_here(user))
        self.rule(rule)

    def rule(self, rule: Rule) -> None:
        self.run(ChangeAssignment(rule=rule))

    def comes(self, source: str | None = None, **more: Any) -> LeadId:
        """Let somebody come whom nobody has seen before."""
        self.came += 1
        contact = Contact(name=f"Zoé {self.came}")
        self.run(
            replace(
                open_lead,
                seed=f"seed {self.came}",
                contact=contact,
                touch=Touch(source=source),
                **more,
            )
        )
        client = next(s for s in reversed(self.streams) if s.startswith("client-"))
        return lead_of(ClientId(client))

    def whose(self, lead_id: LeadId) -> UserId | None:
        return self.of(LEAD, lead_id).assignee_id

    def given_to(self, source: str | None = None) -> UserId | None:
        return self.whose(self.comes(source))

    def load(self, user: UserId) -> int:
        return self.of(CASELOAD, caseload_of(user)).leads

    def goes_away(self, user: UserId) -> None:
        slot = TimeSlot(self.now, self.now + timedelta(days=1))
        self.run(
            AddTimeBlock(block_id=AWAY, professional_id=professional_of(user), when=Once(slot))
        )


def works_here(user: UserId) -> UserRegistered:
    return UserRegistered(
        user_id=user,
        name="Ana",
        email="ana@salon.example",
        roles=(Role.PROFESSIONAL,),
        professional_id=professional_of(user),
    )
