"""Gives the documents to whoever asks, and pages on which people read them."""

import threading
from collections.abc import Callable, Mapping
from functools import cache

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.openapi.docs import get_swagger_ui_html

from api.openapi import described
from api.openapi.addresses import address_of
from api.openapi.schemas import Document

Answer = Callable[[Request], Response]


def describe(app: FastAPI, products: Mapping[str, str]) -> None:
    """Let the application give a document of what is of today, and one of the paths of each older product;
    `products` are what people call them, by name.

    Each is made when it is first asked for: in a thread, since it takes some tenths of a second in
    which others want an answer.
    """

    @cache
    def document(product: str | None = None) -> Document:
        return described(app, products, product)

    there = app.router.routes
    app.router.routes = [r for r in there if getattr(r, "path", None) != app.openapi_url]
    for product in (None, *products):
        app.add_route(address_of(product), _text(document, product), include_in_schema=False)
    for product, called in products.items():
        page = _page(product, f"{app.title}: old paths of the {called}")
        app.add_route(f"{app.docs_url}/{product}", page, include_in_schema=False)
    app.openapi = document  # type: ignore[method-assign]


def _text(document: Callable[[str | None], Document], product: str | None) -> Answer:
    one_makes_it = threading.Lock()

    @cache
    def text() -> bytes:
        return msgspec.json.encode(document(product))

    def answer(_: Request) -> Response:
        with one_makes_it:
            return Response(text(), media_type="application/json")

    return answer


def _page(product: str, title: str) -> Answer:
    def page(request: Request) -> Response:
        address = request.scope.get("root_path", "").rstrip("/") + address_of(product)
        return get_swagger_ui_html(openapi_url=address, title=title)

    return page
