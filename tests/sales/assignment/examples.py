"""One example of each message about who is given leads; a test states only what differs."""

from typing import Final

from domain.sales.assignment import (
    AssignmentChanged,
    ChangeAssignment,
    OfSource,
    Rule,
    Sharing,
)
from domain.values import UserId

ana: Final = UserId("user-0198c0de-0000-7000-8000-0000000000a1")
noor: Final = UserId("user-0198c0de-0000-7000-8000-0000000000a2")
eve: Final = UserId("user-0198c0de-0000-7000-8000-0000000000a3")

rule: Final = Rule(
    sharing=Sharing.BY_LOAD,
    members=(ana, noor),
    sources=(OfSource(source="instagram", user_id=eve),),
)
change_assignment: Final = ChangeAssignment(rule=rule)
assignment_changed: Final = AssignmentChanged(rule=rule, assignment_version=1)
