"""Zoé has appointments at the salon, and wants to hear of them by WhatsApp."""

from datetime import timedelta
from typing import Any, Final

from domain.conversations.messages import MessagePosted
from tests.conversations.whatsapp.at_the_desk import Desk
from tests.conversations.whatsapp.cloud import wrote
from tests.conversations.whatsapp.cloud_templates import TheirTemplate
from tests.conversations.whatsapp.templates import approved
from tests.scheduling.bookings.at_the_salon import Salon

TUESDAY: Final = "2027-01-05T10:00:00+01:00"
WORDS: Final = {
    "booking-requested": "Bonjour {{first_name}}, demande reçue pour le {{when}}.",
    "booking-confirmed": "Bonjour {{first_name}}, rendez-vous confirmé le {{when}}.",
    "booking-rescheduled": "Bonjour {{first_name}}, nouveau rendez-vous le {{when}}.",
    "booking-cancelled": "Bonjour {{first_name}}, rendez-vous du {{when}} annulé.",
    "reminder-24h": "Bonjour {{first_name}}, à demain, {{when}}.",
    "reminder-2h": "Bonjour {{first_name}}, à tout à l'heure, {{time}}.",
}


class Appointments:
    """Of Zoé, who can be told by mail, and by number."""

    hour: Final = timedelta(hours=1)

    def __init__(self, desk: Desk, *kinds: str, told_by: tuple[str, ...] = ("whatsapp",)) -> None:
        self.desk = desk
        self.running = desk.running
        self.salon = Salon.opened(desk.running, language="fr")
        self.http = desk.running.http()
        for kind in kinds or WORDS:
            self.has_template(kind)
        self.zoe = self.registers(told_by=told_by)

    def has_template(self, kind: str, *buttons: str) -> str:
        """Let Meta approve what the business says in a notice of this kind, with buttons; return its id."""
        name, words = kind.replace("-", "_"), WORDS[kind]
        template = {
            "shortcut": kind,
            "title": kind,
            "name": name,
            "says": {"fr": {"text": words}},
            "buttons": buttons,
        }
        theirs = TheirTemplate(name=name, text=words)
        if buttons:
            shown = [{"type": "QUICK_REPLY", "text": each} for each in buttons]
            theirs.more.append({"type": "BUTTONS", "buttons": shown})
        return approved(self.desk, theirs, template=template)

    def buttons(self) -> list[str]:
        """Return what the buttons say of what Meta took last."""
        components = self.desk.meta.book[-1]["template"]["components"]
        shown = [each for each in components if each["type"] == "button"]
        return [each["parameters"][0]["payload"] for each in shown]

    def presses(self, payload: str, id_: str = "wamid.pressed", **more: Any) -> None:
        """Let somebody press a button."""
        pressed = wrote((id_, ""), at=self.desk.now, **more)
        [message] = pressed["messages"]
        del message["text"]
        message |= {"type": "button", "button": {"text": "Oui", "payload": payload}}
        self.desk.is_called(pressed)

    def booking(self, where: str) -> dict[str, Any]:
        """Return a booking as it is now."""
        found: dict[str, Any] = self.http.get(where).json()
        return found

    def registers(self, told_by: tuple[str, ...] = ("whatsapp",), **more: Any) -> str:
        """Register a client who wants to be told so; return their id."""
        about = {
            "name": "Zoé Dupont",
            "email": "zoe@example.org",
            "phone": "+33612345678",
            "language": "fr",
            **more,
        }
        made = self.http.post("/v1/clients", json=about)
        assert made.status_code == 201, made.text
        id_ = str(made.json()["id"])
        chosen = self.http.put(f"/v1/clients/{id_}/told-by", json={"channels": told_by})
        assert chosen.status_code == 200, chosen.text
        return id_

    def book(self, starts_at: str = TUESDAY, **more: Any) -> str:
        """Ask for an appointment; return the path of the booking."""
        made = self.salon.book(self.http, starts_at, client_id=self.zoe, **more)
        assert made.status_code == 201, made.text
        self.running.settle()
        return str(made.headers["location"])

    def does(self, booking: str, what: str, **more: Any) -> None:
        """Do something with a booking, and let who is to hear of it hear."""
        answer = self.http.post(f"{booking}/{what}", json=more or None)
        assert answer.status_code == 200, answer.text
        self.running.settle()

    def mails(self) -> list[str]:
        """Return of what Zoé was told by mail, in order."""
        found = self.http.get("/v1/outbox").json()["data"]
        mails = [each["mail"] for each in reversed(found)]
        return [each["kind"] for each in mails if each["to"]["address"] == "zoe@example.org"]

    def messages(self) -> list[dict[str, Any]]:
        """Return what is in the conversations with her, in order."""
        found = []
        for thread in self.desk.threads:
            where = f"/v1/threads/{thread['id']}/messages"
            found += self.desk.ana.http.get(where).json()["data"]
        return found

    def posted(self) -> list[MessagePosted]:
        """Return what was said there, as it was recorded."""
        system, tenant = self.running.system, self.running.tenant
        found = []
        for message in self.messages():
            with system.database.as_tenant(tenant) as connection:
                past = system.reader.stream(connection, tenant, message["id"])
            found += [each.event for each in past if isinstance(each.event, MessagePosted)]
        return found
