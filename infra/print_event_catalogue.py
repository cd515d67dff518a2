"""Print the catalogue of events: what each carries, and who listens to it.

python -m infra.print_event_catalogue > infra/event_catalogue.md
"""

from collections.abc import Iterator

from application.processes import PROCESSES
from domain.catalogue import EVENTS
from domain.messages import Event
from projections import READ_MODELS

HEAD = """# Events

Generated from the code by `make catalogue`; a test keeps it fresh. A name is permanent: what is
stored under it can be read for ever. Fields in *italics* are personal: encrypted, and erasable.

| Event | Carries | Read models | Processes |
|---|---|---|---|"""


def catalogue() -> str:
    """Give the catalogue as Markdown."""
    return "\n".join([HEAD, *(_line(name, event) for name, event in EVENTS.items())]) + "\n"


def _line(name: str, event: type[Event]) -> str:
    models = ", ".join(f"`{m.name}`" for m in READ_MODELS if event in m.subscribes_to)
    processes = ", ".join(p.name for p in PROCESSES if event in p.when)
    return f"| {name} | {', '.join(_fields(event))} | {models} | {processes} |"


def _fields(event: type[Event]) -> Iterator[str]:
    annotations = {
        k: v for c in reversed(event.__mro__) for k, v in vars(c).get("__annotations__", {}).items()
    }
    for field in event.__struct_fields__:
        personal = "Personal" in str(annotations.get(field)) or "personal" in str(
            annotations.get(field)
        )
        yield f"*{field}*" if personal else field


def main() -> None:
    """Print it."""
    print(catalogue(), end="")


if __name__ == "__main__":
    main()
