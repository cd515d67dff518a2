"""Several at once, for one payment, on a real log."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.money.payments.till import Till

pytestmark = [pytest.mark.postgres, pytest.mark.together]

AT_ONCE = 8


def test_refunds_at_once_give_back_no_more_than_was_captured(till: Till) -> None:
    payment = till.paid()
    where = f"/v1/payments/{payment['id']}/refunds"

    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = [threads.submit(till.desk.post, where, json={"amount": 2000}) for _ in range(8)]
        answers = Counter(each.result().status_code for each in asked)
    till.running.settle()

    shown = till.shown(payment["id"])
    assert answers == {200: 2, 409: 6}
    assert (shown["refunded"], shown["refund_pending"], shown["marks"]) == (4000, 0, [])


def test_who_comes_back_at_once_with_the_call_is_counted_once(till: Till) -> None:
    payment = till.asked()
    page = till.page(payment)
    till.play(payment, "pay")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        backs = [threads.submit(till.payer.get, f"{page}/return") for _ in range(AT_ONCE)]
        till.running.settle()
        answers = {each.result().status_code for each in backs}
    till.running.settle()

    assert answers == {200}
    assert till.events(payment["id"]).count("payment-captured.v1") == 1
    assert till.shown(payment["id"])["captured"] == 5000


def test_the_same_call_ten_times_at_once_captures_once(till: Till) -> None:
    payment = till.asked()
    till.play(payment, "pay")

    with ThreadPoolExecutor(AT_ONCE) as threads:
        calling = [threads.submit(till.call, payment["id"], "call-1") for _ in range(10)]
        till.running.settle()
        answers = {each.result() for each in calling}
    till.running.settle()

    assert answers == {200}
    assert till.events(payment["id"]).count("payment-captured.v1") == 1
    assert till.shown(payment["id"])["captured"] == 5000


def test_who_pays_twice_at_once_has_paid_once(till: Till) -> None:
    payment = till.asked()
    page = till.page(payment)

    with ThreadPoolExecutor(AT_ONCE) as threads:
        paying = [threads.submit(till.payer.post, f"{page}/pay") for _ in range(AT_ONCE)]
        answers = {each.result().status_code for each in paying}
    till.running.settle()

    shown = till.shown(payment["id"])
    assert answers == {303}
    assert (shown["captured"], shown["beyond"], shown["marks"]) == (5000, 0, [])
