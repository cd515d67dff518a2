"""Where the documents are, and what each says of the others."""

from collections.abc import Mapping


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
        ["Paths of older products go on working, and are described apart:", "", *pages]
    )


def _of_old(called: str) -> str:
    return (
        f"These paths of the {called} go on working, and nothing is added to them any more: each answer "
        "links to what took its place. What is of today: [docs](../docs), `/openapi.json`."
    )
