"""By which other rules: weights of scores, and rules by which professionals are booked."""

from typing import Any

from msgspec.structs import asdict, replace

from domain.messages import Invalid, Value
from domain.sales.scores import Weights, refuse_contradiction
from domain.scheduling.professionals import Settings, Week, refuse_invalid


class BookingRules(Value, frozen=True, kw_only=True):
    """Rules by which every professional would have been booked; what is not named stays as it was. Buffers
    are those of services that name none.
    """

    notice_minutes: int | None = None
    horizon_days: int | None = None
    cancellation_window_minutes: int | None = None
    buffer_before_minutes: int | None = None
    buffer_after_minutes: int | None = None

    @property
    def named(self) -> dict[str, Any]:
        """What would have been another."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def without_buffers(self) -> "BookingRules":
        """Return the rules that say nothing of buffers."""
        return replace(self, buffer_before_minutes=None, buffer_after_minutes=None)


class Policy(Value, frozen=True, kw_only=True):
    """What would have been another: the weights, the whole of them, or rules of bookings, or both."""

    scoring: Weights | None = None
    bookings: BookingRules | None = None

    @property
    def about(self) -> str:
        """Name what it is about."""
        return ", ".join(name for name, value in asdict(self).items() if value is not None)


class PolicyEmpty(Invalid):
    """Say by which other weights, or by which other rules of bookings, history is to be looked at."""


def refuse_impossible(policy: Policy) -> None:
    """Refuse what nobody could have decided by. Raises PolicyEmpty, WeightsContradict, InvalidSettings."""
    rules = policy.bookings
    if policy.scoring is None and (rules is None or not rules.named):
        raise PolicyEmpty
    if policy.scoring is not None:
        refuse_contradiction(policy.scoring)
    if rules is not None:
        refuse_invalid(Settings(time_zone="UTC", hours=Week(), **rules.named), "bookings")
