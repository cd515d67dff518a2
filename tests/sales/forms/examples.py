"""One example of each message about submissions; a test states only what differs."""

from datetime import UTC, datetime
from typing import Final

from domain.sales.answers import Answer
from domain.sales.leads import Touch, lead_of
from domain.sales.questions import Asks, Fills
from domain.sales.submissions import (
    ConfirmSubmission,
    CountVisit,
    DiscardSubmission,
    FormSubmitted,
    ReleaseSubmission,
    SubmissionConfirmed,
    SubmissionDiscarded,
    SubmissionReleased,
    SubmissionStatus,
    SubmitForm,
)
from domain.values import ClientId, Contact, FormId, IdentityId, SubmissionId

form_id: Final = FormId("form-0198c0de-0000-7000-8000-000000000001")
submission_id: Final = SubmissionId("submission-0198c0de-0000-7000-8000-000000000002")
earlier_id: Final = SubmissionId("submission-0198c0de-0000-7000-8000-000000000001")
client_id: Final = ClientId("client-0198c0de-0000-7000-8000-000000000001")
lead_id: Final = lead_of(client_id)
now: Final = datetime(2026, 12, 1, 8, tzinfo=UTC)
zoe: Final = Contact(name="Zoé Dupont", email="zoe@example.org", language="fr")
identities: Final = (IdentityId("identity-0198c0de-0000-5000-8000-000000000001"),)
answers: Final = (
    Answer(key="name", asks=Asks.TEXT, label="Votre nom", values=("Zoé Dupont",), fills=Fills.NAME),
    Answer(
        key="email",
        asks=Asks.EMAIL,
        label="Votre adresse",
        values=("zoe@example.org",),
        fills=Fills.EMAIL,
    ),
)

submit_form: Final = SubmitForm(
    submission_id=submission_id,
    earlier_id=earlier_id,
    form_id=form_id,
    version=1,
    language="fr",
    answers=answers,
    contact=zoe,
    identities=identities,
    seed=client_id,
    touch=Touch(source="instagram"),
)
release_submission: Final = ReleaseSubmission(submission_id=submission_id)
confirm_submission: Final = ConfirmSubmission(submission_id=submission_id)
count_visit: Final = CountVisit(submission_id=submission_id, day=now.date())
discard_submission: Final = DiscardSubmission(submission_id=submission_id)

form_submitted: Final = FormSubmitted(
    submission_id=submission_id,
    form_id=form_id,
    form_version=1,
    at=now,
    language="fr",
    status=SubmissionStatus.ACCEPTED,
    answers=answers,
    contact=zoe,
    guest_identities=identities,
    touch=Touch(source="instagram", form_id=form_id),
    lead_id=lead_id,
    client_id=client_id,
)
submission_released: Final = SubmissionReleased(
    submission_id=submission_id, at=now, lead_id=lead_id, client_id=client_id
)
submission_confirmed: Final = SubmissionConfirmed(
    submission_id=submission_id, at=now, lead_id=lead_id, client_id=client_id
)
submission_discarded: Final = SubmissionDiscarded(
    submission_id=submission_id, streams=(submission_id,)
)
