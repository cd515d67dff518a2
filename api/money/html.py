"""The page of the practice provider, in HTML."""

from functools import cache
from pathlib import Path
from typing import Final

from fastapi import Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, select_autoescape

from api.problems.statuses import status_of
from api.problems.words import said_in
from application.money.charging import Standing
from application.money.practice import is_over, is_paid
from domain.messages import DomainError
from domain.money.currencies import in_digits

POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'self'"
HEADERS: Final = {"Content-Security-Policy": POLICY, "Vary": "Accept-Language"}


def shown(token: str, standing: Standing, language: str) -> Response:
    """Answer with how a payment stands, and what can be done about it."""
    amount = in_digits(standing.amount.amount, standing.amount.currency)
    text = _template().render(
        language=language,
        other="fr" if language == "en" else "en",
        where=f"/practice/{token}",
        amount=f"{amount} {standing.amount.currency}",
        is_paid=is_paid(standing),
        is_over=is_over(standing),
        last=standing.attempts[-1].reason if standing.attempts else None,
        problem=None,
    )
    return HTMLResponse(text, headers=HEADERS)


def problem(refusal: DomainError, language: str) -> Response:
    """Answer with why something is refused."""
    title, detail = said_in(language, type(refusal))
    status, headers = status_of(refusal)
    text = _template().render(language=language, problem=title, detail=detail)
    return HTMLResponse(text, status, {**headers, **HEADERS})


@cache
def _template() -> Template:
    here = FileSystemLoader(Path(__file__).parent)
    shown_in = Environment(
        loader=here,
        autoescape=select_autoescape(["j2"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return shown_in.get_template("practice.html.j2")
