"""What is of products alone: prices that are remembered, taxes that are added."""

import pytest

from domain.records import KNOWN, LINKS, ReferenceMade
from tests.architecture.examples import UUID
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]


def price(amount: int) -> dict[str, object]:
    return {"amount": amount, "currency": "EUR"}


def test_what_a_price_was_when_and_who_set_it_is_shown(running: Running) -> None:
    http = running.http()
    made = http.post("/v1/products", json={"name": "Comb", "price": price(900)})
    where = made.headers["location"]
    http.patch(where, json={"price": {"amount": 950}})

    [first, second] = http.get(f"{where}/history").json()["data"]

    assert all(each["actor"].startswith("user-") and each["at"] for each in (first, second))
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
    http.patch(taxed.headers["location"], json={"tax_ids": None})
    http.delete(made.headers["location"])
    removed = http.post("/v1/products", json={**comb, "tax_ids": [tax_id]})

    assert taxed.json()["tax_ids"] == [tax_id]
    assert (twice.status_code, twice.json()["code"]) == (422, "named-twice")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "tax-not-found")
    assert (removed.status_code, removed.json()["code"]) == (409, "tax-is-removed")


def test_a_tax_stays_as_long_as_a_product_needs_it(running: Running) -> None:
    http = running.http()
    tax = http.post("/v1/taxes", json={"name": "VAT", "rate": 2000, "country": "FR"})
    comb = {"name": "Comb", "price": price(900), "tax_ids": [tax.json()["id"]]}
    product = http.post("/v1/products", json=comb)
    where, product_at = tax.headers["location"], product.headers["location"]

    kept = http.delete(where)
    http.delete(product_at)
    removed = http.delete(where)
    restored = http.post(f"{product_at}/restoration")
    http.post(f"{where}/restoration")
    both = http.post(f"{product_at}/restoration")

    assert (kept.status_code, kept.json()["code"]) == (409, "tax-in-use")
    assert (kept.json()["by"], kept.json()["of"]) == ([product.json()["id"]], 1)
    assert removed.status_code == 204
    assert (restored.status_code, restored.json()["code"]) == (409, "tax-is-removed")
    assert both.json()["tax_ids"] == [tax.json()["id"]]


def test_a_tax_of_thousands_is_known_as_soon_as_one_of_a_few() -> None:
    state = LINKS.fold(
        ReferenceMade(link_id="links-1", target="tax-1", owner=f"product-{number}", keeps=True)
        for number in range(100_000)
    )

    assert (state.owners, state.keepers, len(state.some)) == (100_000, 100_000, KNOWN)


def test_what_is_referred_to_at_once_has_a_bound(running: Running) -> None:
    taxes = [f"tax-{UUID[:-4]}{number:04}" for number in range(20)]
    comb = {"name": "Comb", "price": price(900), "tax_ids": taxes}
    refused = running.http().post("/v1/products/batch", json={"items": 51 * [comb]})
    more = running.http().post("/v1/products", json={**comb, "tax_ids": [*taxes, f"tax-{UUID}"]})

    assert refused.json()["errors"][0]["code"] == "too-many-references"
    assert more.json()["errors"][0]["pointer"] == "#/tax_ids"


@pytest.mark.parametrize("amount", [-1, 10**12 + 1, 9.5, "9", True])
def test_a_price_is_whole_and_not_negative(running: Running, amount: object) -> None:
    sent = {"name": "Comb", "price": {"amount": amount, "currency": "EUR"}}
    refused = running.http().post("/v1/products", json=sent)

    assert refused.json()["errors"][0]["pointer"] == "#/price/amount"
