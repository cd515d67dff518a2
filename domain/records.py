"""Records: what a business keeps lists of, such as its taxes.

create ─► ACTIVE ⇄ remove / restore ⇄ REMOVED ─ purge, after thirty days ─► gone

Each kind of record is one file, such as `domain/money/taxes.py`: its values and a `Kind`. Its events,
refusals, use cases, read model, routes, permissions, topics and titles follow from the `Kind`.
"""

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, assert_never, cast

import msgspec
from msgspec.structs import replace

from domain.aggregate import Aggregate
from domain.business.users import Role
from domain.messages import Command, DomainError, Erasure, Event, Gone, Invalid, Missing, Value
from domain.values import derived_id

V = TypeVar("V", bound=Value)

RESTORABLE: Final = timedelta(days=30)
"""So long what was removed can be had again."""

NAMED: Final = 10
"""Of those who keep a record, so many are named."""

KNOWN: Final = 1_000
"""And so many are known by name, for there to be some to name when others have gone."""


# --- What may be asked ----------------------------------------------------------------


class CreateRecord(Command, frozen=True):
    """`claims` are what nobody else may have of these values: see `application/records.py`."""

    kind: str
    id: str
    values: Value
    claims: tuple[str, ...] = ()


class ChangeRecord(Command, frozen=True):
    """`base`: what the values are a part-changed form of; where that is another by now, they are stale."""

    kind: str
    id: str
    values: Value | None
    claims: tuple[str, ...] = ()
    base: Value | None = None


class CreateRecords(Command, frozen=True):
    """All of them, or none."""

    kind: str
    records: tuple[CreateRecord, ...]


class RemoveRecord(Command, frozen=True):
    kind: str
    id: str


class RestoreRecord(Command, frozen=True):
    kind: str
    id: str


class PurgeRecord(Command, frozen=True):
    """Ordered by a process, when it can be restored no more."""

    kind: str
    id: str


# --- What can happen ------------------------------------------------------------------


class Created(Event, Generic[V], frozen=True):
    id: str
    values: V
    claims: tuple[str, ...] = ()


class Changed(Event, Generic[V], frozen=True):
    id: str
    values: V
    claims: tuple[str, ...] = ()


class Removed(Event, frozen=True):
    id: str
    at: datetime | None = None


class Restored(Event, frozen=True):
    id: str


class Purged(Erasure, frozen=True):
    """What was personal in it is gone for good; and all of it, unless something refers to it."""

    id: str
    wholly: bool = True


class ValueClaimed(Event, frozen=True):
    claim_id: str
    owner: str


class ValueReleased(Event, frozen=True):
    claim_id: str
    owner: str


class ReferenceMade(Event, frozen=True):
    """`keeps`: what is referred to cannot be removed."""

    link_id: str
    target: str
    owner: str
    keeps: bool = False


class ReferenceLost(Event, frozen=True):
    link_id: str
    target: str
    owner: str
    keeps: bool = False


RecordEvent = Created[V] | Changed[V] | Removed | Restored | Purged
ClaimEvent = ValueClaimed | ValueReleased
LinkEvent = ReferenceMade | ReferenceLost

# --- Why it may be refused; each kind has refusals of its own besides -----------------


class NamedTwice(Invalid):
    """Something is named twice where once is enough."""


class ChangedMeanwhile(DomainError):
    """It was changed meanwhile, again and again. Please try once more."""


# --- What a decision needs to remember ------------------------------------------------


class Record(Value, Generic[V], frozen=True, kw_only=True):
    """`values` is None before it was created, and when it is `gone`."""

    values: V | None = None
    claims: tuple[str, ...] = ()
    active: bool = False
    removed_at: datetime | None = None
    shredded: bool = False
    gone: bool = False


def evolve(record: Record[V], event: RecordEvent[V]) -> Record[V]:
    match event:
        case Created(values=values, claims=claims) | Changed(values=values, claims=claims):
            return Record(values=values, claims=claims, active=True)
        case Removed(at=at):
            return Record(values=record.values, claims=record.claims, removed_at=at)
        case Restored():
            return Record(values=record.values, claims=record.claims, active=True)
        case Purged(wholly=wholly):
            return Record(gone=True) if wholly else replace(record, shredded=True)
        case _:
            assert_never(event)


