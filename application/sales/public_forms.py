"""Whose a form is, for whoever is asked by its id alone: nobody who fills one in has a tenant."""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain
from typing import Protocol

from application.transact import Changes
from domain.sales.forms import FORMS
from domain.values import FormId, TenantId


class PublicForms(Protocol):
    """Known of all businesses."""

    def note(self, form_ids: Sequence[FormId], tenant: TenantId) -> None:
        """Note whose these forms are. Whose one is by now, it stays."""

    def whose(self, form_id: FormId) -> TenantId | None:
        """Return whose it is."""


def note_of(changes: Changes, tenant: TenantId, forms: PublicForms) -> Callable[[], None] | None:
    """Return what notes whose the forms are that come to be by these changes, if there are any."""
    events = chain.from_iterable(changes.values())
    made = [FormId(each.id) for each in events if isinstance(each, FORMS.created)]
    return partial(forms.note, made, tenant) if made else None
