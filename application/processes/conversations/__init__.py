"""What makes what happen next in conversations."""

from typing import Final

from application.processes.conversations.answer_button_when_it_is_pressed import (
    ANSWER_BUTTON_WHEN_IT_IS_PRESSED,
)
from application.processes.conversations.carry_message_when_it_is_said import (
    CARRY_MESSAGE_WHEN_IT_IS_SAID,
)
from application.processes.conversations.hear_templates_when_it_is_time import (
    ASK_FOR_TEMPLATES_WHEN_THEY_MAY_BE_OTHERS,
    HEAR_TEMPLATES_WHEN_THEY_ARE_ASKED_FOR,
)
from application.processes.conversations.send_message_when_it_is_time import (
    SEND_MESSAGE_WHEN_IT_IS_TIME,
)
from application.processes.conversations.signal_what_is_no_message import (
    SIGNAL_WHAT_IS_NO_MESSAGE,
)
from application.processes.conversations.tell_of_trouble import TELL_OF_TROUBLE
from application.processes.conversations.wake_thread_when_it_is_time import (
    WAKE_THREAD_WHEN_IT_IS_TIME,
)
from application.processes.process import Process

OF_CONVERSATIONS: Final[tuple[Process, ...]] = (
    WAKE_THREAD_WHEN_IT_IS_TIME,
    SEND_MESSAGE_WHEN_IT_IS_TIME,
    CARRY_MESSAGE_WHEN_IT_IS_SAID,
    ANSWER_BUTTON_WHEN_IT_IS_PRESSED,
    SIGNAL_WHAT_IS_NO_MESSAGE,
    TELL_OF_TROUBLE,
    ASK_FOR_TEMPLATES_WHEN_THEY_MAY_BE_OTHERS,
    HEAR_TEMPLATES_WHEN_THEY_ARE_ASKED_FOR,
)
