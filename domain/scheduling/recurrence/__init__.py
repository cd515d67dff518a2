"""What happens again and again: RFC 5545 rules on the local wall clock.

Rules come from strangers, so each period of a rule (day, week, month or year) is computed by itself
and a window costs what the window holds. `dateutil` begins at the beginning each time, and for
FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30 it searches up to the year 9999; in the tests it is the judge.

What recurs is in `recurrence`, how a rule is read in `text`, and when it happens in `rule`.
"""

from domain.scheduling.recurrence.recurrence import (
    Recurrence,
    ends_of,
    faults_of_recurrence,
    first_starts,
    starts,
    times_a_day,
)

__all__ = ["Recurrence", "ends_of", "faults_of_recurrence", "first_starts", "starts", "times_a_day"]
