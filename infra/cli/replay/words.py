"""What would have been, in words: a line for each."""

import msgspec

from application.what_if.bookings import BookingOtherwise
from application.what_if.leads import Difference, LeadOtherwise, Standing

Otherwise = LeadOtherwise | BookingOtherwise


def said(line: bytes) -> str:
    """Return a line of the file of an operation as a person reads it."""
    told: Otherwise = msgspec.json.decode(line, type=Otherwise)
    match told:
        case BookingOtherwise():
            begins = f" for {told.starts_at:%Y-%m-%d %H:%M}Z" if told.starts_at else ""
            when = f"{told.at:%Y-%m-%d %H:%M}Z"
            return f"{told.booking_id}: {told.decision} on {when}{begins} ─► {told.code}"
        case LeadOtherwise():
            when = "now" if told.is_otherwise_now else "no more"
            moments = f"{told.moments_in_all} moment{'s' * (told.moments_in_all > 1)}, {when}"
            shown = told.now if told.is_otherwise_now else told.moments[-1].difference
            return f"{told.lead_id}: {_differs(shown)} ({moments})"


def _differs(difference: Difference) -> str:
    parts = [f"{p.name} {p.was / 100:g} ─► {p.would_be / 100:g}" for p in difference.parts]
    stands = f"{_stands(difference.was)} ─► {_stands(difference.would_be)}"
    return ", ".join([stands, *parts])


def _stands(standing: Standing) -> str:
    due = f", due {standing.follow_up_at:%Y-%m-%d %H:%M}Z" if standing.follow_up_at else ""
    is_scored = standing.temperature is not None
    how = f"{standing.temperature} {standing.score}" if is_scored else "not scored"
    return f"{how} (hot {standing.hot}, warm {standing.warm}{due})"
