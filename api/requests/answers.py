"""What a route answers with, and what refuses it, said where it is written:

@router.post("", status_code=201)
@answers(Row(SERVICES), refuses=REFUSED)
def create_service(body: OfferBody, caller: MayWrite) -> Response: …

Tests hold every answer to it, and the OpenAPI document is made of it.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final, Protocol, TypeVar

from api.requests.including import Includes
from api.requests.listing import Listing
from api.requests.parsing import USUAL
from domain.messages import DomainError
from projections.read_model import ReadModel

# --- What it answers with -----------------------------------------------------------------


class Numbered(Protocol):
    """A list in the form of an older product: by page number."""

    @property
    def listing(self) -> Listing:
        """The same list, asked by cursor."""

    @property
    def sorts(self) -> Mapping[str, str]:
        """Old names of columns."""

    def look_at(self, asked: Mapping[str, str]) -> object:
        """Look at a question. Raises QueryInvalid."""


@dataclass(frozen=True)
class Row:
    """A row of a read model, with an ETag, and what it refers to if that shall be included. `also` are statuses
    besides the usual one that have it.
    """

    model: ReadModel
    includes: Includes = field(default_factory=dict)
    also: tuple[int, ...] = ()


@dataclass(frozen=True)
class Listed:
    """A list that is asked by cursor, or in the old form by page number too."""

    asked: Listing | Numbered
    always_numbered: bool = False


@dataclass(frozen=True)
class Paged:
    """A list of what is no read model, asked by cursor and by these filters, or as its route declares
    where there are none to tell. `usual` is how many are told where nobody says.
    """

    item: type[Any]
    filters: Mapping[str, Any] | None = None
    usual: int = USUAL


@dataclass(frozen=True)
class Made:
    """A body that msgspec encodes. `tagged` if it comes with an ETag, `has_location` if what was made has an
    address; `also` are statuses besides the usual one that have this body, and `instead` those that have
    another. `streamed` if it also comes as a stream of events, for who accepts that.
    """

    kind: Any
    tagged: bool = False
    has_location: bool = True
    streamed: bool = False
    also: tuple[int, ...] = ()
    instead: Mapping[int, Any] = field(default_factory=dict)

    @property
    def others(self) -> Mapping[int, Any]:
        """Return what is answered with other statuses than the usual one."""
        return {**dict.fromkeys(self.also, self.kind), **self.instead}


@dataclass(frozen=True)
class Tabled:
    """All of a list as a table for spreadsheets, asked by its filters."""

    asked: Listing


@dataclass(frozen=True)
class Nothing:
    """No body, or one that is no JSON of ours."""


@dataclass(frozen=True)
class Bytes:
    """Bytes that somebody sent, of one of these types, or a part of them; or a table, which has no ETag."""

    types: Sequence[str]
    tagged: bool = True


Shape = Row | Listed | Paged | Made | Bytes | Tabled | Nothing


def is_row(shape: Shape) -> bool:
    """Whether an answer has a version."""
    return isinstance(shape, Row) or (isinstance(shape, Made) and shape.tagged)


def tells_tag(shape: Shape) -> bool:
    """Whether it is a list that can be known to be as it was."""
    return isinstance(shape, Listed) and not shape.always_numbered


# --- What refuses it ----------------------------------------------------------------------

Refusals = tuple[type[DomainError], ...]


def of(*modules: ModuleType) -> Refusals:
    """Return the refusals that are declared in these modules, and below them."""
    names = tuple(f"{module.__name__}." for module in modules)
    return tuple(kind for kind in below(DomainError) if f"{kind.__module__}.".startswith(names))


def below(family: type[DomainError]) -> Sequence[type[DomainError]]:
    """Return all that are of a family, and of families within it."""
    return [each for kind in family.__subclasses__() for each in (kind, *below(kind))]


# --- Said of a route ----------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What is declared of one route."""

    shape: Shape
    refuses: Refusals
    records: bool
    """Whether it adds to the log what can be done once only, and on a version."""
    moves: bool
    """Whether it may lead to where that is by now."""
    any_version: bool
    """Whether it is done whatever version somebody has seen."""
    at_length: bool
    """Whether it becomes an operation for who prefers not to wait."""


SAID: Final = "answers"
Function = TypeVar("Function", bound=Callable[..., Any])


def answers(
    shape: Shape | None = None,
    *,
    refuses: Refusals = (),
    records: bool = True,
    moves: bool = False,
    any_version: bool = False,
    at_length: bool = False,
) -> Callable[[Function], Function]:
    """Say of the function of a route what it answers with; nothing, by default."""
    said = Answers(
        shape=shape or Nothing(),
        refuses=refuses,
        records=records,
        moves=moves,
        any_version=any_version,
        at_length=at_length,
    )

    def say(function: Function) -> Function:
        setattr(function, SAID, said)
        return function

    return say


def said_of(function: Callable[..., Any]) -> Answers:
    """Return what a route says of itself. Raises AttributeError where it says nothing."""
    said: Answers = getattr(inspect.unwrap(function), SAID)
    return said