class Claim(Value, frozen=True):
    owner: str | None = None


def evolve_claim(_: Claim, event: ClaimEvent) -> Claim:
    match event:
        case ValueClaimed(owner=owner):
            return Claim(owner)
        case ValueReleased():
            return Claim()
        case _:
            assert_never(event)


CLAIM = Aggregate(kind="claim", initial=Claim(), evolve=evolve_claim)


class Links(Value, frozen=True, kw_only=True):
    """How many refer to one record, and how many of them keep it; `some` of those. They are counted,
    not kept: a tax may be that of a hundred thousand products. Who refers to what stands in each of them.
    """

    owners: int = 0
    keepers: int = 0
    some: tuple[str, ...] = ()


def evolve_links(links: Links, event: LinkEvent) -> Links:
    match event:
        case ReferenceMade(owner=owner, keeps=keeps):
            some = (*links.some, owner) if keeps and len(links.some) < KNOWN else links.some
            return Links(owners=links.owners + 1, keepers=links.keepers + keeps, some=some)
        case ReferenceLost(owner=owner, keeps=keeps):
            some = tuple(each for each in links.some if each != owner)
            return Links(owners=links.owners - 1, keepers=links.keepers - keeps, some=some)
        case _:
            assert_never(event)


LINKS = Aggregate(kind="links", initial=Links(), evolve=evolve_links)


def links_of(record_id: str) -> str:
    """Name the links to a record."""
    return derived_id("links", record_id)


# --- What a kind declares -------------------------------------------------------------


class Unique(Value, frozen=True, kw_only=True):
    """Only one active record has these values of `fields`; `loosely`: however they are written, with
    or without capitals, accents and spaces around.
    """

    fields: tuple[str, ...]
    loosely: bool = True


class Reference(Value, frozen=True, kw_only=True):
    """A field holds ids of this aggregate; `refuse` raises one of the `refusals` where its state is of
    no use.

    What is referred to may go later: then the reference says what was, and stays. Records cannot while
    one that is in use `keeps` them; and something stays of those that are referred to (`is_record`).
    """

    aggregate: Aggregate[Any, Any]
    refuse: Callable[[Any], object]
    refusals: tuple[type[DomainError], ...]
    is_record: bool = False
    keeps: bool = False


class Action(Value, frozen=True, kw_only=True):
    """What can be done besides: a command with an `id`, and the decision that makes events of it."""

    command: type[Command]
    decide: Callable[[Any, Record[Any]], Sequence[Event]]


class StoredAs(Value, frozen=True, kw_only=True):
    """The names of a kind's events in the log, for ever."""

    created: str
    changed: str
    removed: str
    restored: str
    purged: str


