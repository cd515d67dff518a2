"""Ours: strangers fill a form in, and leads are listed, beside as many as there were before: `leads.py LEADS DSN`.

As in `over_http.py`: `frontdesk serve`, and `frontdesk work` beside it, which keeps up and tells the owner.
"""

import sys
from itertools import count
from typing import Final
from urllib.request import urlopen
from uuid import uuid4

import msgspec
from msgspec.structs import replace

from adapters.postgres.limits import LIMITS
from application.ports import About
from domain.messages import Command
from domain.records import CreateRecord
from domain.sales.forms import FORMS
from domain.sales.submissions import SubmitForm
from domain.values import Contact, FormId, SubmissionId
from infra.bench.http_load import load, request
from infra.bench.http_server import free_port, running_beside, serving
from infra.bench.ours.history import TENANT, numbered
from infra.bench.ours.many_leads import grow, plant
from infra.bench.ours.salon import OWNER, open_salon, token
from infra.bench.ours.system import FRONTDESK, SERVED, system
from infra.bench.people import asked_for, stranger
from infra.bench.rounds import Tally, answer_rounds
from infra.composition import System
from projections import READ_MODELS

LEADS: Final = int(sys.argv[-2])
FORM: Final = FormId(numbered("form", 0))

port = free_port()
numbers = count()
headers: dict[str, str] = {}
stamp: dict[str, str] = {}


def submit(*, connections: int, seconds: float) -> Tally:
    """Be somebody new each time, who is a lead with a score and a task when it is answered."""
    return load(port, next_submission, connections=connections, seconds=seconds, status=201)


def list_50(*, connections: int, seconds: float) -> Tally:
    return load(port, next_list, connections=connections, seconds=seconds)


def next_submission() -> bytes:
    filled_in = {"answers": stranger(next(numbers)), "decoy": "", **stamp}
    once = {"Idempotency-Key": str(uuid4())}
    return request("POST", f"/v1/lead-forms/{FORM}/submit", once, filled_in)


def next_list() -> bytes:
    return request("GET", f"/v1/leads?{asked_for(next(numbers))}", headers)


def prepare() -> str:
    """Make the business, its form and its leads; return the owner's token."""
    with (
        system(*READ_MODELS) as composed,
        composed.database.connect(None, "frontdesk bench", LIMITS.long) as connection,
    ):
        grow(connection, LEADS)
        open_salon(composed)
        _carry_out(composed, a_form())
        example = _carry_out(composed, a_submission())
        composed.runner.catch_up()
        plant(connection, LEADS, example)
        return token(composed)


def a_form() -> CreateRecord:
    form = replace(FORMS.examples[0], min_seconds=0, source="website")
    return CreateRecord(kind=FORMS.one, id=FORM, values=form)


def a_submission() -> SubmitForm:
    return SubmitForm(
        submission_id=SubmissionId(numbered("submission", 0)),
        earlier_id=SubmissionId(numbered("submission", 1)),
        form_id=FORM,
        version=1,
        language="en",
        answers=(),
        contact=Contact(name="Zoe Martin", email="zoe@example.org"),
        identities=(),
        seed="an example",
    )


def _carry_out(composed: System, order: Command) -> list[str]:
    """Return the ids of what something is recorded of."""
    answer = composed.dispatch(order, About(tenant=TENANT, actor=OWNER, command_id=uuid4()))
    return [past.stream for past in answer.recorded]


def _open() -> str:
    """Return what says that the form was opened now."""
    with urlopen(f"http://127.0.0.1:{port}/v1/lead-forms/{FORM}/public") as answer:
        return str(msgspec.json.decode(answer.read())["stamp"])


if __name__ == "__main__":
    headers["Authorization"] = f"Bearer {prepare()}"
    with (
        serving(port, [*FRONTDESK, "serve", "--port", str(port)], SERVED) as api,
        running_beside([*FRONTDESK, "work"], SERVED) as work,
    ):
        stamp["stamp"] = _open()
        answer_rounds({"submit": submit, "list": list_50}, [api, work])
