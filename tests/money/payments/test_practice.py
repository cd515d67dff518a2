"""The practice provider: its page, its book, and how it calls."""

import msgspec
import pytest

from adapters.payments import Practice
from application.inbound import Arrival, Received
from application.money.charging import Standing
from application.money.desk import PaymentsDesk
from application.money.practice import (
    MOST_ATTEMPTS,
    Act,
    Call,
    PracticePageNotFound,
    played,
    understood,
)
from domain.money.payments import ProviderNotAvailable, ReportPayment
from domain.values import Money, PaymentId, TenantId
from infra.composition.money import own_secrets, practice_of, practised
from infra.settings import Mode, Settings
from tests.money.payments.examples import now, payment_id
from tests.money.payments.till import Till

standing = Standing(
    id=payment_id, reference="practice-1", url="https://pay.example", amount=Money(5000, "EUR")
)

# --- What is played ---------------------------------------------------------------------


def test_who_pays_pays_once() -> None:
    paid = played(standing, Act.PAY)

    assert [each.captured for each in paid.attempts] == [5000]
    assert played(paid, Act.PAY) == paid


def test_who_has_no_money_or_walks_away_may_try_again() -> None:
    tried = played(played(standing, Act.FAIL), Act.WALK_AWAY)

    assert [each.reason for each in tried.attempts] == ["declined", "abandoned"]
    assert sum(each.captured for each in played(tried, Act.PAY).attempts) == 5000


def test_nobody_tries_without_end() -> None:
    tried = standing
    for _ in range(MOST_ATTEMPTS + 1):
        tried = played(tried, Act.FAIL)

    assert len(tried.attempts) == MOST_ATTEMPTS


# --- Its page ---------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.together
def test_the_page_asks_what_one_would_do_in_both_languages(till: Till) -> None:
    page = till.page(till.asked())

    english = till.payer.get(page)
    french = till.payer.get(page, headers={"Accept-Language": "fr"})

    assert english.status_code == 200
    assert "50.00 EUR" in english.text
    assert ">Pay</button>" in english.text
    assert ">Payer</button>" in french.text
    assert "script" not in english.text
    assert english.headers["content-security-policy"].startswith("default-src 'none'")


@pytest.mark.postgres
@pytest.mark.together
def test_there_is_no_page_that_nobody_was_sent_to(till: Till) -> None:
    missing = till.payer.get(f"/practice/{'a' * 32}", headers={"Accept-Language": "fr"})

    assert missing.status_code == 404
    assert "Page d&#39;exercice introuvable" in missing.text


@pytest.mark.postgres
@pytest.mark.together
def test_a_declined_attempt_is_shown_and_the_next_one_pays(till: Till) -> None:
    payment = till.asked()

    till.play(payment, "fail")
    till.running.settle()
    declined = till.shown(payment["id"])
    tries_again = till.payer.get(till.page(payment)).text
    till.play(payment, "pay")
    till.running.settle()

    assert declined["status"] == "requires_payment_method"
    assert [each["reason"] for each in declined["attempts"]] == ["declined"]
    assert "was declined" in tries_again
    assert till.shown(payment["id"])["status"] == "succeeded"
    assert "It is paid" in till.payer.get(till.page(payment)).text


# --- Who hears of it first ----------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.together
def test_whoever_comes_back_before_the_call_is_understood_is_counted_once(till: Till) -> None:
    payment = till.asked()

    back = till.payer.get(till.play(payment, "pay").headers["location"])
    before = till.events(payment["id"])
    till.running.settle()

    assert "It is paid" in back.text
    assert before.count("payment-captured.v1") == 1
    assert till.events(payment["id"]) == before
    assert till.shown(payment["id"])["status"] == "succeeded"


@pytest.mark.postgres
@pytest.mark.together
def test_whoever_comes_back_after_the_call_changes_nothing(till: Till) -> None:
    payment = till.paid()

    till.payer.get(f"{till.page(payment)}/return")
    till.payer.get(f"{till.page(payment)}/return")

    assert till.shown(payment["id"])["version"] == payment["version"]


@pytest.mark.postgres
@pytest.mark.together
def test_a_call_that_is_doubled_changed_or_unsigned_moves_no_money(till: Till) -> None:
    payment = till.paid()

    answers = [till.call(payment["id"], each) for each in ("call-1", "call-1", "call-2")]
    till.running.settle()

    assert answers == [200, 200, 200]
    assert till.call(payment["id"], "call-3", b"somebody else's") == 403
    assert till.shown(payment["id"])["version"] == payment["version"]


# --- Its book -----------------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.together
def test_its_book_outlives_whoever_keeps_it(till: Till) -> None:
    payment = till.paid()
    another = Practice(till.running.system.database, lambda *_: None, "https://desk.example")

    found = another.find(till.running.tenant, PaymentId(payment["id"]))

    assert found is not None
    assert [each.captured for each in found.attempts] == [5000]


# --- In production there is none ------------------------------------------------------------


def test_in_production_nobody_practises() -> None:
    production = Settings.model_construct(mode=Mode.PRODUCTION, pepper="p" * 32)

    assert practice_of(production, None, None, None, None) is None  # type: ignore[arg-type]
    assert own_secrets(production) == {}
    assert practised(production, ()) == ()


def test_what_says_nothing_of_a_payment_is_not_understood() -> None:
    practice = next(each for each in understood() if each.name == "practice")

    def understand(body: bytes) -> object:
        arrival = Arrival(method="POST", url="/", headers=(), body=body)
        return practice.understand(
            Received(
                id="receipt-1",
                tenant=TenantId("t"),
                provider="practice",
                received_at=now,
                arrival=arrival,
            )
        )

    said = Call(id="1", type="payment.changed", payment=standing)
    assert understand(b"{}") is None
    assert understand(b"\xff") is None
    assert understand(msgspec.json.encode(said)) == [
        ReportPayment(payment_id=payment_id, amount=Money(5000, "EUR"))
    ]


def test_where_nobody_takes_payments_none_is_asked_for() -> None:
    desk = PaymentsDesk(lambda *_: None, (), None)

    with pytest.raises(ProviderNotAvailable):
        desk.provider()
    with pytest.raises(PracticePageNotFound):
        desk.page("a" * 32)
