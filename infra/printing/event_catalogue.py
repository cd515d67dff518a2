"""Print the catalogue of events: what each carries, and who listens to it.

python -m infra.printing.event_catalogue > infra/event_catalogue.md
"""

from collections.abc import Iterator

import msgspec

from adapters.event_store.mapper import personal_fields
from application.processes import PROCESSES
from domain.catalogue import EVENTS, TOLD_AS
from domain.messages import Event
from projections import READ_MODELS

HEAD = """# Events

Generated from the code by `make catalogue`; a test keeps it fresh. A name is permanent: what is
stored under it can be read for ever. Fields in *italics* are personal: encrypted, and erasable.
What others are told of it bears the name that is beside it; of the rest they are told nothing.

| Event | Told as | Carries | Read models | Processes |
|---|---|---|---|---|"""


def catalogue() -> str:
    """Return the catalogue as Markdown."""
    return "\n".join([HEAD, *(_line(name, event) for name, event in EVENTS.items())]) + "\n"


def _line(name: str, event: type[Event]) -> str:
    models = ", ".join(f"`{m.name}`" for m in READ_MODELS if event in m.subscribes_to)
    processes = ", ".join(p.name for p in PROCESSES if event in p.when)
    telling = TOLD_AS[event]
    told = telling.name if telling else ""
    return f"| {name} | {told} | {', '.join(_fields(event))} | {models} | {processes} |"


def _fields(event: type[Event]) -> Iterator[str]:
    """Name its fields; a field of which a part is personal is not personal itself."""
    personal = personal_fields(event)
    for field in msgspec.structs.fields(event):
        yield f"*{field.name}*" if field.encode_name in personal else field.name


def main() -> None:
    """Print it."""
    print(catalogue(), end="")


if __name__ == "__main__":
    main()
