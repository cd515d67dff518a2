"""Who sends a request, and what they may do with it: the one thing a route asks for.

@router.post("/{booking_id}/confirmation")
def confirm_booking(booking_id: BookingPath, caller: May[Permission.BOOKINGS_WRITE]) -> Response:
return caller.changed(BOOKINGS, booking_id, ConfirmBooking(booking_id=booking_id))
"""

from collections.abc import Sequence
from uuid import UUID

from fastapi import Response
from msgspec.structs import replace
from uuid_utils import uuid7

from api.problems.refusals import BodyTooLarge
from api.requests.asker import JSON, Asker
from api.requests.conditions import command_id, fingerprint, idempotency_key, trace_of, version_seen
from api.requests.preferences import CONSISTENCY
from api.web.bodies import text_of
from api.web.marks import RECORDED
from api.web.sizes import ANYTHING
from application.ports import (
    About,
    Answer,
    Document,
)
from application.reach import NotFound
from application.transact import Together
from domain.messages import Command
from projections.read_model import ReadModel

__all__ = ["JSON", "Caller", "new_id"]


class Caller(Asker):
    """The sender of one request: what they order is recorded under their name."""

    __slots__ = ()

    def order(
        self,
        command: Command,
        *,
        on: str | None = None,
        seen: int | None = None,
        fresh: str | None = None,
    ) -> Answer:
        """Have a command carried out. `on` is the stream that If-Match speaks of, and `seen` what
        it would say if there were none; `fresh` an id that was made for this command.
        """
        answer = self.backend.dispatch(command, self.about(on, seen, fresh))
        self.request.scope[RECORDED] = True
        return answer

    def order_also(self, command: Command) -> Answer:
        """Have a second thing carried out for the same request, under an id of its own."""
        also = self.about()
        return self.backend.dispatch(
            command,
            replace(also, command_id=UUID(int=uuid7().int), retried=False, fingerprint=None),
        )

    def created(
        self, model: ReadModel, key: str, command: Command, *, where: str, fresh: bool = True
    ) -> Response:
        """Have something made, and answer 201 with it."""
        answer = self.order(command, fresh=key if fresh else None)
        key = _first_made(model, answer) if answer.repeated else key
        response = self.answered(model, key, answer, 201)
        response.headers["Location"] = f"{where}/{key}"
        return response

    def changed(
        self,
        model: ReadModel,
        key: str,
        command: Command,
        *others: Command,
        seen: int | None = None,
    ) -> Response:
        """Have something changed by one command, or by several together or not at all, and answer
        200 with it as it is now.
        """
        whole = Together(commands=(command, *others)) if others else command
        answer = self.order(whole, on=key, seen=seen)
        return self.answered(model, key, answer, 200)

    def answered(self, model: ReadModel, key: str, answer: Answer, status: int) -> Response:
        """Answer with a row as a command left it."""
        document = self._covered(model, key, self._after(model, key, answer))
        if document is None:
            raise NotFound
        headers = self.marks(answer)
        headers["ETag"] = f'"{document.version}"'
        return Response(document.json, status, headers, JSON)

    def made(self, model: ReadModel, answer: Answer) -> Sequence[bytes]:
        """Return the rows that a command made, in their order, as it left them."""
        kind = f"{model.owner}-"
        keys = [p.stream for p in answer.recorded if p.version == 1 and p.stream.startswith(kind)]
        rows = (self._covered(model, key, self._after(model, key, answer)) for key in keys)
        return [row.json for row in rows if row is not None]

    def done(self, answer: Answer) -> Response:
        """Answer without a body."""
        return Response(status_code=204, headers=self.marks(answer))

    def _after(self, model: ReadModel, key: str, answer: Answer) -> Document | None:
        """Return the row as this command left it: also when it is answered a second time."""
        mine = [past for past in answer.recorded if past.stream == key]
        read_models = self.backend.read_models
        if mine and mine[0].version == 1:
            return read_models.fold(model, key, mine)
        if mine:
            return read_models.folded(self.tenant, model, key, to_version=mine[-1].version)
        return read_models.folded(self.tenant, model, key)

    def marks(self, answer: Answer) -> dict[str, str]:
        """Return the headers that say what a command did. Those of another answer are not for copying:
        among them is its length.
        """
        position, positions = str(answer.position), self.backend.positions
        token = positions.sealed(CONSISTENCY, self.tenant, position, answer.bookmark)
        marks = {"Consistency-Token": token}
        if answer.repeated:
            marks["Idempotent-Replayed"] = "true"
        return marks

    def about(
        self, on: str | None = None, seen: int | None = None, fresh: str | None = None
    ) -> About:
        """Say who orders something, by what right, and with which request."""
        request = self.request
        key = self.key
        version = None if on is None else version_seen(request, otherwise=seen)
        whose = (self.tenant, self.known_as, request.scope["route"].path)
        return About(
            tenant=self.tenant,
            actor=self.principal.user_id,
            command_id=command_id(key, *whose),
            retried=key is not None,
            fingerprint=None if key is None else self._fingerprint(),
            trace=trace_of(request.headers),
            if_match=(on, version) if on is not None and version is not None else None,
            fresh=fresh,
            leave=self.leave,
        )

    @property
    def key(self) -> str | None:
        """Return under which key it is to be done once. Raises IdempotencyKeyInvalid."""
        return idempotency_key(self.request.headers)

    @property
    def known_as(self) -> str:
        """Return whose an Idempotency-Key is."""
        return self.principal.user_id

    def _fingerprint(self) -> str:
        return fingerprint(self.request, self._body or b"", self.backend.pepper)

    @property
    def body(self) -> bytes:
        """What was sent."""
        return self._body or b""

    def raw(self, field: str) -> str | None:
        """Return a field of the body as the very text that was sent; None when it is not there.
        Raises BodyTooLarge.
        """
        text = text_of(field, self._body or b"{}")
        if text is not None and len(text.encode()) > ANYTHING:
            raise BodyTooLarge(field=field, most_bytes=ANYTHING)
        return text


def _first_made(model: ReadModel, answer: Answer) -> str:
    """Return the id that a repeated command made the first time: it was minted anew for this one."""
    made = (past.stream for past in answer.recorded if past.version == 1)
    return next((stream for stream in made if stream.startswith(f"{model.owner}-")), "")


def new_id(kind: str) -> str:
    """Make an id: the kind and a UUID of version 7, so that ids sort by time."""
    return f"{kind}-{uuid7()}"
