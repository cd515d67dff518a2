"""Pages for people: what each refusal means. The `type` of a problem document leads to one."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from fastapi import Header, Query, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from api.problems.documents import TYPE
from api.problems.facts import facts_of
from api.problems.refusals import ValidationFailed
from api.problems.refused import Refused
from api.problems.statuses import FAMILIES, number_of
from api.problems.words import ENGLISH, LANGUAGES, language, said_in
from api.requests.answers import answers, below
from api.web.door import COUNTED
from api.web.routing import Router
from application.reach import NotFound
from domain.messages import DomainError

Wanted = Annotated[Literal["en", "fr"] | None, Query(alias="language")]
Spoken = Annotated[str, Header(alias="accept-language", max_length=1_000)]
HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Vary": "Accept-Language",
}
SHOWN: Final[Mapping[str, Any]] = {
    "dependencies": [COUNTED],
    "response_class": HTMLResponse,
    "openapi_extra": {"security": []},
}

router: Final = Router(prefix=TYPE.rstrip("/"), tags=["problems"])


@router.get("", **SHOWN)
@answers(refuses=(ValidationFailed,))
def list_problems(wanted: Wanted = None, spoken: Spoken = "") -> Response:
    """List everything that is refused, for people."""
    tongue = wanted or language(spoken)
    rows = [(code, number_of(kind), said_in(tongue, kind)) for code, kind in _all().items()]
    heading = "Ce qui est refusé" if tongue == "fr" else "What is refused"
    return _page(tongue, heading=heading, kind=None, all=rows)


@router.get("/{code}", **SHOWN)
@answers(refuses=(NotFound, ValidationFailed))
def show_problem(code: str, wanted: Wanted = None, spoken: Spoken = "") -> Response:
    """Explain one refusal to people."""
    kind = _all().get(code)
    if kind is None:
        raise NotFound
    tongue = wanted or language(spoken)
    title, detail = said_in(tongue, kind)
    return _page(
        tongue,
        heading=title,
        kind=kind,
        detail=detail,
        status=number_of(kind),
        facts=sorted(facts_of(kind)),
    )


def _page(tongue: str, **said: Any) -> Response:
    other = next(each for each in (ENGLISH, *LANGUAGES) if each != tongue)
    text = _template().render(language=tongue, other=other, **said)
    return HTMLResponse(text, headers={**HEADERS, "Content-Language": tongue})


@cache
def _all() -> Mapping[str, type[DomainError]]:
    kinds = {kind.code: kind for kind in below(DomainError)}
    return {code: kinds[code] for code in sorted(kinds) if kinds[code] not in {*FAMILIES, Refused}}


@cache
def _template() -> Template:
    here = FileSystemLoader(Path(__file__).parent)
    shown = Environment(
        loader=here, autoescape=select_autoescape(["j2"]), undefined=StrictUndefined
    )
    return shown.get_template("page.html.j2")
