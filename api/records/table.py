"""The routes of every kind of record, as a table, and those of its own actions."""

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

from fastapi import Response

from api.operations.history import Steps
from api.records.answering import Routes, Taken
from api.requests.answers import Listed, Made, Nothing, Row, Shape
from api.requests.values import form_of
from domain.records import Action


class Declared(NamedTuple):
    """A route of every kind: its name and what it does, in which a kind puts its own words; its method
    and path, what answers it, and what that takes.
    """

    name: str
    says: str
    method: str
    path: str
    answer: Callable[..., Response]
    takes: tuple[str, ...] = ()
    shape: Callable[[Routes], Shape] = lambda routes: Row(routes.model)
    status: int = 200
    is_heavy: bool = False
    for_writers: bool = False


TABLE: Final = (
    Declared(
        "create_{one}",
        "Make a new {word}.",
        "POST",
        "",
        Routes.create,
        ("whole",),
        shape=lambda routes: routes.told,
        status=201,
    ),
    Declared(
        "create_{many}",
        "Make several {words}: all of them, or none. What is refused for one of them says `at` which "
        "place.",
        "POST",
        "/batch",
        Routes.create_all,
        ("several",),
        shape=lambda routes: Made(routes.made),
        status=201,
        is_heavy=True,
    ),
    Declared(
        "list_{many}",
        "List the {words} in use; with `include_deleted`, for who may change them, all there are.",
        "GET",
        "",
        Routes.list,
        ("deleted",),
        shape=lambda routes: Listed(routes.listing),
    ),
    Declared("get_{one}", "Show a {word}.", "GET", "/{{{id}}}", Routes.get, ("id",)),
    Declared(
        "show_{one}_history",
        "Show what happened to a {word} `after` a version: when, by whom, from what to what. With "
        "`has_more` it goes on after the last.",
        "GET",
        "/{{{id}}}/history",
        Routes.history,
        ("id", "after"),
        shape=lambda _: Made(Steps),
        is_heavy=True,
        for_writers=True,
    ),
    Declared(
        "change_{one}",
        "Change a {word} as a whole.",
        "PUT",
        "/{{{id}}}",
        Routes.change,
        ("id", "whole"),
        shape=lambda routes: routes.told,
    ),
    Declared(
        "change_part_of_{one}",
        "Change what is named of a {word} (RFC 7396): what is null is taken away.",
        "PATCH",
        "/{{{id}}}",
        Routes.change_part,
        ("id", "part"),
        shape=lambda routes: routes.told,
    ),
    Declared(
        "remove_{one}",
        "Use a {word} no longer. It can be restored for thirty days.",
        "DELETE",
        "/{{{id}}}",
        Routes.remove,
        ("id",),
        shape=lambda _: Nothing(),
        status=204,
    ),
    Declared(
        "restore_{one}",
        "Use a removed {word} again, as it was.",
        "POST",
        "/{{{id}}}/restoration",
        Routes.restore,
        ("id",),
    ),
)


def declared(routes: Routes) -> Iterator[Declared]:
    """Return the routes of a kind, those of its own actions last."""
    kind = routes.kind
    words = {
        "one": kind.one.replace("-", "_"),
        "many": kind.many.replace("-", "_"),
        "word": kind.words,
        "words": kind.many.replace("-", " "),
        "id": routes.taken["id"].name,
    }
    for route in TABLE:
        named = (getattr(route, field).format(**words) for field in ("name", "says", "path"))
        yield route._replace(**dict(zip(("name", "says", "path"), named, strict=True)))
    for path, action in kind.actions.items():
        if not action.by_us:
            yield _acting(routes, path, action)


def _acting(routes: Routes, path: str, action: Action) -> Declared:
    name = re.sub("(?<!^)(?=[A-Z])", "_", action.command.__name__).lower()
    routes.taken[name] = Taken("body", "body", form_of(action.command, {}, without=("id",)))
    where = f"/{{{routes.taken['id'].name}}}/{path}"

    def act(routes: Routes, **given: Any) -> Response:
        return routes.act(action.command, **given)

    return Declared(name, f"{action.decide.__doc__}", "POST", where, act, ("id", name))
