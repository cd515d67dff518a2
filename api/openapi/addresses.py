"""Where the documents are, and what each says of the others."""

from collections.abc import Mapping
from typing import Final

OF_ALL: Final = """Log in by `POST /v1/auth/login`, and send what it gives as `Authorization: Bearer …`. \
Below `/v1/public/{business}` nobody logs in: there a page shows what a business offers and when, and a guest \
books: they hold a time, say who they are, and show the code from their mail.

- What is refused is told as a problem (RFC 9457), whose `type` leads to a page about it: \
[all of them](problems).
- `If-Match` says which version you have seen: the `ETag` of the last answer, or `*` for any. `PUT` asks for it.
- What is sent twice with the same `Idempotency-Key` is done once, and answered in the same way.
- A read may be a moment behind. Send back the `Consistency-Token` of what you wrote, and it shows that.
- Keep up with a list by its `ETag` (`If-None-Match`, 304), or, where it tells `changes`, by \
`?changed_after=`.
"""


def address_of(product: str | None) -> str:
    """Return where a document is: that of what is of today, or of an older product."""
    return "/openapi.json" if product is None else f"/openapi/{product}.json"


def about(title: str, products: Mapping[str, str], product: str | None) -> tuple[str, str]:
    """Return the title of a document, and what is said in front."""
    if product is None:
        return title, _elsewhere(products)
    called = products[product]
    return f"{title}: old paths of the {called}", _of_old(called)


def _elsewhere(products: Mapping[str, str]) -> str:
    """Links lead on from the page on which people read this."""
    pages = [
        f"- of the {called}: [docs/{product}](docs/{product}), `{address_of(product)}`"
        for product, called in products.items()
    ]
    return "\n".join(
        [OF_ALL, "Paths of older products go on working, and are described apart:", "", *pages]
    )


def _of_old(called: str) -> str:
    return (
        f"These paths of the {called} go on working, and nothing is added to them any more: each answer "
        "links to what took its place. What is of today: [docs](../docs), `/openapi.json`."
    )
