"""What is of products alone: prices that are remembered, taxes that are added."""

import pytest

from tests.architecture.examples import UUID
from tests.running import Running

pytestmark = pytest.mark.postgres


def price(amount: int) -> dict[str, object]:
    return {"amount": amount, "currency": "EUR"}


def test_what_a_price_was_and_when_is_shown(running: Running) -> None:
    http = running.http()
    made = http.post("/v1/products", json={"name": "Comb", "price": price(900)})
    where = made.headers["location"]
    http.patch(where, json={"price": {"amount": 950}})

    [first, second] = http.get(f"{where}/history").json()["data"]

    assert first["changes"]["price"] == [None, price(900)]
    assert second["changes"]["price"] == [price(900), price(950)]
    assert second["at"] >= first["at"]


def test_a_tax_is_added_once_and_only_one_in_use(running: Running) -> None:
    http = running.http()
    tax = {"name": "VAT", "rate": 2000, "country": "FR"}
    made = http.post("/v1/taxes", json=tax)
    tax_id, comb = made.json()["id"], {"name": "Comb", "price": price(900)}

    taxed = http.post("/v1/products", json={**comb, "tax_ids": [tax_id]})
    twice = http.post("/v1/products", json={**comb, "tax_ids": [tax_id, tax_id]})
    unknown = http.post("/v1/products", json={**comb, "tax_ids": [f"tax-{UUID}"]})
    http.delete(made.headers["location"])
    removed = http.post("/v1/products", json={**comb, "tax_ids": [tax_id]})
    kept = http.patch(taxed.headers["location"], json={"name": "Fine comb"})

    assert taxed.json()["tax_ids"] == kept.json()["tax_ids"] == [tax_id]
    assert (twice.status_code, twice.json()["code"]) == (422, "tax-twice")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "tax-not-found")
    assert (removed.status_code, removed.json()["code"]) == (409, "tax-is-removed")


@pytest.mark.parametrize("amount", [-1, 10**12 + 1, 9.5, "9", True])
def test_a_price_is_whole_and_not_negative(running: Running, amount: object) -> None:
    sent = {"name": "Comb", "price": {"amount": amount, "currency": "EUR"}}
    refused = running.http().post("/v1/products", json=sent)

    assert refused.json()["errors"][0]["pointer"] == "#/price/amount"
