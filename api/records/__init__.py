"""Records over HTTP: the same routes for every kind that is declared."""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Final

from fastapi import APIRouter, Response

from api.compat import OldRouter, Product
from api.records.answering import Routes, Taken
from api.records.table import Declared, declared
from api.requests.answers import answers
from api.requests.caller import Caller
from api.sales import icps
from api.web.gate import may
from api.web.routing import Router
from api.web.turns import heavy
from domain.catalogue import KINDS
from domain.records import Kind
from domain.sales.icps import ICPS


@contextmanager
def _discreet(kind: Kind[Any], caller: Caller) -> Iterator[None]:
    """Leave out whose it is that is in the way, where somebody may not see all of them."""
    try:
        yield
    except (kind.value_taken, kind.in_use) as refusal:
        if not caller.principal.may(kind.reading):
            vars(refusal).pop("by", None)
        raise


def add(router: APIRouter, routes: Routes, route: Declared) -> None:
    """Add a route to a router."""
    reads = route.method == "GET"
    needed = routes.kind.reading if reads and not route.for_writers else routes.kind.writing
    caller = Taken("caller", "caller", Annotated[Caller, may(needed)])
    takes = [caller, *map(routes.taken.__getitem__, route.takes)]

    def function(**given: Any) -> Response:
        with _discreet(routes.kind, given["caller"]):
            return route.answer(routes, **{each.own: given[each.name] for each in takes})

    function.__name__ = function.__qualname__ = route.name
    function.__doc__ = route.says
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [each.parameter for each in takes], return_annotation=Response
    )
    if route.is_heavy:
        heavy(function)
    said = answers(route.shape(routes), refuses=() if reads else routes.refusals)
    router.add_api_route(
        route.path, said(function), methods=[route.method], status_code=route.status
    )


def router_of(routes: Routes) -> APIRouter:
    """Return the router of a kind."""
    return _with_routes(Router(prefix=routes.where, tags=[routes.kind.many]), routes)


def old_router_of(routes: Routes) -> APIRouter:
    """Return the router of the path that a kind had in an older product."""
    kind = routes.kind
    product = OF_PRODUCT.get(kind.many, Product.DESK)
    router = OldRouter(product, prefix=kind.old_path or "", successor=routes.where)
    return _with_routes(router, routes)


def _with_routes(router: APIRouter, routes: Routes) -> APIRouter:
    for route in declared(routes):
        add(router, routes, route)
    return router


OF_PRODUCT: Final = {
    "lead-forms": Product.BEAUTY,
    "tasks": Product.BEAUTY,
    ICPS.many: Product.PROSPECTS,
}
"""Of which product the old paths of kinds were, if not of the chat desk."""

BESIDES: Final = {ICPS.one: icps.BESIDES}
"""What is said besides of a kind, to whoever makes one or changes it."""

ROUTES: Final = tuple(Routes(kind, BESIDES.get(kind.one)) for kind in KINDS)
ROUTERS: Final = tuple(map(router_of, ROUTES))
OLD_ROUTERS: Final = tuple(old_router_of(each) for each in ROUTES if each.kind.old_path)
