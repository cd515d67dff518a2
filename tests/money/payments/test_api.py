"""Payments, through HTTP."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.business.users import Role
from domain.values import ClientId
from tests.money.payments.till import Till
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def registered(till: Till, name: str = "Zoé") -> str:
    made = till.desk.post("/v1/clients", json={"name": name})
    return str(made.json()["id"])


def test_money_is_asked_for_and_can_be_paid_once_the_provider_has_it(till: Till) -> None:
    asked = till.desk.post(
        "/v1/payments", json={"amount": 5000, "currency": "EUR", "reason": "A deposit"}
    )
    till.running.settle()

    payment = asked.json()
    assert asked.status_code == 201
    assert asked.headers["location"] == f"/v1/payments/{payment['id']}"
    assert (payment["status"], payment["payment_url"]) == ("requires_payment_method", None)
    assert (payment["amount"], payment["currency"], payment["captured"]) == (5000, "EUR", 0)
    assert "/practice/" in till.shown(payment["id"])["payment_url"]


def test_the_same_request_asks_once(till: Till) -> None:
    once = {"Idempotency-Key": uuid4().hex}
    body = {"amount": 5000, "currency": "EUR"}

    first = till.desk.post("/v1/payments", json=body, headers=once)
    again = till.desk.post("/v1/payments", json=body, headers=once)

    assert first.json()["id"] == again.json()["id"]
    assert again.headers["idempotent-replayed"] == "true"


@pytest.mark.parametrize(
    ("said", "status", "code"),
    [
        ({"amount": 0, "currency": "EUR"}, 422, "validation-failed"),
        ({"amount": 12.5, "currency": "EUR"}, 422, "validation-failed"),
        ({"amount": 5000, "currency": "ZZZ"}, 422, "currency-not-known"),
        (
            {"amount": 5000, "currency": "EUR", "expires_at": "2020-01-01T00:00:00Z"},
            422,
            "expiry-out-of-range",
        ),
        (
            {"amount": 5000, "currency": "EUR", "client_id": f"client-{uuid4()}"},
            404,
            "client-not-found",
        ),
        (
            {"amount": 5000, "currency": "EUR", "booking_id": f"booking-{uuid4()}"},
            404,
            "booking-not-found",
        ),
    ],
)
def test_nothing_is_asked_for_that_cannot_be(till: Till, said, status, code) -> None:
    refused = till.desk.post("/v1/payments", json=said)

    assert (refused.status_code, refused.json()["code"]) == (status, code)


def test_a_refusal_is_said_in_french(till: Till) -> None:
    refused = till.desk.post(
        "/v1/payments",
        json={"amount": 5000, "currency": "ZZZ"},
        headers={"Accept-Language": "fr"},
    )

    assert refused.json()["title"] == "Devise inconnue"


def test_payments_are_listed_by_what_became_of_them(till: Till) -> None:
    client = registered(till)
    paid = till.paid(client_id=client)
    open_ = till.asked()

    def listed(question: str) -> list[str]:
        return [each["id"] for each in till.desk.get(f"/v1/payments?{question}").json()["data"]]

    assert listed("status=succeeded") == [paid["id"]]
    assert listed(f"client_id={client}") == [paid["id"]]
    assert listed("sort=-created_at") == [open_["id"], paid["id"]]


def test_a_part_is_given_back_and_no_more_than_there_is(till: Till) -> None:
    payment = till.paid()
    where = f"/v1/payments/{payment['id']}/refunds"

    asked = till.desk.post(where, json={"amount": 2000, "reason": "Sorry"})
    too_much = till.desk.post(where, json={"amount": 3001})
    till.running.settle()

    assert asked.status_code == 200
    assert (asked.json()["refund_pending"], asked.json()["refunded"]) == (2000, 0)
    assert (too_much.status_code, too_much.json()["code"]) == (409, "refund-too-large")
    assert too_much.json()["refundable"] == 3000
    shown = till.shown(payment["id"])
    assert (shown["refund_pending"], shown["refunded"]) == (0, 2000)
    assert [each["status"] for each in shown["refunds"]] == ["succeeded"]


def test_without_an_amount_all_is_given_back(till: Till) -> None:
    payment = till.paid()

    till.desk.post(f"/v1/payments/{payment['id']}/refunds")
    till.running.settle()

    shown = till.shown(payment["id"])
    assert (shown["refunded"], shown["status"]) == (5000, "succeeded")


def test_what_was_not_paid_is_cancelled_and_nobody_can_pay_it_any_more(till: Till) -> None:
    payment = till.asked()

    canceling = till.desk.post(f"/v1/payments/{payment['id']}/cancel")
    till.running.settle()
    till.play(payment, "pay")
    till.running.settle()

    shown = till.shown(payment["id"])
    assert (canceling.status_code, canceling.json()["status"]) == (200, "canceling")
    assert (shown["status"], shown["captured"]) == ("canceled", 0)


def test_what_was_paid_is_not_cancelled(till: Till) -> None:
    payment = till.paid()

    refused = till.desk.post(f"/v1/payments/{payment['id']}/cancel")

    assert (refused.status_code, refused.json()["code"]) == (409, "payment-not-cancelable")
    assert refused.json()["payment_status"] == "succeeded"


@pytest.mark.apart
def test_what_nobody_has_paid_in_time_expires_and_may_be_paid_late(till: Till) -> None:
    clock = till.running.clock
    payment = till.asked(expires_at=(clock() + timedelta(minutes=30)).isoformat())

    clock.set(clock() + timedelta(minutes=31))
    till.running.settle()
    expired = till.shown(payment["id"])
    till.play(payment, "pay")
    till.running.settle()

    late = till.shown(payment["id"])
    assert (expired["status"], expired["marks"]) == ("expired", [])
    assert (late["status"], late["marks"]) == ("succeeded", ["late"])


def test_history_tells_what_changed(till: Till) -> None:
    payment = till.paid()

    told = till.desk.get(f"/v1/payments/{payment['id']}/history").json()["data"]

    assert [each["type"] for each in told] == [
        "payment-requested.v1",
        "payment-opened.v1",
        "payment-authorized.v1",
        "payment-captured.v1",
        "payment-attempted.v1",
    ]


def test_a_payment_is_on_the_clients_timeline(till: Till) -> None:
    client = registered(till)
    payment = till.paid(client_id=client, reason="A deposit")

    [entry] = till.desk.get(f"/v1/clients/{client}/timeline").json()["data"]

    assert (entry["id"], entry["kind"], entry["text"]) == (payment["id"], "payment", "A deposit")
    assert entry["amount"] == {"amount": 5000, "currency": "EUR"}
    assert (entry["captured"], entry["payment_status"]) == (5000, "succeeded")


# --- Who may ---------------------------------------------------------------------------


def test_clients_see_their_own_payments_and_change_none(running: Running, till: Till) -> None:
    zoe, max_ = registered(till), registered(till, "Max")
    hers, his = till.asked(client_id=zoe), till.asked(client_id=max_)
    http = running.http(Role.CLIENT, client_id=ClientId(zoe))

    assert [each["id"] for each in http.get("/v1/payments").json()["data"]] == [hers["id"]]
    assert http.get(f"/v1/payments/{hers['id']}").status_code == 200
    assert http.get(f"/v1/payments/{his['id']}").status_code == 404
    assert http.post(f"/v1/payments/{hers['id']}/cancel").status_code == 403
    assert http.post("/v1/payments", json={"amount": 1, "currency": "EUR"}).status_code == 403


def test_auditors_read_payments_and_professionals_do_not(running: Running, till: Till) -> None:
    payment = till.asked()
    auditor, professional = running.http(Role.AUDITOR), running.http(Role.PROFESSIONAL)

    assert auditor.get(f"/v1/payments/{payment['id']}").status_code == 200
    assert auditor.post(f"/v1/payments/{payment['id']}/cancel").status_code == 403
    assert professional.get("/v1/payments").status_code == 403


def test_why_somebody_paid_is_erased_with_them_and_that_they_did_is_not(
    running: Running, till: Till
) -> None:
    client = registered(till)
    payment = till.paid(client_id=client, reason="A private matter")
    till.desk.post(f"/v1/payments/{payment['id']}/refunds", json={"reason": "Another one"})
    running.settle()

    erased = running.http().delete(f"/v1/clients/{client}/personal-data")
    running.settle()

    shown = till.shown(payment["id"])
    assert erased.status_code == 204
    assert (shown["reason"], shown["refunds"][0]["reason"]) == (None, None)
    assert (shown["captured"], shown["refunded"]) == (5000, 5000)


# --- Of a booking -------------------------------------------------------------------------


def test_of_a_booking_whoever_comes_is_to_pay(running: Running, till: Till) -> None:
    salon, zoe, max_ = Salon.opened(running), registered(till), registered(till, "Max")
    booking = salon.book(till.desk, client_id=zoe).json()["id"]

    payment = till.asked(booking_id=booking)
    refused = till.desk.post(
        "/v1/payments",
        json={"amount": 5000, "currency": "EUR", "booking_id": booking, "client_id": max_},
    )

    assert (payment["client_id"], payment["booking_id"]) == (zoe, booking)
    assert (refused.status_code, refused.json()["code"]) == (409, "booking-of-another-client")
    listed = till.desk.get(f"/v1/payments?booking_id={booking}").json()["data"]
    assert [each["id"] for each in listed] == [payment["id"]]


def test_why_a_guest_paid_is_erased_with_them(running: Running, till: Till) -> None:
    salon, address = Salon.opened(running), "max@example.org"
    guest = {"name": "Max", "email": address}
    booking = salon.book(till.desk, guest=guest).json()["id"]
    payment = till.paid(booking_id=booking, reason="A private matter")
    max_ = till.desk.post("/v1/clients", json=guest).json()["id"]

    running.http().delete(f"/v1/clients/{max_}/personal-data")
    running.settle()

    shown = till.shown(payment["id"])
    assert (payment["client_id"], payment["reason"]) == (None, "A private matter")
    assert (shown["reason"], shown["captured"]) == (None, 5000)
