"""Products: what is sold besides visits. What a price was, and when, its history shows."""

from typing import Annotated, Final

from domain.business.users import Role
from domain.fields import Held, Line, Text
from domain.messages import Value
from domain.money.taxes import TAXES
from domain.records import Kind, StoredAs, Unique, to
from domain.values import Money


class Product(Value, frozen=True, kw_only=True):
    """`price` is without taxes. `sku` is the number by which one's own stock knows it."""

    name: Line
    price: Money
    sku: Line | None = None
    description: Text | None = None
    tax_ids: Annotated[tuple[str, ...], Held(max_length=20)] = ()


PRODUCTS: Final = Kind(
    one="product",
    many="products",
    french="Produit",
    values=Product,
    examples=(
        Product(name="Shampooing", price=Money(14_50, "EUR"), sku="SH-250"),
        Product(name="Brosse", price=Money(9_00, "EUR"), description="En bois de hêtre"),
    ),
    stored_as=StoredAs(
        created="product-created.v1",
        changed="product-changed.v1",
        removed="product-removed.v1",
        restored="product-restored.v1",
        purged="product-purged.v1",
    ),
    columns=("name", "sku"),
    unique=(Unique(fields=("sku",)),),
    refers_to={"tax_ids": to(TAXES, keeps=True)},
    writers=frozenset({Role.OWNER}),
    old_path="/products",
)
