"""What comes of an order about what a business configures."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from domain.business import configuration
from domain.business.configuration import (
    CONFIGURATION,
    FORMER_FOR,
    Configuration,
    ConfigurationEvent,
    ConfigurationNotFound,
    LetGoOfFormer,
    Objection,
    RemoveConfiguration,
    Standing,
    kept_in,
)
from tests.business.configuration.examples import (
    ID,
    NOON,
    SIGNS,
    SIGNS_NEXT,
    configuration_changed,
    configuration_refused,
    configuration_removed,
    configuration_verified,
    configure,
    first,
    former_secrets_let_go,
    record_verdict,
    stripe,
)

IN_FORCE = replace(configuration_changed, in_force=True)
NEXT = replace(
    IN_FORCE,
    number=2,
    values=kept_in(stripe(signs=SIGNS_NEXT), CONFIGURATION.fold([IN_FORCE])),
    at=NOON,
)


def given(*history: ConfigurationEvent) -> Configuration:
    return CONFIGURATION.fold(history)


def ordered(known: Configuration, **more: object) -> list[ConfigurationEvent]:
    command = replace(configure, **more)
    verifies = "webhook_secret"
    return [*configuration.configure(command, known, verifies=verifies, now=NOON)]


def valid(known: Configuration, after: timedelta = timedelta()) -> list[str | None]:
    return [each.value for each in known.valid(NOON + after)]


def test_what_was_verified_is_in_force() -> None:
    assert ordered(given()) == [IN_FORCE]


def test_what_was_not_waits() -> None:
    assert ordered(given(), verified=None) == [configuration_changed]


def test_what_cannot_be_checked_is_in_force() -> None:
    assert ordered(given(), verified=None, is_checked=False) == [IN_FORCE]


def test_what_was_verified_is_not_what_is_there_by_now() -> None:
    """Somebody else was faster: what is kept of a mask is another secret than that which was shown."""
    other = first(stripe(key="sk-test-somebody-else-0001"))

    assert ordered(given(), verified=other) == [configuration_changed]


def test_the_same_twice_changes_nothing() -> None:
    assert ordered(given(IN_FORCE)) == []
    assert ordered(given(configuration_changed), verified=None) == []


def test_what_waited_and_is_taken_now_is_in_force() -> None:
    assert ordered(given(configuration_changed)) == [configuration_verified]
    assert ordered(given(configuration_changed, configuration_refused)) == [configuration_verified]


def test_a_verdict_is_about_what_was_typed_last() -> None:
    waiting = given(configuration_changed)
    refused = replace(record_verdict, objection=Objection.KEY_REJECTED)

    assert [*configuration.judge(record_verdict, waiting, now=NOON)] == [configuration_verified]
    assert [*configuration.judge(refused, waiting, now=NOON)] == [configuration_refused]
    assert configuration.judge(replace(refused, number=7), waiting, now=NOON) == []
    assert configuration.judge(refused, given(IN_FORCE), now=NOON) == []


def test_what_is_refused_leaves_in_force_what_was() -> None:
    refused = given(
        IN_FORCE, replace(NEXT, in_force=False), replace(configuration_refused, number=2)
    )

    assert (refused.standing, refused.in_force) == (Standing.REFUSED, IN_FORCE.values)
    assert valid(refused) == [SIGNS]


def test_a_former_secret_is_valid_for_a_day() -> None:
    rotated = given(IN_FORCE, NEXT)

    assert valid(rotated) == [SIGNS_NEXT, SIGNS]
    assert valid(rotated, FORMER_FOR - timedelta(seconds=1)) == [SIGNS_NEXT, SIGNS]
    assert valid(rotated, FORMER_FOR) == [SIGNS_NEXT]


def test_a_former_secret_is_let_go_of() -> None:
    rotated = given(IN_FORCE, NEXT)

    assert configuration.let_go(ID, rotated) == [former_secrets_let_go]
    assert valid(given(IN_FORCE, NEXT, former_secrets_let_go)) == [SIGNS_NEXT]
    assert configuration.let_go(ID, given(IN_FORCE)) == []


def test_what_comes_back_is_named_once() -> None:
    back = replace(NEXT, number=3, values=kept_in(stripe(), given(IN_FORCE, NEXT)))

    assert valid(given(IN_FORCE, NEXT, back)) == [SIGNS, SIGNS_NEXT]


def test_another_key_is_no_other_secret_for_signatures() -> None:
    values = kept_in(stripe(key="sk-test-another-0000000001"), given(IN_FORCE))

    assert given(IN_FORCE, replace(NEXT, values=values)).former == ()


def test_what_is_removed_has_no_secrets() -> None:
    removed = given(IN_FORCE, NEXT, configuration_removed)
    order = RemoveConfiguration(key="stripe")

    assert valid(removed) == []
    assert configuration.remove(order, ID, given(IN_FORCE)) == [configuration_removed]
    with pytest.raises(ConfigurationNotFound):
        configuration.remove(order, ID, removed)
    with pytest.raises(ConfigurationNotFound):
        configuration.let_go(ID, removed)
    assert LetGoOfFormer(key="stripe").key == order.key
