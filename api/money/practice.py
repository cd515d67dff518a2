"""The page of the practice provider, where one plays who pays: without JavaScript, in French and in English.

It is there only where one practises. Whoever has paid is sent back to us, and we ask how the payment stands, whether we
were called about it by then or not.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Final, Literal

from fastapi import Header, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from api.backend import Backend
from api.business.auth import PUBLIC
from api.money.html import problem, shown
from api.problems.words import language
from api.requests.answers import answers
from api.web.door import COUNTED
from api.web.routing import Router
from application.money.desk import PaymentsDesk
from application.money.practice import Act
from domain.messages import DomainError

Token = Annotated[str, Path(pattern="^[0-9A-Za-z_-]{32}$")]
Wanted = Annotated[Literal["en", "fr"] | None, Query(alias="language")]
Spoken = Annotated[str, Header(alias="accept-language", max_length=1_000)]

SEE_OTHER: Final = 303
HTML: Final[Mapping[str, Any]] = {
    "dependencies": [COUNTED],
    "response_class": HTMLResponse,
    "openapi_extra": PUBLIC,
    "include_in_schema": False,
}

router: Final = Router(prefix="/practice", tags=["payments"])


@router.get("/{token}", **HTML)
@answers()
def show_practice_page(
    token: Token, request: Request, wanted: Wanted = None, spoken: Spoken = ""
) -> Response:
    """Ask whoever plays what they would do."""
    tongue = wanted or language(spoken)
    return _in_html(tongue, lambda: shown(token, _desk(request).page(token), tongue))


@router.get("/{token}/return", **HTML)
@answers()
def come_back(
    token: Token, request: Request, wanted: Wanted = None, spoken: Spoken = ""
) -> Response:
    """Take in what was done there, and say it to whoever comes back."""
    tongue = wanted or language(spoken)
    return _in_html(tongue, lambda: shown(token, _desk(request).came_back(token), tongue))


@router.post("/{token}/{act}", **HTML)
@answers()
def play_payer(
    token: Token, act: Act, request: Request, wanted: Wanted = None, spoken: Spoken = ""
) -> Response:
    """Do as whoever plays would, and send them back to where they came from."""
    tongue = wanted or language(spoken)

    def played() -> Response:
        _desk(request).play(token, act)
        return RedirectResponse(f"/practice/{token}/return?language={tongue}", SEE_OTHER)

    return _in_html(tongue, played)


def _desk(request: Request) -> PaymentsDesk:
    backend: Backend = request.app.state.backend
    return backend.payments


def _in_html(tongue: str, answer: Callable[[], Response]) -> Response:
    """Answer people, also with why it is refused."""
    try:
        return answer()
    except DomainError as refusal:
        return problem(refusal, tongue)
