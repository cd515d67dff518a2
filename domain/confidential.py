"""Secrets: keys of providers and the like. They are stored sealed, as what is personal is; who has to
use one reads it, and nobody is shown more of it than its end.
"""

from typing import Annotated, Any, Final, TypeVar, cast

import msgspec
from msgspec import inspect
from msgspec.structs import asdict, force_setattr, replace

from domain.fields import Held
from domain.messages import Invalid, Personal, Value
from domain.personal import parts

V = TypeVar("V")

SHOWN: Final = 4
"""Characters of its end, by which people tell one secret from another."""

LONG: Final = 16
"""Of a shorter one nothing is shown: its end would be much of it."""

Clear = Annotated[str, Held(min_length=1, max_length=10_000, pattern=r"^[^\x00]+$")]
End = Annotated[str, Held(max_length=SHOWN)]


class Secret(Value, frozen=True, kw_only=True):
    """`value` is set, and shown to nobody: it is null in every answer. `ends_with` and `version` tell which
    one there is; who says it as it is shown keeps it as it is.
    """

    value: Personal[Clear | None] = None
    ends_with: Personal[End | None] = None
    version: Annotated[int, Held(ge=0)] = 0

    def __init_subclass__(cls, **_: Any) -> None:
        """There is one type of secrets, which everybody knows. Raises TypeError."""
        raise TypeError(f"{cls.__name__}: a secret is a Secret, and none has more to say")

    def __post_init__(self) -> None:
        """See to it that nobody is told of another end."""
        if self.value is not None:
            force_setattr(
                self, "ends_with", self.value[-SHOWN:] if len(self.value) >= LONG else None
            )

    def __repr__(self) -> str:
        """Show what may be shown, in logs and wherever else."""
        return f"Secret(ends_with={self.ends_with!r}, version={self.version})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Show the same where msgspec would show each field."""
        return [("ends_with", self.ends_with), ("version", self.version)]


class SecretNotKept(Invalid):
    """There is no such secret that could be kept: say its value."""


def masked(value: V) -> V:
    """Return a value as it may be shown: without its secrets, at whatever depth."""
    if isinstance(value, Secret):
        return replace(value, value=None)
    if type(value) in (list, tuple):
        return cast("V", _each_masked(value))
    if not isinstance(value, msgspec.Struct):
        return value
    fields = asdict(value)
    shown = {name: masked(each) for name, each in fields.items()}
    return value if all(shown[name] is fields[name] for name in fields) else replace(value, **shown)


def _each_masked(values: Any) -> Any:
    shown = [masked(each) for each in values]
    same = all(one is other for one, other in zip(shown, values, strict=True))
    return values if same else type(values)(shown)


def kept(value: V, known: Any = None) -> V:
    """Return a value with the secrets that it keeps of what was `known`; a new one is a version more.
    Raises SecretNotKept.
    """
    if isinstance(value, Secret):
        known = known if isinstance(known, Secret) else Secret()
        return _kept(value, known)  # type: ignore[return-value]
    if not isinstance(value, msgspec.Struct):
        return value
    fields = asdict(value)
    found = {name: kept(each, getattr(known, name, None)) for name, each in fields.items()}
    return value if all(found[name] is fields[name] for name in fields) else replace(value, **found)


def _kept(said: Secret, known: Secret) -> Secret:
    if said.value is None and (said == Secret() or said != masked(known)):
        raise SecretNotKept
    if said.value in (None, known.value):
        return known
    return replace(said, version=known.version + 1)


def are_held(values: type[Any]) -> bool:
    """Whether values may hold secrets."""
    return any(is_secret(part) for part in parts(inspect.type_info(values)))


def are_listed(values: type[Any]) -> bool:
    """Whether values may hold secrets in a list: there nobody can tell which one it is that is kept."""
    lists = (inspect.CollectionType, inspect.TupleType, inspect.DictType, inspect.FrozenDictType)
    within = (each for each in parts(inspect.type_info(values)) if isinstance(each, lists))
    return any(is_secret(part) for each in within for part in parts(each))


def is_secret(part: inspect.Type) -> bool:
    """Whether this is the type of secrets."""
    return getattr(part, "cls", None) is Secret
