"""Every process: what makes what happen next."""

from typing import Final

from application.processes.check_configuration_when_it_was_typed import (
    CHECK_CONFIGURATION_WHEN_IT_WAS_TYPED,
)
from application.processes.conversations import OF_CONVERSATIONS
from application.processes.end_files_when_their_time_is_up import (
    END_FILES_WHEN_THEIR_TIME_IS_UP,
)
from application.processes.end_sessions_on_standing_changed import (
    END_SESSIONS_ON_STANDING_CHANGED,
)
from application.processes.expire_hold_when_its_time_is_up import EXPIRE_HOLD_WHEN_ITS_TIME_IS_UP
from application.processes.forget_configuration_when_it_was_removed import (
    FORGET_CONFIGURATION_WHEN_IT_WAS_REMOVED,
)
from application.processes.forget_mails_on_client_erased import FORGET_MAILS_ON_CLIENT_ERASED
from application.processes.forget_record_when_it_was_purged import FORGET_RECORD_WHEN_IT_WAS_PURGED
from application.processes.keep_bytes_of_files import KEEP_BYTES_OF_FILES
from application.processes.money import OF_MONEY
from application.processes.process import Process
from application.processes.purge_files_on_client_erased import PURGE_FILES_ON_CLIENT_ERASED
from application.processes.purge_record_when_it_can_be_restored_no_more import (
    PURGE_RECORD_WHEN_IT_CAN_BE_RESTORED_NO_MORE,
)
from application.processes.register_client_on_booking_completed import (
    REGISTER_CLIENT_ON_BOOKING_COMPLETED,
)
from application.processes.remind_client_of_booking import REMIND_CLIENT_OF_BOOKING
from application.processes.sales import OF_SALES
from application.processes.sales.send_invitation_to_lead import SEND_INVITATION_TO_LEAD
from application.processes.send_code_to_guest import SEND_CODE_TO_GUEST
from application.processes.send_code_to_prove_address import SEND_CODE_TO_PROVE_ADDRESS
from application.processes.tell_by_mail_when_message_failed import (
    TELL_BY_MAIL_WHEN_MESSAGE_FAILED,
)
from application.processes.tell_client_about_booking import TELL_CLIENT_ABOUT_BOOKING
from application.processes.tell_of_stopped_webhook import TELL_OF_STOPPED_WEBHOOK
from application.processes.tell_professional_about_booking import TELL_PROFESSIONAL_ABOUT_BOOKING

PROCESSES: Final[tuple[Process, ...]] = (
    EXPIRE_HOLD_WHEN_ITS_TIME_IS_UP,
    REGISTER_CLIENT_ON_BOOKING_COMPLETED,
    TELL_CLIENT_ABOUT_BOOKING,
    TELL_PROFESSIONAL_ABOUT_BOOKING,
    REMIND_CLIENT_OF_BOOKING,
    TELL_BY_MAIL_WHEN_MESSAGE_FAILED,
    FORGET_MAILS_ON_CLIENT_ERASED,
    END_SESSIONS_ON_STANDING_CHANGED,
    SEND_CODE_TO_PROVE_ADDRESS,
    SEND_CODE_TO_GUEST,
    SEND_INVITATION_TO_LEAD,
    PURGE_RECORD_WHEN_IT_CAN_BE_RESTORED_NO_MORE,
    FORGET_RECORD_WHEN_IT_WAS_PURGED,
    *OF_SALES,
    *OF_CONVERSATIONS,
    *OF_MONEY,
    KEEP_BYTES_OF_FILES,
    END_FILES_WHEN_THEIR_TIME_IS_UP,
    PURGE_FILES_ON_CLIENT_ERASED,
    CHECK_CONFIGURATION_WHEN_IT_WAS_TYPED,
    FORGET_CONFIGURATION_WHEN_IT_WAS_REMOVED,
    TELL_OF_STOPPED_WEBHOOK,
)
