"""What a refusal says besides its code: the facts that its class declares."""

from collections.abc import Mapping
from typing import Any, ClassVar, get_origin, get_type_hints

from domain.confidential import masked
from domain.messages import DomainError


def facts_of(kind: type[DomainError]) -> Mapping[str, Any]:
    """Return the types of the facts of a refusal, by name."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: hint for name, hint in hints.items() if get_origin(hint) is not ClassVar}


def said(refusal: DomainError) -> dict[str, object]:
    """Return the facts of a refusal, as far as they are known, without secrets."""
    usual = {name: getattr(refusal, name, None) for name in facts_of(type(refusal))}
    known = {**usual, **refusal.facts}
    return {name: masked(fact) for name, fact in known.items() if fact is not None}
