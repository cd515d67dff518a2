"""Print what is on Kafka, for those who read or write it without our code: an AsyncAPI 3 document.

python -m infra.printing.asyncapi > infra/asyncapi.json
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, get_args, get_type_hints

import msgspec

from adapters.streams.facts import FACT_REFUSED, Refused
from adapters.streams.told import PUBLISHED
from adapters.streams.topics import (
    FACTS,
    PARTITIONS,
    REFUSED,
    RETENTION_MS,
    TOLD,
    told_of,
    topic_of,
)
from application.operations import facts
from domain.aggregate import Aggregate
from domain.catalogue import AREAS, KINDS
from domain.messages import Event

Json = dict[str, Any]

ABOUT: Final = f"""
What happens in frontdesk, told to others as CloudEvents 1.0 in the binary mode of its Kafka binding:
the value is what happened, the headers say where and when.

- What is published may come twice: drop what has a `ce_sequence` that you have seen of its topic and
  partition, or a `ce_position` that you have seen at all. Events of one stream, which is the key, come
  in order; over all topics `ce_position` orders them.
- Ignore types and fields that you do not know: new ones may come at any time. A type never changes
  its meaning, and no field leaves it; what would change it is a new type, `.v2`.
- Times are ISO 8601 in UTC. Every field is there; what is not known is null.
- What says something about a person is not told here. Ask the HTTP API for it, as somebody who may
  see it: a field has the name that it has there.
- An id is the name of its stream: `booking-` and a UUID. `ce_subject` is what it happened to.
- Topics keep records for a week; the history is kept by frontdesk, for ever.
- Read no other topics whose names begin with `frontdesk.`: what is on them is how we keep our books,
  and changes without notice.

What other systems know or want they may say on `{FACTS}`, if they are listed in KAFKA_FACTS. The
same `ce_id` of the same `ce_source` is the same fact: it may be sent again, and is done once. Facts
that need each other want the same key. What is refused is named on `{REFUSED}`, at least once.
What is said there of a person is in the clear, for as long as that topic keeps it: say it in the value.
A `ce_id`, `ce_source` or `ce_type` with other signs than letters, digits and `._:/-` is not repeated.
"""

CLOUD_EVENT: Final = "cloud-event-headers"
FACT: Final = "fact-headers"
TEXT: Final = {"type": "string"}
NUMBER: Final = {"type": "string", "pattern": "^[0-9]+$"}
KEY: Final = {**TEXT, "description": "The stream: murmur2 of it is the partition."}


def document() -> Json:
    """Return the document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "frontdesk",
            "version": "1",
            "description": ABOUT.strip(),
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "channels": {_short(topic): _channel(topic) for topic in MESSAGES},
        "operations": {
            f"{'take' if topic == FACTS else 'publish'}-{_short(topic)}": _operation(topic)
            for topic in MESSAGES
        },
        "components": {
            "messages": {
                **{name: _message(name, kind) for name, kind in TOLD_MESSAGES.items()},
                **{name: _fact(name, kind) for name, kind in OTHERS_MESSAGES.items()},
            },
            "schemas": {CLOUD_EVENT: _headers(), FACT: _fact_headers(), **_schemas()},
        },
    }


