"""What follows from what a kind declares, and from what it says of secrets."""

from typing import Any

import pytest
from msgspec.structs import asdict, replace

from domain.business.users import Role
from domain.confidential import LONG, SHOWN, Secret, SecretNotKept, kept, masked
from domain.messages import Value
from domain.money.taxes import TAXES
from domain.records import Kind
from domain.sales.tasks import TASKS

LONG_ENOUGH = "x" * (LONG - SHOWN) + "7a51"


class Two(Value, frozen=True):
    one: Secret
    other: Secret


def declared_with(**more: Any) -> Kind[Any]:
    return Kind(**{**asdict(TAXES), **more})


def test_people_are_told_of_it_in_its_own_words() -> None:
    assert str(TAXES.not_found()) == "There is no such tax."
    assert str(declared_with(one="road-tax").not_found()) == "There is no such road tax."


def test_what_a_kind_names_has_to_be_there() -> None:
    with pytest.raises(ValueError, match="no field colour"):
        declared_with(columns=("name", "colour"))
    with pytest.raises(ValueError, match="has to stand in a column"):
        declared_with(own={"client_id": "owner_id"})
    with pytest.raises(ValueError, match="sees their own"):
        declared_with(own_writers=frozenset({Role.CLIENT}))


def test_what_says_something_of_somebody_is_not_there_for_good() -> None:
    person, *_ = TASKS.persons
    nobodys = {field: each for field, each in TASKS.refers_to.items() if field != person}

    replace(TASKS, for_good=True)
    with pytest.raises(ValueError, match="has to go"):
        replace(TASKS, refers_to=nobodys, for_good=True)


def test_the_examples_of_a_kind_are_not_refused_by_its_own_rule() -> None:
    def refuse(_: object) -> None:
        raise TAXES.in_use(by=(), of=0)

    with pytest.raises(ValueError, match="an example is refused"):
        declared_with(refuse=refuse)


def test_of_a_secret_people_see_the_end_if_that_is_not_much_of_it() -> None:
    assert masked(Secret(value=LONG_ENOUGH)).ends_with == "7a51"
    assert masked(Secret(value=LONG_ENOUGH[1:])).ends_with is None
    assert masked(Secret(value=LONG_ENOUGH)).value is None


def test_what_is_all_secrets_shows_none() -> None:
    two = Two(one=Secret(value=LONG_ENOUGH), other=Secret(value=LONG_ENOUGH))

    assert masked(two) == Two(one=masked(two.one), other=masked(two.other))
    assert masked(two).one.value is masked(two).other.value is None


def test_each_new_secret_is_a_version_more() -> None:
    first = kept(Secret(value=LONG_ENOUGH))
    second = kept(Secret(value="another of the same length"), first)

    assert (first.version, second.version) == (1, 2)
    assert kept(Secret(value=second.value), second) == second


def test_who_says_a_secret_as_it_is_shown_keeps_it() -> None:
    known = kept(Secret(value=LONG_ENOUGH))

    assert kept(masked(known), known) == known
    for said in (Secret(), Secret(ends_with="7a51", version=2)):
        with pytest.raises(SecretNotKept):
            kept(said, known)
