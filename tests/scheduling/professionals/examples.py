"""One example of each message about professionals; a test states only what differs."""

from typing import Final

from domain.scheduling.professionals import (
    ChangeProfessionalContact,
    ChangeProfessionalSettings,
    CloseForBooking,
    Hours,
    OpenForBooking,
    ProfessionalClosedForBooking,
    ProfessionalContactChanged,
    ProfessionalOpenedForBooking,
    ProfessionalRegistered,
    ProfessionalRetired,
    ProfessionalSettingsChanged,
    RegisterProfessional,
    RenameProfessional,
    RetireProfessional,
    Settings,
    Week,
)
from domain.values import Contact, ProfessionalId

professional_id: Final = ProfessionalId("professional-0198c0de-0000-7000-8000-00000000000a")

ana: Final = Contact(name="Ana Roy", email="ana@example.org", language="fr")
ana_married: Final = Contact(name="Ana Sand", email="ana@example.org", language="fr")

mornings: Final = Settings(
    time_zone="Europe/Paris",
    hours=Week(monday=(Hours("09:00", "12:00"),), friday=(Hours("09:00", "12:00"),)),
)
with_a_break: Final = Settings(
    time_zone="Europe/Paris",
    hours=Week(monday=(Hours("09:00", "12:00"), Hours("13:00", "18:00"))),
    slot_step_minutes=30,
    notice_minutes=120,
)

register_professional: Final = RegisterProfessional(
    professional_id=professional_id, contact=ana, settings=mornings
)
rename_professional: Final = RenameProfessional(professional_id=professional_id, name="Ana Sand")
change_contact: Final = ChangeProfessionalContact(
    professional_id=professional_id, contact=ana_married
)
change_settings: Final = ChangeProfessionalSettings(
    professional_id=professional_id, settings=with_a_break
)
open_for_booking: Final = OpenForBooking(professional_id=professional_id)
close_for_booking: Final = CloseForBooking(professional_id=professional_id)
retire_professional: Final = RetireProfessional(professional_id=professional_id)

professional_registered: Final = ProfessionalRegistered(
    professional_id=professional_id, contact=ana, settings=mornings
)
contact_changed: Final = ProfessionalContactChanged(
    professional_id=professional_id, contact=ana_married
)
settings_changed: Final = ProfessionalSettingsChanged(
    professional_id=professional_id, settings=with_a_break
)
opened_for_booking: Final = ProfessionalOpenedForBooking(professional_id=professional_id)
closed_for_booking: Final = ProfessionalClosedForBooking(professional_id=professional_id)
professional_retired: Final = ProfessionalRetired(professional_id=professional_id)