def text() -> str:
    """Return the document as text that is the same every time."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


# --- What is told where --------------------------------------------------------------------


def _topics() -> Mapping[type[Event], str]:
    """Return our topic of every event: that of the streams whose aggregate is moved by it."""
    aggregates = (v for area in AREAS for v in vars(area).values() if isinstance(v, Aggregate))
    return {
        event: topic_of(f"{aggregate.kind}-")
        for aggregate in aggregates
        for event in _moved_by(aggregate)
    } | {event: topic_of(f"{kind.one}-") for kind in KINDS for event in kind.events.values()}


def _moved_by(aggregate: Aggregate[Any, Any]) -> tuple[type[Event], ...]:
    _, event, *_ = get_type_hints(aggregate.evolve).values()
    return get_args(event) or (event,)


TOPIC_OF: Final = _topics()
MESSAGES: Final[Mapping[str, Sequence[str]]] = {
    **{
        topic: [
            shape.telling.name
            for event, shape in PUBLISHED.items()
            if told_of(TOPIC_OF[event]) == topic
        ]
        for topic in TOLD
    },
    FACTS: list(facts.FACTS),
    REFUSED: [FACT_REFUSED],
}
TOLD_MESSAGES: Final[Mapping[str, type]] = {
    shape.telling.name: shape.struct for shape in PUBLISHED.values()
}
OTHERS_MESSAGES: Final[Mapping[str, type]] = {**facts.FACTS, FACT_REFUSED: Refused}


def _short(topic: str) -> str:
    return topic.removeprefix("frontdesk.")


def _channel(topic: str) -> Json:
    return {
        "address": topic,
        "messages": {n: {"$ref": f"#/components/messages/{n}"} for n in MESSAGES[topic]},
        "bindings": {"kafka": _partitioned(topic)},
    }


def _partitioned(topic: str) -> Json:
    return {
        "topic": topic,
        "partitions": PARTITIONS,
        "topicConfiguration": {"cleanup.policy": ["delete"], "retention.ms": RETENTION_MS},
        "bindingVersion": "0.5.0",
    }


def _operation(topic: str) -> Json:
    action = "receive" if topic == FACTS else "send"
    return {"action": action, "channel": {"$ref": f"#/channels/{_short(topic)}"}}


# --- What it looks like --------------------------------------------------------------------


def _message(name: str, kind: type) -> Json:
    return {
        **_cloud_event(name, kind, CLOUD_EVENT),
        "bindings": {"kafka": {"key": KEY, "bindingVersion": "0.5.0"}},
    }


def _fact(name: str, kind: type) -> Json:
    """Describe what others tell us, or what we tell them of it."""
    key = {**TEXT, "description": "Keeps in order what has the same key."}
    return {
        **_cloud_event(name, kind, FACT),
        "bindings": {"kafka": {"key": key, "bindingVersion": "0.5.0"}},
    }


def _cloud_event(name: str, kind: type, headers: str) -> Json:
    named = {"properties": {"ce_type": {"const": name}}}
    return {
        "name": name,
        "title": kind.__name__,
        "contentType": "application/json",
        "headers": {"type": "object", "allOf": [_ref(headers), named]},
        "payload": _ref(name),
    }


def _fact_headers() -> Json:
    """Describe what `adapters/streams/facts.py` reads, and what it writes itself."""
    named = {**TEXT, "pattern": "^[!-~]{1,200}$"}
    needed = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {
            **named,
            "description": "The same when it is sent again. It is kept for ever: it says of nobody who they are.",
        },
        "ce_source": {**named, "description": "Who says so."},
        "ce_type": named,
    }
    optional = {
        "ce_time": {**TEXT, "format": "date-time"},
        "content-type": TEXT,
        "traceparent": TEXT,
    }
    return {"type": "object", "required": [*needed], "properties": {**needed, **optional}}


def _headers() -> Json:
    """Describe what `adapters/streams/records.py` writes."""
    always = {
        "ce_specversion": {"const": "1.0"},
        "ce_id": {**TEXT, "description": "Of this event alone."},
        "ce_source": {**TEXT, "description": "The business: /frontdesk/tenants/ and its id."},
        "ce_type": {**TEXT, "description": "What happened: a permanent name."},
        "ce_subject": {**TEXT, "description": "The stream, as in the key."},
        "ce_time": {**TEXT, "format": "date-time"},
        "ce_partitionkey": TEXT,
        "ce_position": {**NUMBER, "description": "In everything that ever happened, dense."},
        "ce_tenantid": TEXT,
        "ce_tenantposition": {**NUMBER, "description": "In what happened in this business, dense."},
        "ce_streamversion": {**NUMBER, "description": "In the stream, dense."},
        "ce_sequence": {
            **NUMBER,
            "description": "In the partition, dense; the same if sent again.",
        },
        "content-type": {"const": "application/json"},
    }
    sometimes = {"ce_correlationid": TEXT, "ce_causationid": TEXT, "traceparent": TEXT}
    return {"type": "object", "required": [*always], "properties": {**always, **sometimes}}


def _schemas() -> Json:
    """Return the schemas of what is published, with those of the values in it and no others."""
    _, found = msgspec.json.schema_components(
        [*TOLD_MESSAGES.values(), *OTHERS_MESSAGES.values()],
        ref_template="#/components/schemas/{name}",
    )
    kinds = {**TOLD_MESSAGES, **OTHERS_MESSAGES}
    messages = {name: found[kind.__name__] for name, kind in kinds.items()}
    needed = set(_reached(list(messages.values()), found))
    values = {name: found[name] for name in sorted(needed)}
    return {name: _tidy(schema) for name, schema in {**messages, **values}.items()}


def _reached(schema: Any, known: Json) -> Iterator[str]:
    match schema:
        case {"$ref": str(ref)}:
            name = ref.rpartition("/")[2]
            yield from (name, *_reached(known[name], known))
        case dict():
            yield from (name for part in schema.values() for name in _reached(part, known))
        case list():
            yield from (name for part in schema for name in _reached(part, known))


def _tidy(schema: Any) -> Any:
    """Put descriptions, which come from docstrings, on one line. The `discriminator` that msgspec
    adds for OpenAPI means another thing in AsyncAPI; the constants of the tags say the same.
    """
    match schema:
        case dict():
            return {k: _tidy(v) for k, v in schema.items() if k != "discriminator"}
        case list():
            return [_tidy(each) for each in schema]
        case str():
            return " ".join(schema.split())
    return schema


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def main() -> None:
    """Print it."""
    print(text(), end="")


if __name__ == "__main__":
    main()
