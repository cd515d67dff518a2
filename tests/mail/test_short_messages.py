"""What is said of a booking in a short message, where a business has no words of its own: in one SMS, if names are not
very long.
"""

from typing import Final

import pytest
from msgspec.structs import replace

from adapters.mail.short import short_words
from application.processes.effects.bookings import MailKind
from application.scheduling.standard_notices import PLACES, STANDARD
from domain.conversations.approvals import PLACEHOLDER
from domain.conversations.templates import MessageTemplate, refuse_unclear
from tests.mail.examples import a_mail, monday, tuesday

GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""3GPP TS 23.038, 6.2.1."""


def said(kind: MailKind, language: str, **more: str) -> str:
    mail = replace(a_mail, language=language, slot=tuesday, previous_slot=monday, **more)
    words = short_words(mail, language)
    text = STANDARD[kind].by_language[language].text
    return PLACEHOLDER.sub(lambda found: words[found[1]], text)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", MailKind)
def test_every_notice_fits_into_one_sms(kind: MailKind, language: str) -> None:
    text = said(kind, language)

    assert len(text) <= 160
    assert set(text) <= GSM


@pytest.mark.parametrize("kind", MailKind)
def test_a_business_may_begin_with_what_everybody_says(kind: MailKind) -> None:
    template = MessageTemplate(shortcut=kind, title=kind, says=STANDARD[kind])

    refuse_unclear(template)
    for wording in template.says.by_language.values():
        assert {*wording.placeholders} <= PLACES.keys()


def test_who_reads_by_another_clock_is_told_whose_it_is() -> None:
    text = said(MailKind.CONFIRMED, "en", time_zone="America/New_York")

    assert text == (
        "Salon Lumière: your appointment on Tuesday 6 April at 04:00 (New York time, UTC-4) is confirmed."
    )


def test_all_that_has_a_place_is_there_to_be_said() -> None:
    mail = replace(a_mail, reason="Ana est malade", previous_slot=monday)

    assert {*short_words(mail, "fr")} == {*PLACES}
    assert {*short_words(replace(mail, slot=None, reason=None), "fr")}.isdisjoint(
        {"when", "date", "time", "reason"}
    )