class Kind(msgspec.Struct, Generic[V], frozen=True, kw_only=True, dict=True):
    """`one` begins every id, `many` is the path, the read model and the topic; `french` is what people
    call one. The `examples` are two that differ, for the OpenAPI document, the demonstration and tests.

    `columns` are what one can filter and sort by, the first being how a list is sorted; `writers` may
    change them, `readers` besides see them. `refuse` raises what else is wrong with values. `also` gives
    an example of each event of its own, by its stored name; `evolve` hears of them, and `actions` make
    them. Raising `version` rebuilds its list.
    """

    one: str
    many: str
    french: str
    values: type[V]
    examples: tuple[V, V]
    stored_as: StoredAs
    columns: tuple[str, ...]
    writers: frozenset[Role]
    readers: frozenset[Role] = frozenset(Role)
    unique: tuple[Unique, ...] = ()
    refers_to: Mapping[str, Reference] = {}
    refuse: Callable[[V], object] = lambda _: None
    evolve: Callable[[Record[V], Any], Record[V]] = evolve
    actions: Mapping[str, Action] = {}
    also: Mapping[str, Event] = {}
    old_path: str | None = None
    version: int = 1

    # --- What follows from it -------------------------------------------------------------

    @cached_property
    def aggregate(self) -> Aggregate[Record[V], Any]:
        """The aggregate of one record."""
        return Aggregate(kind=self.one, initial=Record(), evolve=self.evolve)

    @cached_property
    def created(self) -> type[Created[V]]:
        """The event by which there is one."""
        return cast("type[Created[V]]", self._event("Created", Created, values=self.values))

    @cached_property
    def changed(self) -> type[Changed[V]]:
        """The event by which it is otherwise, as a whole."""
        return cast("type[Changed[V]]", self._event("Changed", Changed, values=self.values))

    @cached_property
    def removed(self) -> type[Removed]:
        """The event by which it is used no longer."""
        return cast("type[Removed]", self._event("Removed", Removed))

    @cached_property
    def restored(self) -> type[Restored]:
        """The event by which it is used again."""
        return cast("type[Restored]", self._event("Restored", Restored))

    @cached_property
    def purged(self) -> type[Purged]:
        """The event by which it is gone for good."""
        return cast("type[Purged]", self._event("Purged", Purged))

    @cached_property
    def events(self) -> Mapping[str, type[Event]]:
        """Everything that can happen to a record, by its stored name."""
        return {
            self.stored_as.created: self.created,
            self.stored_as.changed: self.changed,
            self.stored_as.removed: self.removed,
            self.stored_as.restored: self.restored,
            self.stored_as.purged: self.purged,
            **{name: type(example) for name, example in self.also.items()},
        }

    @cached_property
    def not_found(self) -> type[DomainError]:
        """The refusal where there is none."""
        return self._refusal("NotFound", Missing, f"There is no such {self.words}.")

    @cached_property
    def is_removed(self) -> type[DomainError]:
        """The refusal of changes to what was removed."""
        return self._refusal("IsRemoved", DomainError, f"The {self.words} was removed.")

    @cached_property
    def is_gone(self) -> type[DomainError]:
        """The refusal to restore what was removed too long ago."""
        said = f"The {self.words} was removed more than {RESTORABLE.days} days ago."
        return self._refusal("IsGone", Gone, said)

    @cached_property
    def id_taken(self) -> type[DomainError]:
        """The refusal where another one was created under its id."""
        return self._refusal("IdTaken", DomainError, f"Another {self.words} has this id.")

    @cached_property
    def value_taken(self) -> type[DomainError]:
        """The refusal where another one has what only one may have."""
        said = f"Another {self.words} has this already, and only one may."
        return self._refusal("ValueTaken", DomainError, said)

    @cached_property
    def in_use(self) -> type[DomainError]:
        """The refusal to remove what others need."""
        said = f"The {self.words} is used elsewhere; take it out there first."
        return self._refusal("InUse", DomainError, said)

    @property
    def refusals(self) -> tuple[type[DomainError], ...]:
        """Why any order about a record may be refused."""
        return (
            self.not_found,
            self.is_removed,
            self.is_gone,
            self.id_taken,
            self.value_taken,
            self.in_use,
            NamedTwice,
            ChangedMeanwhile,
        )

    @property
    def words(self) -> str:
        """What people call one, in English."""
        return self.one.replace("-", " ")

    @property
    def reading(self) -> str:
        """The permission to see them."""
        return f"{self.many}:read"

    @property
    def writing(self) -> str:
        """The permission to change them."""
        return f"{self.many}:write"

    def refuse_impossible(self, values: V) -> None:
        """Raise what is wrong with values: a rule of the kind's own, or something named twice."""
        self.refuse(values)
        for field in self.refers_to:
            held = getattr(values, field)
            if isinstance(held, tuple) and len(set(held)) < len(held):
                raise NamedTwice(field=field)

    def references(self, values: V) -> Iterable[tuple[str, Reference]]:
        """Return each id that the values hold, and what it refers to."""
        for field, reference in self.refers_to.items():
            held = getattr(values, field)
            for each in (held,) if isinstance(held, str) else held or ():
                yield each, reference

    def _event(self, word: str, base: Any, **fields: Any) -> Any:
        """Make a class of events; the types of its `fields` are those of this kind."""

        def place(namespace: dict[str, Any]) -> None:
            self._placed(namespace)
            namespace["__annotations__"] = fields

        name = f"{self.values.__name__}{word}"
        return types.new_class(name, (base,), {"frozen": True}, place)

    def _refusal(self, word: str, family: type[DomainError], said: str) -> type[DomainError]:
        name = f"{self.values.__name__}{word}"

        def place(namespace: dict[str, Any]) -> None:
            self._placed(namespace)
            namespace["__doc__"] = said

        return types.new_class(name, (family,), {}, place)

    def _placed(self, namespace: dict[str, Any]) -> None:
        namespace["__module__"] = self.values.__module__


