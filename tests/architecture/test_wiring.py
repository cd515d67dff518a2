"""Forgetting is impossible: whatever is declared is wired, named and explained."""

import importlib
import inspect
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from fastapi.routing import APIRoute

import api
import application
import domain
import projections
from adapters.jobs.lanes import AT_ONCE, COMMANDS
from api.app import ROUTERS
from api.backend import ReadModels
from api.problems.statuses import FAMILIES
from application.operations.audit import Audit
from application.operations.jobs import Jobs
from application.operations.outbox import Outbox
from application.operations.vitals import Vitals
from application.processes import PROCESSES
from application.processes.effects import EFFECTS
from application.processes.process import Effect
from application.use_cases import USE_CASES
from domain.aggregate import Aggregate
from domain.business import configuration
from domain.catalogue import EVENTS, KINDS
from domain.confidential import are_listed
from domain.messages import Bookkeeping, Command, DomainError, Erasure, Event
from domain.people.clients import CLIENT
from domain.records import BASES
from domain.values import ClientId
from projections import READ_MODELS
from projections.read_model import ReadModel


def members(package: Any) -> Iterator[Any]:
    """Return all that the modules of a package define."""
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        module = importlib.import_module(found.name)
        yield from (
            v for v in vars(module).values() if getattr(v, "__module__", None) == found.name
        )
        yield from (v for v in vars(module).values() if isinstance(v, ReadModel | Aggregate))


def classes(package: Any, base: type) -> set[Any]:
    found = (value for value in members(package) if isinstance(value, type))
    return {value for value in found if issubclass(value, base) and value is not base}


def test_every_command_has_a_use_case() -> None:
    assert classes(domain, Command) == set(USE_CASES)


def test_every_event_has_a_permanent_name_and_only_one() -> None:
    named = list(EVENTS.values())

    of_records = {event for kind in KINDS for event in kind.events.values()}
    assert classes(domain, Event) - {Erasure, Bookkeeping, *BASES} | of_records == set(named)
    assert len(named) == len(set(named))


def test_every_refusal_says_what_is_in_the_way() -> None:
    refusals = classes(domain, DomainError) | classes(application, DomainError)
    refusals -= FAMILIES.keys()

    assert [r.__name__ for r in refusals if "." not in (r.__doc__ or "")] == []
    assert len({r.code for r in refusals}) == len(refusals)


def test_every_effect_stands_in_a_lane_that_has_threads_of_its_own() -> None:
    lanes = {effect.lane for effect in classes(application, Effect)}

    assert lanes == set(AT_ONCE) - {COMMANDS}


def test_every_effect_is_in_the_table_by_which_a_release_knows_what_it_can_carry_out() -> None:
    bases = {base for effect in EFFECTS for base in effect.__mro__[1:]}

    assert classes(application, Effect) - bases == set(EFFECTS)


def given(port: type) -> Iterator[tuple[str, Any]]:
    """Return what each method and property of a port gives."""
    for name, member in vars(port).items():
        asked = member.fget if isinstance(member, property) else member
        if inspect.isfunction(asked) and asked.__module__ == port.__module__:
            hint = get_type_hints(asked)["return"]
            yield name, get_args(hint)[-1] if get_origin(hint) is Callable else hint


def test_every_port_says_what_it_gives() -> None:
    """Behind an answer that may be anything, the type checker misses whoever asks it what it has not."""
    ports = {*classes(application, object), *classes(api, object)}
    ports = {port for port in ports if getattr(port, "_is_protocol", False)}

    assert {Audit, Jobs, Outbox, ReadModels, Vitals} <= ports
    assert [(p.__name__, name) for p in ports for name, hint in given(p) if hint is Any] == []


def test_every_read_model_and_every_process_is_in_its_table() -> None:
    models = {v.name for v in members(projections) if isinstance(v, ReadModel)}
    models |= {kind.many for kind in KINDS}
    names = [process.name for process in PROCESSES]

    assert models == {model.name for model in READ_MODELS}
    assert len(names) == len(set(names))


def test_a_kind_that_says_something_of_a_person_and_names_clients_says_whose_it_is() -> None:
    """Or an erasure would not find it: see infra/decisions/0037."""
    for kind in KINDS:
        names = [
            field for field, hint in get_type_hints(kind.values).items() if names_clients(hint)
        ]
        assert not kind.is_personal or set(names) <= set(kind.persons), kind.many
        assert all(kind.refers_to[field].aggregate is CLIENT for field in kind.persons), kind.many


def names_clients(hint: Any) -> bool:
    return hint is ClientId or any(map(names_clients, get_args(hint)))


def test_no_event_lists_secrets() -> None:
    """Nobody could tell which one is kept; but for those that stand there by name."""
    listed = {name for name, event in EVENTS.items() if are_listed(event)}

    assert listed == {"configuration-changed.v1"}
    assert {"name", "secret"} == {*configuration.Sealed.__struct_fields__}


def test_every_read_model_is_told_of_all_that_its_fold_knows() -> None:
    """The type checker sees to it that a fold knows every member of its union; nobody else sees a
    member that it is never told of.
    """
    for model in READ_MODELS:
        _, hint, *_ = get_type_hints(model.evolve).values()
        known = set(get_args(hint) or (hint,)) - {Any}

        assert not known or known == set(model.subscribes_to), model.name


def test_every_aggregate_names_its_streams_by_its_kind() -> None:
    kinds = [
        v.kind for v in {id(a): a for a in members(domain) if isinstance(a, Aggregate)}.values()
    ]

    kinds += [kind.one for kind in KINDS]

    assert len(kinds) == len(set(kinds))
    assert all(model.owner in kinds for model in READ_MODELS if model.owner)


def test_every_list_begins_with_an_index() -> None:
    for model in READ_MODELS:
        assert all(set(index) <= set(model.columns) for index in model.indexes), model.name


def test_every_route_declares_who_may_call_it_or_that_everybody_may() -> None:
    for router in ROUTERS:
        for route in (r for r in router.routes if isinstance(r, APIRoute)):
            gates = [d.call for d in route.dependant.dependencies if hasattr(d.call, "permission")]
            public = (route.openapi_extra or {}).get("security") == []
            assert gates or public, route.path


ITS_CLOCK = r"\b(?:clock_timestamp|now)\(\)"
COMPARED = re.compile(rf"(?:[<>]=?|BETWEEN)\s*{ITS_CLOCK}|{ITS_CLOCK}[^,;\n]*[<>]")

A_HINT = {"adapters/running/roll.py"}
"""Only to know whom to wait for a moment longer."""


def test_nothing_is_decided_by_the_clock_of_postgresql() -> None:
    """It may be a day ahead for a while: see infra/decisions/0021."""
    layers = ("adapters", "api", "infra/cli", "projections", "infra/migrations")
    sent = {path for layer in layers for path in Path(layer).rglob("*.*") if path.suffix != ".pyc"}

    assert {str(path) for path in sent if COMPARED.search(path.read_text())} == A_HINT
