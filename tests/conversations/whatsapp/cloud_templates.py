"""What Meta's Cloud API has of templates, and what it refuses: messages that are made of others, or otherwise than they
are; and what is said freely to whoever has not written for a day.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import parse_qsl

A_DAY: Final = 24 * 3_600
PLACE: Final = re.compile(r"\{\{ *([a-z0-9_]+) *\}\}")
NOT_TAKEN: Final = re.compile(r"[\n\r\t]| {5}")
LONGEST: Final = 1_024
CODES: Final = {"PAUSED": 132_015, "DISABLED": 132_016}


@dataclass
class TheirTemplate:
    """As its owner has it there; `more` are its other components."""

    name: str
    text: str
    language: str = "fr"
    status: str = "APPROVED"
    category: str = "UTILITY"
    more: list[dict[str, Any]] = field(default_factory=list)
    reason: str | None = None

    @property
    def places(self) -> list[str]:
        """Return what is to be filled in, once."""
        return list(dict.fromkeys(PLACE.findall(self.text)))

    @property
    def buttons(self) -> int:
        """Return by how many buttons one can answer."""
        known = (b for each in self.more for b in each.get("buttons", ()))
        return sum(each["type"] == "QUICK_REPLY" for each in known)

    @property
    def named(self) -> bool:
        """Whether its places have names."""
        return bool(self.places) and not self.places[0].isdigit()


@dataclass
class Rules:
    """`written` is when each wrote last, by the `clock` of Meta, which is asked where there is one."""

    templates: list[TheirTemplate] = field(default_factory=list)
    written: dict[str, float] = field(default_factory=dict)
    clock: Callable[[], float] | None = None

    def hear(self, values: Iterable[dict[str, Any]]) -> None:
        """Note who has written, as they are called by whoever is called about it."""
        for value in values:
            messages = [each for each in value.get("messages", ()) if isinstance(each, dict)]
            for each in messages:
                for who in filter(None, (each.get("from"), each.get("from_user_id"))):
                    self.written[who] = float(each["timestamp"])

    def page(self, asked: str, here: str) -> dict[str, Any]:
        """Return a page of templates, as they are asked for: the next address is at some other place."""
        question = dict(parse_qsl(asked))
        first, many = int(question.get("after", 0)), int(question["limit"])
        shown = self.templates[first : first + many]
        found: dict[str, Any] = {"data": [_shown(each) for each in shown]}
        if (last := first + many) < len(self.templates):
            cursors = {"before": str(first), "after": str(last)}
            found["paging"] = {"cursors": cursors, "next": f"http://{here}:1/stolen?after={last}"}
        return found

    def refusal(self, said: dict[str, Any]) -> int | None:
        """Return by which code a message is refused, if it is."""
        if said["type"] == "template":
            return self._of_template(said["template"])
        to = said.get("to") or said["recipient"]
        if self.clock is None or self.clock() < self.written.get(to, 0) + A_DAY:
            return None
        return 131_047

    def _of_template(self, said: dict[str, Any]) -> int | None:
        asked = (said["name"], said["language"]["code"])
        there = next((e for e in self.templates if (e.name, e.language) == asked), None)
        if there is None or there.status != "APPROVED":
            return CODES.get(there.status, 132_001) if there else 132_001
        given = [each for each in said["components"] if each["type"] == "body"]
        parameters = given[0]["parameters"] if given else []
        pressed = [int(e["index"]) for e in said["components"] if e["type"] == "button"]
        if any(index >= there.buttons for index in pressed):
            return 132_018
        return _of_parameters(there, parameters)


def _shown(there: TheirTemplate) -> dict[str, Any]:
    components = [{"type": "BODY", "text": there.text}] if there.text else []
    return {
        "id": "1689556908129832",
        "name": there.name,
        "language": there.language,
        "status": there.status,
        "category": there.category,
        "parameter_format": "NAMED" if there.named else "POSITIONAL",
        "quality_score": {"score": "GREEN", "date": 1_750_344_882},
        "rejected_reason": there.reason or "NONE",
        "components": [*components, *there.more],
    }


def _of_parameters(there: TheirTemplate, parameters: list[dict[str, Any]]) -> int | None:
    if len(parameters) != len(there.places):
        return 132_000
    names = [each.get("parameter_name") for each in parameters]
    if sorted(filter(None, names)) != (sorted(there.places) if there.named else []):
        return 132_012
    texts = [each["text"] for each in parameters]
    if any(NOT_TAKEN.search(each) or not each.strip() for each in texts):
        return 132_012
    return 132_005 if len(filled(there, parameters)) > LONGEST else None


def filled(there: TheirTemplate, parameters: list[dict[str, Any]]) -> str:
    """Return what somebody reads."""
    numbered = {str(n): each["text"] for n, each in enumerate(parameters, 1)}
    named = {each["parameter_name"]: each["text"] for each in parameters if there.named}
    return PLACE.sub(lambda found: str((named or numbered)[found[1]]), there.text)
