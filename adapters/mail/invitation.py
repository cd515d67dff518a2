"""A booking as a calendar invitation (RFC 5546): one UID for ever, SEQUENCE rises as it moves."""

from typing import Final

from icalendar import Calendar, Event, vCalAddress, vText

from adapters.mail.addresses import as_uri
from application.processes.effects.bookings import MailKind
from application.scheduling.mails import BookingMail, Invitation, Mailbox

METHODS: Final = {
    MailKind.CONFIRMED: "REQUEST",
    MailKind.RESCHEDULED: "REQUEST",
    MailKind.CANCELLED: "CANCEL",
    MailKind.REMINDER_24H: "REQUEST",
    MailKind.REMINDER_2H: "REQUEST",
}
"""A reminder brings the invitation again, under the same SEQUENCE, to whoever has lost it."""


def invitation(
    mail: BookingMail, *, summary: str, attendee: Mailbox, organizer: Mailbox
) -> Invitation | None:
    """Return what the reader's calendar shall do; None for a mail that is none of its business.

    What was never confirmed never was in a calendar. Times are in UTC, which no calendar can
    misread, and each shows them on its own clock.
    """
    method = METHODS.get(mail.kind)
    if method is None or mail.slot is None or not mail.confirmed:
        return None
    event = Event()
    event.add("uid", f"{mail.booking_id}@frontdesk")
    event.add("sequence", mail.sequence)
    event.add("dtstamp", mail.happened_at)
    event.add("dtstart", mail.slot.starts_at)
    event.add("dtend", mail.slot.ends_at)
    event.add("summary", summary)
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    if mail.location:
        event.add("location", mail.location)
    event["organizer"] = _person(organizer)
    event["attendee"] = _person(attendee, role="REQ-PARTICIPANT", partstat="ACCEPTED", rsvp="FALSE")
    calendar = Calendar()
    calendar.add("prodid", "-//frontdesk//bookings//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    calendar.add_component(event)
    return Invitation(method, calendar.to_ical().decode())


def _person(mailbox: Mailbox, **parameters: str) -> vCalAddress:
    person = vCalAddress(as_uri(mailbox.address))
    if mailbox.name:
        # A parameter's value cannot hold a double quote, whichever way one writes it.
        person.params["CN"] = vText(mailbox.name.replace('"', "'"))
    for name, value in parameters.items():
        person.params[name.upper()] = vText(value)
    return person
