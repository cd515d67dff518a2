"""Payments, for those who ask: who takes them here, and what somebody who comes back from a page has done there."""

from collections.abc import Sequence
from uuid import uuid5

import msgspec

from application.money.charging import Standing
from application.money.practice import Act, PracticeBook, PracticePageNotFound
from application.operations.jobs import Dispatch
from application.ports import About
from domain.money.payments import ProviderNotAvailable
from domain.values import FRONTDESK


class PaymentsDesk:
    """`providers` are those who take payments here, the first of them by default; `practice` is one of them only where
    one practises.
    """

    def __init__(
        self, dispatch: Dispatch, providers: Sequence[str], practice: PracticeBook | None
    ) -> None:
        self._dispatch = dispatch
        self._providers = providers
        self._practice = practice

    def provider(self) -> str:
        """Return who takes payments. Raises ProviderNotAvailable."""
        if not self._providers:
            raise ProviderNotAvailable
        return self._providers[0]

    def page(self, token: str) -> Standing:
        """Return what a page is about. Raises PracticePageNotFound."""
        return self._book.of(token)[1]

    def play(self, token: str, act: Act) -> Standing:
        """Play who pays. Raises PracticePageNotFound."""
        return self._book.play(token, act)

    def came_back(self, token: str) -> Standing:
        """Take in how it stands, be it that the provider has told it already. Raises PracticePageNotFound."""
        tenant, standing = self._book.of(token)
        report = standing.report()
        said = msgspec.json.encode(report).decode()
        id_ = uuid5(FRONTDESK, f"{tenant}/came-back/{said}")
        about = About(tenant=tenant, actor="payer", command_id=id_, retried=True)
        self._dispatch(report, about)
        return standing

    @property
    def _book(self) -> PracticeBook:
        if self._practice is None:
            raise PracticePageNotFound
        return self._practice