# --- Decisions ------------------------------------------------------------------------


def create(kind: Kind[V], command: CreateRecord, record: Record[V]) -> Sequence[Event]:
    """Make it, once."""
    values = cast("V", command.values)
    kind.refuse_impossible(values)
    if record.values is None and not record.gone:
        return [kind.created(id=command.id, values=values, claims=command.claims)]
    if record.gone:
        raise kind.is_gone
    if not record.active:
        raise kind.is_removed
    if record.values != values:
        raise kind.id_taken(id=command.id)
    return []


def change(kind: Kind[V], command: ChangeRecord, record: Record[V]) -> Sequence[Event]:
    """Let it be so from now on, the whole of it."""
    values = cast("V", command.values)
    if not there(kind, record).active:
        raise kind.is_removed
    if command.base not in (None, record.values):
        raise ChangedMeanwhile
    kind.refuse_impossible(values)
    if (record.values, record.claims) == (values, command.claims):
        return []
    return [kind.changed(id=command.id, values=values, claims=command.claims)]


def remove(
    kind: Kind[V], command: RemoveRecord, record: Record[V], links: Links, now: datetime
) -> Sequence[Event]:
    """Use it no longer."""
    if not there(kind, record).active:
        return []
    if links.keepers:
        raise kind.in_use(by=links.some[:NAMED], of=links.keepers)
    return [kind.removed(id=command.id, at=now)]


def restore(
    kind: Kind[V], command: RestoreRecord, record: Record[V], now: datetime
) -> Sequence[Event]:
    """Use it again, as it was."""
    if there(kind, record).active:
        return []
    if record.removed_at is not None and now - record.removed_at > RESTORABLE:
        raise kind.is_gone(removed_at=record.removed_at)
    return [kind.restored(id=command.id)]


def purge(
    kind: Kind[V], command: PurgeRecord, record: Record[V], links: Links, now: datetime
) -> Sequence[Event]:
    """Keep no more of it than others need, once it can be restored no more."""
    removed_at = record.removed_at
    if record.values is None or removed_at is None or now - removed_at <= RESTORABLE:
        return []
    if record.shredded and links.owners:
        return []
    return [kind.purged(id=command.id, streams=(command.id,), wholly=not links.owners)]


def there(kind: Kind[V], record: Record[V]) -> Record[V]:
    """Return the record. Raises the refusal of what never was."""
    if record.values is None:
        raise kind.not_found
    return record


def claim(kind: Kind[V], owner: str, claim_id: str, claimed: Claim) -> Sequence[Event]:
    """Take what only one may have, if nobody has it."""
    if claimed.owner not in (None, owner):
        raise kind.value_taken(by=claimed.owner)
    return [] if claimed.owner else [ValueClaimed(claim_id=claim_id, owner=owner)]


def release(owner: str, claim_id: str, claimed: Claim) -> Sequence[Event]:
    """Let others have it."""
    return [ValueReleased(claim_id=claim_id, owner=owner)] if claimed.owner == owner else []


def to(kind: Kind[Any], *, keeps: bool = False) -> Reference:
    """Refer to records of a kind, which have to be in use at that moment."""

    def refuse(record: Record[Any]) -> None:
        if not there(kind, record).active:
            raise kind.is_removed

    refusals = (kind.not_found, kind.is_removed)
    return Reference(
        aggregate=kind.aggregate, refuse=refuse, refusals=refusals, is_record=True, keeps=keeps
    )


STORED_AS: Final[dict[str, type[Event]]] = {
    "value-claimed.v1": ValueClaimed,
    "value-released.v1": ValueReleased,
    "reference-made.v1": ReferenceMade,
    "reference-lost.v1": ReferenceLost,
}
BASES: Final = frozenset({Created, Changed, Removed, Restored, Purged})
"""What the events of each kind derive from; these have no names of their own."""
