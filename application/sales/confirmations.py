"""Whoever submits a form that asks for it says a second time, by a link in a mail, that they want to hear
from the business. The link says nothing of them, is good as long as the submission waits, and opens a page
with a button: programs that look through mails follow links, and press nothing.
"""

import hmac
from typing import Any, Final, TypeVar
from urllib.parse import urlencode

from application.operations.jobs import Handled, Handlers, Job, Skipped
from application.processes.effects.sales import SendConfirmation
from application.scheduling.mails import (
    ConfirmationMail,
    History,
    Letters,
    Mailer,
    MailRefusedError,
    language_of,
    state_of,
)
from domain.aggregate import Aggregate
from domain.business.tenants import TENANT, stream_of
from domain.sales.forms import FORMS, Form
from domain.sales.submissions import SUBMISSION, FormSubmitted, SubmissionStatus
from domain.values import FormId, SubmissionId, TenantId, keyed_id

S = TypeVar("S")

PATH: Final = "/f/{form_id}/confirm"


def key_of(submission_id: SubmissionId, pepper: bytes) -> str:
    """Return what only who reads the mail can know."""
    return keyed_id("confirmation", submission_id, pepper)


def is_key(key: str, submission_id: SubmissionId, pepper: bytes) -> bool:
    """Whether somebody has read the mail."""
    return hmac.compare_digest(key.encode(), key_of(submission_id, pepper).encode())


def visitor_of(submission_id: SubmissionId, pepper: bytes) -> str:
    """Return by what somebody who has filled a form in is known again, wherever that is kept. It is of another
    text than the key, since both are told: who knows one of them knows nothing of the other.
    """
    return keyed_id("visitor", f"visitor/{submission_id}", pepper)


def is_visitor(visitor: str, submission_id: SubmissionId, pepper: bytes) -> bool:
    """Whether somebody was told so when they filled it in."""
    return hmac.compare_digest(visitor.encode(), visitor_of(submission_id, pepper).encode())


class Confirmations:
    """Carries out the effect that mails the link. It begins with the address under which people reach us."""

    def __init__(
        self, history: History, letters: Letters, mailer: Mailer, pepper: bytes, public_url: str
    ) -> None:
        self._history = history
        self._letters = letters
        self._mailer = mailer
        self._pepper = pepper
        self._public_url = public_url.rstrip("/")

    @property
    def handlers(self) -> Handlers:
        """Which method carries out which effect."""
        return {SendConfirmation: self.send}

    def send(self, effect: SendConfirmation, job: Job) -> Handled:
        """Mail the link to whoever still can follow it."""
        tenant = TenantId(job.tenant)
        submission = self._present(SUBMISSION, tenant, effect.submission_id)
        submitted, contact = submission.submitted, None
        if submitted is not None and submission.status is SubmissionStatus.UNCONFIRMED:
            contact = submitted.contact
        if submitted is None or contact is None or contact.email is None:
            return Skipped("there is nothing to confirm any more")
        try:
            mail = self._mail(tenant, submitted, contact.email)
            self._mailer.send(self._letters.write_confirmation(mail), str(job.id))
        except MailRefusedError:  # strangers type what they like: nothing for operators
            return Skipped("no mail can be sent to what was typed")
        return None

    def _mail(self, tenant: TenantId, submitted: FormSubmitted, email: str) -> ConfirmationMail:
        business = self._present(TENANT, tenant, stream_of(tenant)).business
        form: Form | None = self._present(FORMS.aggregate, tenant, submitted.form_id).values
        language = language_of(submitted.language, business.language if business else None)
        title = form.title.said_in(language) if form and form.title else None
        return ConfirmationMail(
            tenant=tenant,
            submission_id=submitted.submission_id,
            email=email,
            business=business.name if business else "",
            language=language,
            title=title,
            link=self._link(submitted.form_id, submitted.submission_id),
        )

    def _link(self, form_id: FormId, submission_id: SubmissionId) -> str:
        asked = {"submission": submission_id, "key": key_of(submission_id, self._pepper)}
        return f"{self._public_url}{PATH.format(form_id=form_id)}?{urlencode(asked)}"

    def _present(self, aggregate: Aggregate[S, Any], tenant: TenantId, stream: str) -> S:
        return state_of(aggregate, self._history(tenant, stream))
