"""Who sends a request, and what they may ask: within their reach, and no older than what they have."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from datetime import datetime
from typing import Any, Final, TypeVar

from fastapi import Request, Response
from psycopg import Connection

from api.backend import Backend
from api.requests.moments import AS_OF, moment_of
from api.requests.preferences import Preferences, preferences, prefers_async
from api.requests.reach import as_shown, covers, owner_in, within
from api.web.marks import mark
from application.business.tenants import country_of
from application.conversations.reach import is_seen as takes_part
from application.files.owners import is_seen, same_as
from application.patience import IN_ALL, left
from application.permissions import Permission, PermissionMissing, Principal, Reach
from application.ports import (
    LAST_VERSION,
    Bookmark,
    Changed,
    Document,
    Moment,
    ProjectionBehind,
    ProjectionParked,
    Steps,
)
from application.reach import Leave, NotFound, refuse_outdated
from application.transact import Past
from domain.conversations.threads import THREAD
from domain.values import kind_of
from projections.paging import MOST_BYTES, Watched, Within
from projections.read_model import ReadModel

T = TypeVar("T")

JSON: Final = "application/json"
READING: Final = frozenset({"GET", "HEAD"})
"""In place of a version: the one that there is."""


class Asker:
    """The sender of one request, as far as they ask."""

    __slots__ = (
        "_body",
        "_bookmark",
        "_country",
        "_owners",
        "_preferences",
        "backend",
        "heavy",
        "permission",
        "principal",
        "request",
    )

    def __init__(
        self,
        request: Request,
        principal: Principal,
        permission: str,
        body: bytes | None,
        *,
        heavy: bool = False,
    ) -> None:
        self.request = request
        self.backend: Backend = request.app.state.backend
        self.principal = principal
        self.permission = permission
        self.heavy = heavy
        self._body = body
        self._preferences: Preferences | None = None
        self._bookmark: Bookmark | None = None
        self._country: str | None = None
        self._owners: Sequence[str] = ()

    # --- Who ----------------------------------------------------------------------------

    @property
    def tenant(self) -> str:
        """The tenant in whose name everything is done."""
        return self.principal.tenant_id

    @property
    def reach(self) -> Reach:
        """How far the permission of this route goes for them."""
        return self.principal.reach(self.permission)

    def refuse_outdated(self) -> None:
        """Look them up in the log. Raises StandingChanged, if they are not what their token says."""
        self.ask(lambda past: refuse_outdated(self.principal, past))

    def refuse_clients(self) -> None:
        """What the business decides is not for its clients, whatever there is. Raises PermissionMissing."""
        if self.principal.is_client:
            raise PermissionMissing(permission=self.permission)

    @property
    def leave(self) -> Leave | None:
        """By what right they order something; None where what they order says itself what they may."""
        return Leave(principal=self.principal, permission=self.permission)

    @property
    def thing(self) -> str | None:
        """What an order is about, by its address: orders about one thing take turns."""
        if self.request.method in READING:
            return None
        named = next(iter(self.request.path_params.values()), None)
        return None if named is None else f"{self.tenant}/{named}"

    @property
    def now(self) -> datetime:
        """The time."""
        return self.backend.clock()

    @property
    def country(self) -> str:
        """The country of their business, of which a phone number is that names none: looked up once."""
        if self._country is None:
            known = self.ask(lambda past: country_of(self.principal.tenant_id, past))
            self._country = known or self.backend.default_region
        return self._country

    @property
    def preferences(self) -> Preferences:
        """What they say in Prefer and Consistency-Token."""
        if self._preferences is None:
            self._preferences = preferences(
                self.request.headers, self.backend.positions, self.tenant
            )
        return self._preferences

    @property
    def prefers_async(self) -> bool:
        """Whether they would rather have long work become an operation than wait for it."""
        return prefers_async(self.request.headers)

    @property
    def bookmark(self) -> Bookmark:
        """Where their log ends: to be asked for behind whatever an answer shows."""
        if self._bookmark is None:
            self._bookmark = self.backend.positions.latest(self.tenant)
        return self._bookmark

    # --- Asking -------------------------------------------------------------------------

    def ask(self, question: Callable[[Past], T]) -> T:
        """Ask what a decision would be made by at this moment."""
        return self.backend.ask(self.tenant, question)

    @contextmanager
    def asking(
        self, model: ReadModel, *also: ReadModel, at_least: int = 0
    ) -> Iterator[tuple[Connection[Any], Within]]:
        """Lend a connection on which a read model shows at least what they have written, and say
        within what of it they may ask. Others that are asked `also` have to be within reach as a whole.
        What is asked `at_least` has been seen, however lenient they are.
        """
        reach, models = within(self.principal, model, self._owners), [model, *also]
        for other in also:
            if within(self.principal, other) != Within():
                raise PermissionMissing(permission=self.permission)
        ask, wishes = self.backend.read_models.asking, self.preferences
        wait = left(wishes.wait, IN_ALL)
        fresh = ask(self.tenant, models, at_least=max(wishes.at_least, at_least), wait=wait)
        lenient = wishes.lenient and not at_least
        with self._leniently(models, fresh) if lenient else fresh as connection:
            yield connection, reach

    @contextmanager
    def _leniently(
        self, models: Sequence[ReadModel], fresh: AbstractContextManager[Connection[Any]]
    ) -> Iterator[Connection[Any]]:
        with ExitStack() as stack:
            try:
                connection = stack.enter_context(fresh)
            except (ProjectionBehind, ProjectionParked):
                mark(self.request.scope, b"consistency", b"stale")
                stale = self.backend.read_models.asking(self.tenant, models)
                connection = stack.enter_context(stale)
            yield connection

    def watched(self, models: Sequence[ReadModel]) -> Watched:
        """Return what tells whether a page shows all that has happened. It is asked before anything is lent."""
        known = self.backend.read_models.known(models)
        return Watched([model.name for model in models], known)

    def moment(self, connection: Connection[Any], models: Sequence[ReadModel]) -> Moment | None:
        """Return what happened last in their business, if these read models have seen it, and it is no less
        than what they have. It is asked before the list is, on the same connection.
        """
        return self.no_less(self.backend.read_models.moment(connection, self.tenant, models))

    def no_less(self, moment: Moment | None) -> Moment | None:
        """Return a moment, if all that they have seen had happened by then."""
        seen = self.preferences.at_least
        return None if moment is None or moment.position < seen else moment

    def touched(self, model: ReadModel, *, since: Moment, most: int) -> Changed:
        """Return which rows were touched since then. Raises PositionUnknown; and PermissionMissing for who
        is kept to some of them: they would be told of others that they changed.
        """
        if within(self.principal, model) != Within():
            raise PermissionMissing(permission=self.permission)
        return self.backend.read_models.changed(self.tenant, model, since=since, most=most)

    def document(self, model: ReadModel, key: str) -> Document:
        """Return a row within reach, as it was if they ask so with `?as_of=`. Raises NotFound: what is
        others' does not exist for them.
        """
        found = self.found(model, key)
        if found is None:
            raise NotFound
        return found

    def found(self, model: ReadModel, key: str) -> Document | None:
        """Return the same; None when there is no such row within reach."""
        if self.asks_of_the_past:
            row = self._as_of(model, key, self.request.query_params[AS_OF])
        else:
            wishes = self.preferences
            wait = left(wishes.wait, IN_ALL)
            ask = self.backend.read_models.row
            row = ask(self.tenant, model, key, at_least=wishes.at_least, wait=wait)
        return self._covered(model, key, row)

    def folded(self, model: ReadModel, key: str, *, to_version: int = LAST_VERSION) -> Document:
        """Return a row within reach as the log has it at this moment, or had it at a version."""
        row = self.backend.read_models.folded(self.tenant, model, key, to_version=to_version)
        found = self._covered(model, key, row)
        if found is None:
            raise NotFound
        return found

    def steps(self, model: ReadModel, key: str, *, after: int) -> Steps:
        """Return what happened behind a version to what a row within reach shows, and what it changed, as
        far as it fits into an answer.
        """
        self.document(model, key)
        ask = self.backend.read_models.steps
        return ask(self.tenant, model, key, after=after, most_bytes=MOST_BYTES)

    def _covered(self, model: ReadModel, key: str, row: Document | None) -> Document | None:
        if not covers(self.principal, model, key, row and row.json) or row is None:
            return None
        owner = owner_in(model, row.json)
        if owner is not None and not self.sees(owner):
            return None
        return row._replace(json=as_shown(self.principal, model, row.json))

    def sees(self, owner_id: str) -> bool:
        """Whether they see a thing that others follow: a conversation, or what may have files."""
        if kind_of(owner_id) == THREAD.kind:
            return self.ask(lambda past: takes_part(owner_id, self.principal, past))
        return self.ask(lambda past: is_seen(self.principal, owner_id, past))

    def sees_also(self, owners: Sequence[str]) -> None:
        """Ask for what is of these things from now on: that they see them is known."""
        self._owners = owners

    def look_at(self, owner_id: str) -> None:
        """Ask for what is of this thing from now on; of a client, of all their records. Raises NotFound, if
        they see no such thing.
        """
        if not self.sees(owner_id):
            raise NotFound
        self._owners = self.ask(lambda past: same_as(owner_id, past))

    @property
    def asks_of_the_past(self) -> bool:
        """Whether they want to see something as it was."""
        return self.request.method == "GET" and AS_OF in self.request.query_params

    def _as_of(self, model: ReadModel, key: str, moment: str) -> Document | None:
        if not self.principal.may(Permission.HISTORY_READ):
            raise PermissionMissing(permission=Permission.HISTORY_READ)
        asked = moment_of(moment)
        if isinstance(asked, Bookmark):
            at: int | datetime = self.backend.positions.named(self.tenant, asked)
        else:
            at = asked
        return self.backend.read_models.row_as_of(self.tenant, model, key, at)

    def shown(self, model: ReadModel, key: str) -> Response:
        """Answer 200 with a row, or 304 when they have it already."""
        return self.show(self.document(model, key))

    def show(self, document: Document) -> Response:
        """Answer 200 with a document, or 304 when they have it already."""
        headers = self.tags(document)
        if self.request.headers.get("if-none-match") == headers["ETag"]:
            return Response(status_code=304, headers=headers)
        return Response(document.json, 200, headers, JSON)

    def tags(self, document: Document) -> dict[str, str]:
        """Return the headers that say which version a document is, and where it is from."""
        headers = {"ETag": f'"{document.version}"'}
        if document.from_log:
            headers["Consistency"] = "stream"
        return headers
