"""What makes what happen next in winning clients."""

from typing import Final

from application.processes.process import Process
from application.processes.sales.discard_submission_when_nobody_decides import (
    DISCARD_SUBMISSION_WHEN_NOBODY_DECIDES,
)
from application.processes.sales.purge_files_when_submission_is_discarded import (
    PURGE_FILES_WHEN_SUBMISSION_IS_DISCARDED,
)
from application.processes.sales.remind_assignee_of_task import REMIND_ASSIGNEE_OF_TASK
from application.processes.sales.score_lead_when_client_changed import (
    SCORE_LEAD_WHEN_CLIENT_CHANGED,
)
from application.processes.sales.send_confirmation_of_submission import (
    SEND_CONFIRMATION_OF_SUBMISSION,
)
from application.processes.sales.tell_of_lead import TELL_OF_LEAD

OF_SALES: Final[tuple[Process, ...]] = (
    SCORE_LEAD_WHEN_CLIENT_CHANGED,
    TELL_OF_LEAD,
    REMIND_ASSIGNEE_OF_TASK,
    DISCARD_SUBMISSION_WHEN_NOBODY_DECIDES,
    SEND_CONFIRMATION_OF_SUBMISSION,
    PURGE_FILES_WHEN_SUBMISSION_IS_DISCARDED,
)
