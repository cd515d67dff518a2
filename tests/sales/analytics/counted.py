"""Leads to which things happened at times, and what is counted of them: apart from the product, by going
through the events one by one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

from application.ports import Recorded
from application.sales.analytics import MOST_SOURCES, By
from domain.messages import DomainError, Event
from domain.people.clients import ClientErased
from domain.sales import leads
from domain.sales.leads import (
    LEAD,
    ContactWay,
    ConvertLead,
    LeadContacted,
    LeadConverted,
    LeadMoved,
    LeadOpened,
    LeadStatus,
    MoveLead,
    OpenLead,
    RecordContact,
    Touch,
    lead_of,
)
from domain.values import ClientId, LeadId

E = TypeVar("E", bound=Event)
Step = tuple[Any, ...]


@dataclass
class History:
    """What happened to one lead, each with its time."""

    client_id: ClientId
    lead_id: LeadId = field(init=False)
    events: list[tuple[datetime, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lead_id = lead_of(self.client_id)

    def tries(self, step: Step, at: datetime) -> None:
        """Let something happen, if it may."""
        name, *more = step
        known = (event for _, event in self.events if not isinstance(event, ClientErased))
        lead = LEAD.fold(known)
        try:
            self.events += [(at, each) for each in ORDERS[name](self, lead, at, *more)]
        except DomainError:
            return

    def recorded(self) -> Iterator[Recorded]:
        """Return it as it is in the log."""
        for number, (at, event) in enumerate(self.events, 1):
            erased = isinstance(event, ClientErased)
            yield Recorded(
                position=number,
                tenant="",
                tenant_position=number,
                stream=self.client_id if erased else self.lead_id,
                version=number,
                type="",
                event=event,
                recorded_at=at,
            )


def _opens(of: History, lead: Any, at: datetime, source: str | None) -> Sequence[Event]:
    order = OpenLead(seed=of.client_id, touch=Touch(source=source))
    return leads.open_(order, of.lead_id, of.client_id, lead, now=at)


def _moves(of: History, lead: Any, _: datetime, status: LeadStatus) -> Sequence[Event]:
    return leads.move(MoveLead(lead_id=of.lead_id, status=status, reason="Because"), lead)


def _contacts(of: History, lead: Any, at: datetime) -> Sequence[Event]:
    return leads.contact(RecordContact(lead_id=of.lead_id, way=ContactWay.CALL), lead, now=at)


def _converts(of: History, lead: Any, _: datetime) -> Sequence[Event]:
    return leads.convert(ConvertLead(lead_id=of.lead_id), lead)


def _erases(of: History, _: Any, __: datetime) -> Sequence[Event]:
    return [ClientErased(client_id=of.client_id, streams=(of.client_id, of.lead_id))]


ORDERS: Final[Mapping[str, Callable[..., Sequence[Event]]]] = {
    "comes": _opens,
    "moves": _moves,
    "is contacted": _contacts,
    "is won": _converts,
    "is erased": _erases,
}


# --- Counted apart --------------------------------------------------------------------------


def figures(
    histories: Sequence[History], by: By, first: date, until: date, zone: str
) -> dict[date | None, dict[str, Any]]:
    """Return what is to be told of each period in which anything was, and of all under None."""

    def period(at: datetime) -> date | None:
        day = at.astimezone(ZoneInfo(zone)).date()
        return max(first, BEGINS[by](day)) if first <= day < until else None

    found: dict[date | None, dict[str, Any]] = {}
    came = [(period(_came(each)), each) for each in histories]
    won = [(period(at), each) for each in histories for at in _times(each, LeadConverted)]
    known = Counter(_source(each) for on, each in came if on is not None)
    del known[None]
    named = sorted(known, key=lambda source: (-known[source], source))[:MOST_SOURCES]
    for on in {*(on for on, _ in (*came, *won) if on is not None), None}:
        those = [each for at, each in came if at is not None and on in {at, None}]
        wins = [each for at, each in won if at is not None and on in {at, None}]
        found[on] = {**_told(those, named), "converted": len(wins)}
    return found


BEGINS: Final[Mapping[By, Callable[[date], date]]] = {
    By.DAY: lambda day: day,
    By.WEEK: lambda day: date.fromisocalendar(*day.isocalendar()[:2], 1),
    By.MONTH: lambda day: date(day.year, day.month, 1),
}


def _told(those: Sequence[History], named: Sequence[str | None]) -> dict[str, Any]:
    waits = [event.after for each in those for event in _of(each, LeadContacted)]
    answered = sorted(wait for wait in waits if wait is not None)
    groups: dict[tuple[str | None, bool], list[History]] = {}
    for each in those:
        source = _source(each)
        rest = source is not None and source not in named
        groups.setdefault((None if rest else source, rest), []).append(each)
    return {
        "opened": len(those),
        "opened_and_converted": sum(map(_is_won, those)),
        "conversion_rate": _rate(those),
        "first_response": {
            "answered": len(answered),
            "median_seconds": _nearest(answered, 0.5),
            "p95_seconds": _nearest(answered, 0.95),
        },
        "sources": {
            name: (len(group), sum(map(_is_won, group)), _rate(group))
            for name, group in groups.items()
        },
        "pipeline": {status: _stays(those, status) for status in LeadStatus},
    }


def _stays(those: Sequence[History], status: LeadStatus) -> tuple[int, int, int | None]:
    """Return how many are there, how many left it, and how long they were there in the median."""
    now, lengths = 0, []
    for each in those:
        changes = [(_came(each), LeadStatus.NEW)]
        for at, event in each.events:
            if isinstance(event, LeadMoved):
                changes.append((at, event.status))
            elif isinstance(event, LeadConverted):
                changes.append((at, LeadStatus.CONVERTED))
        now += changes[-1][1] is status
        ends = [at for at, _ in changes[1:]]
        stays = [
            end - begin
            for (begin, where), end in zip(changes, ends, strict=False)
            if where is status
        ]
        if stays:
            lengths.append(sum(stay // timedelta(seconds=1) for stay in stays))
    return now, len(lengths), _nearest(sorted(lengths), 0.5)


def _nearest(ordered: Sequence[int], part: float) -> int | None:
    return ordered[ceil(part * len(ordered)) - 1] if ordered else None


def _rate(those: Sequence[History]) -> float | None:
    return round(sum(map(_is_won, those)) / len(those), 4) if those else None


def _is_won(of: History) -> bool:
    return bool(_of(of, LeadConverted))


def _came(of: History) -> datetime:
    [opened] = _of(of, LeadOpened)
    return opened.at


def _source(of: History) -> str | None:
    [opened] = _of(of, LeadOpened)
    return opened.touch.source


def _of(history: History, kind: type[E]) -> list[E]:
    return [event for _, event in history.events if isinstance(event, kind)]


def _times(history: History, kind: type[Event]) -> list[datetime]:
    return [at for at, event in history.events if isinstance(event, kind)]
