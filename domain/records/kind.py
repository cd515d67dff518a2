"""What a kind of record declares, and what follows from it."""

import types
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final, Generic, TypeVar, cast

import msgspec
from msgspec.structs import fields, replace

from domain.aggregate import Aggregate
from domain.business.users import Role
from domain.confidential import SecretNotKept, are_held
from domain.messages import Command, DomainError, Event, Gone, Missing, Value
from domain.personal import private_in
from domain.records.keepable import faults
from domain.records.messages import (
    Changed,
    ChangedMeanwhile,
    Created,
    NamedTwice,
    Purged,
    Removed,
    Restored,
)
from domain.records.record import Record, evolve
from domain.telling import Telling, public

V = TypeVar("V", bound=Value)

OWNERS: Final[Mapping[str, Role]] = {
    "client_id": Role.CLIENT,
    "professional_id": Role.PROFESSIONAL,
}
"""Who has which id, by which things are theirs."""

RESTORABLE: Final = timedelta(days=30)
"""So long what was removed can be had again."""


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
    Where they refer to a person (`is_person`), what is personal is theirs, and is erased with them.
    """

    aggregate: Aggregate[Any, Any]
    refuse: Callable[[Any], object]
    refusals: tuple[type[DomainError], ...]
    is_record: bool = False
    is_person: bool = False
    keeps: bool = False


class Action(Value, frozen=True, kw_only=True):
    """What can be done besides: a command with an `id`, and the decision that makes events of it. One that
    `is_timed` is told `now`; what we do `by_us` is for nobody else to order.
    """

    command: type[Command]
    decide: Callable[..., Sequence[Event]]
    is_timed: bool = False
    by_us: bool = False


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
    an example of each event of its own, by its stored name; `evolve` hears of them, `actions` make
    them, and others are told all that is in them but secrets. Raising `version` rebuilds its list.

    Where values say something of a person (`Personal`), at whatever depth, one of `refers_to` says who it
    is; or else it is gone when the record is purged. `own` says in which column stands whose a record is,
    by the id that they have: `{"professional_id": "assignee_id"}`; `own_writers` change theirs. What others
    than records refer to is there `for_good`: it may be removed, and is never purged.

    What is `ours` follows from events of the kind's own, and is nobody's to say: it stands in no form, begins as
    it is declared, and a change leaves it as it is.
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
    own: Mapping[str, str] = {}
    own_writers: frozenset[Role] = frozenset()
    unique: tuple[Unique, ...] = ()
    refers_to: Mapping[str, Reference] = {}
    refuse: Callable[[V], object] = lambda _: None
    evolve: Callable[[Record[V], Any], Record[V]] = evolve
    actions: Mapping[str, Action] = {}
    also: Mapping[str, Event] = {}
    old_path: str | None = None
    version: int = 1
    for_good: bool = False
    ours: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        """Refuse what could not be kept to. Raises ValueError."""
        unique = tuple(each.fields for each in self.unique)
        orders = tuple(action.command for action in self.actions.values())
        for fault in faults(self.values, unique, orders):
            raise ValueError(f"{self.many}: {fault}")
        if unknown := self._named - {*self.values.__struct_fields__}:
            raise ValueError(f"{self.many}: there is no field {', '.join(sorted(unknown))}")
        if required := self.ours & {each.name for each in fields(self.values) if each.required}:
            raise ValueError(f"{self.many}: nobody says what {', '.join(sorted(required))} is")
        for example in self.examples:
            try:
                self.refuse_impossible(example)
            except DomainError as refusal:
                raise ValueError(f"{self.many}: an example is refused: {refusal}") from refusal
        if not {*self.own.values()} <= {*self.columns}:
            raise ValueError(f"{self.many}: whose a record is has to stand in a column")
        if self.for_good and self.is_personal and not self.persons:
            raise ValueError(f"{self.many}: what says something of nobody in particular has to go")
        if not self.own_writers <= self.own_readers:
            raise ValueError(f"{self.many}: who changes their own sees their own, and no others")

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
    def told_as(self) -> Mapping[type[Event], Telling]:
        """How others are told: what a list shows of a record, and events of its own as they are. Of
        what has secrets in it they are told nothing.
        """
        values = [f"values.{name}" for name in _without_secrets(self.values)]
        return {
            self.created: self._public("created", "id", *values),
            self.changed: self._public("changed", "id", *values),
            self.removed: self._public("removed", id="id", removed_at="at"),
            self.restored: self._public("restored", "id"),
            self.purged: self._public("purged", "id"),
            **{type(own): self._as_it_is(name, own) for name, own in self.also.items()},
        }

    def _as_it_is(self, name: str, own: Event) -> Telling:
        said = name.removeprefix(f"{self.one}-").partition(".")[0]
        return self._public(said, *_without_secrets(type(own)))

    def _public(self, said: str, *places: str, **renamed: Any) -> Telling:
        return public(f"{self.one}.{said}", *places, about=self.own, **renamed)

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
        return self._refusal("IsGone", Gone, said, removed_at=datetime | None)

    @cached_property
    def id_taken(self) -> type[DomainError]:
        """The refusal where another one was created under its id."""
        return self._refusal("IdTaken", DomainError, f"Another {self.words} has this id.", id=str)

    @cached_property
    def value_taken(self) -> type[DomainError]:
        """The refusal where another one has what only one may have."""
        said = f"Another {self.words} has this already, and only one may."
        return self._refusal("ValueTaken", DomainError, said, by=self._told(str))

    @cached_property
    def in_use(self) -> type[DomainError]:
        """The refusal to remove what others need."""
        said = f"The {self.words} is used elsewhere; take it out there first."
        return self._refusal("InUse", DomainError, said, by=self._told(Sequence[str]), of=int)

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
            *((SecretNotKept,) if self.has_secrets else ()),
        )

    @cached_property
    def has_secrets(self) -> bool:
        """Whether there is something in its values that nobody is shown."""
        return are_held(self.values)

    @cached_property
    def is_personal(self) -> bool:
        """Whether something in it is sealed, so that it can be erased: secrets are, too."""
        return not all(private_in(event).is_empty for event in self.events.values())

    @cached_property
    def is_unique_of_persons(self) -> bool:
        """Whether what is unique says something of a person: then all that is unique does."""
        personal = private_in(self.values).whole
        return any(personal & {*each.fields} for each in self.unique)

    @property
    def persons(self) -> tuple[str, ...]:
        """The fields that say whose what is personal in it is."""
        return tuple(field for field, each in self.refers_to.items() if each.is_person)

    @property
    def _named(self) -> set[str]:
        """The fields that are named in what it declares."""
        unique = (field for each in self.unique for field in each.fields)
        return {*self.columns, *self.refers_to, *self.ours, *unique}

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

    @property
    def own_reading(self) -> str:
        """The permission to see one's own."""
        return f"own-{self.reading}"

    @property
    def own_writing(self) -> str:
        """The permission to change one's own."""
        return f"own-{self.writing}"

    @property
    def own_readers(self) -> frozenset[Role]:
        """Who sees their own, and no others."""
        owners = {role for id_, role in OWNERS.items() if id_ in self.own}
        return frozenset(owners - self.readers - self.writers)

    def with_ours(self, values: V, known: V | None) -> V:
        """Return values in which nobody has said what is ours: it is as `known`, or as it is in the beginning."""
        if not self.ours:
            return values
        began = {each.name: each.default for each in fields(self.values) if each.name in self.ours}
        return replace(values, **{n: getattr(known, n, first) for n, first in began.items()})

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

    def _refusal(
        self, word: str, family: type[DomainError], said: str, **facts: Any
    ) -> type[DomainError]:
        name = f"{self.values.__name__}{word}"

        def place(namespace: dict[str, Any]) -> None:
            self._placed(namespace)
            namespace["__doc__"] = said
            namespace["__annotations__"] = facts

        return types.new_class(name, (family,), {}, place)

    def _told(self, fact: Any) -> Any:
        """Whoever sees but their own is not told of others."""
        return fact | None if self.own else fact

    def _placed(self, namespace: dict[str, Any]) -> None:
        namespace["__module__"] = self.values.__module__


def _without_secrets(values: type[msgspec.Struct]) -> list[str]:
    return [each.name for each in msgspec.structs.fields(values) if not are_held(each.type)]


def there(kind: Kind[V], record: Record[V]) -> Record[V]:
    """Return the record. Raises the refusal of what never was."""
    if record.values is None:
        raise kind.not_found
    return record


def to(kind: Kind[Any], *, keeps: bool = False) -> Reference:
    """Refer to records of a kind, which have to be in use at that moment."""

    def refuse(record: Record[Any]) -> None:
        if not there(kind, record).active:
            raise kind.is_removed

    refusals = (kind.not_found, kind.is_removed)
    return Reference(
        aggregate=kind.aggregate, refuse=refuse, refusals=refusals, is_record=True, keeps=keeps
    )
