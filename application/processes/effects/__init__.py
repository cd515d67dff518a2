"""What processes may order from the outside world, and whoever starts an operation. Only ids: whoever carries an effect
out looks up what is personal when the time comes, and finds nothing once it is erased.
"""

from typing import Final

from application.processes.effects.bookings import OF_BOOKINGS
from application.processes.effects.business import OF_BUSINESS
from application.processes.effects.conversations import OF_CONVERSATIONS
from application.processes.effects.files import OF_FILES
from application.processes.effects.money import OF_MONEY
from application.processes.effects.operations import OF_OPERATIONS
from application.processes.effects.sales import OF_SALES
from application.processes.process import Effect

EFFECTS: Final[tuple[type[Effect], ...]] = (
    *OF_BOOKINGS,
    *OF_CONVERSATIONS,
    *OF_MONEY,
    *OF_BUSINESS,
    *OF_SALES,
    *OF_FILES,
    *OF_OPERATIONS,
)
