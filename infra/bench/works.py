"""What is measured: every work, who does it, and what each is told to do in a round."""

from collections.abc import Sequence

from infra.bench.efforts import Effort
from infra.bench.entrants import (
    CRUD_IMPORT,
    ECHO,
    ES_API,
    ES_LOG,
    ES_PROJECTION,
    OUR_API,
    OUR_COMMANDS,
    OUR_FEED,
    OUR_GROWN_LOG,
    OUR_IMPORT,
    OUR_LOG,
    OUR_QUIET_WEBHOOKS,
    OUR_READ_MODEL,
    OUR_SHORT_LOG,
    OUR_SMALL_LOG,
    OUR_STREAMS,
    OUR_WEBHOOKS,
    OUR_WHATSAPP,
    OUTBOX,
    OUTBOX_IN_ORDER,
    PGBENCH,
    PLAIN_SQL,
    PUBSUB_API,
    crud,
    crud_leads,
    eventsourcing,
    floor,
    frontdesk,
    grown_api,
    leads_api,
)
from infra.bench.figures import MILLISECONDS, MOSTLY, PROCESSOR
from infra.bench.race import Entrant, Work


def works(effort: Effort) -> Sequence[Work]:
    return [
        *(_append(callers, effort) for callers in (1, 16, 64)),
        *(_load(events, effort) for events in (100, 1_000)),
        _follow(effort),
        _live(effort),
        _rebuild(effort),
        _verify(effort),
        *(_http_create(connections, effort) for connections in (1, 8, 32)),
        _http_get(effort),
        _http_list(effort),
        _message(effort),
        *(_feed_latency(listeners, effort) for listeners in (1, 500, 5_000)),
        _feed_resume(effort),
        _webhook(effort),
        _webhook_out(effort),
        _webhook_out_hanging(effort),
        _whatsapp_in(effort),
        _whatsapp_out(effort),
        _import_leads(effort),
        _lead_submit(effort),
        _lead_list(effort),
        _growth_leads(effort),
        _visible(effort),
        _growth_append(effort),
        _growth_http(effort),
        _worker(effort),  # before the relay publishes it all again
        _relay(effort),
        _visible_distributed(effort),
    ]


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _append(callers: int, effort: Effort) -> Work:
    order = {"callers": callers, "seconds": effort.seconds}
    return Work(
        key=f"append_{callers}",
        title="Append, " + _counted(callers, "caller"),
        ours=frontdesk(OUR_COMMANDS, "append", **order),
        rivals=(
            eventsourcing(ES_LOG, "append", **order),
            Entrant("pgbench row by row", PGBENCH, {"work": "append", **order}),
        ),
    )


def _load(events: int, effort: Effort) -> Work:
    order = {"events": events, "seconds": effort.seconds}
    return Work(
        key=f"load_{events}",
        title=f"Load {events:,} events",
        ours=frontdesk(OUR_COMMANDS, "load", **order),
        rivals=(eventsourcing(ES_LOG, "load", **order),),
    )


def _follow(effort: Effort) -> Work:
    return Work(
        key="follow",
        title="Follow the log, typed",
        ours=frontdesk(OUR_LOG, "follow", events=effort.events),
        rivals=(
            eventsourcing(ES_LOG, "follow", events=effort.followed),
            Entrant("COPY to nowhere", PLAIN_SQL, {"work": "copy", "events": effort.events}),
        ),
    )


def _live(effort: Effort) -> Work:
    return Work(
        key="live",
        title="Keep a read model",
        ours=frontdesk(OUR_READ_MODEL, "keep", events=effort.kept),
        rivals=(eventsourcing(ES_PROJECTION, "keep", events=effort.projected),),
    )


def _rebuild(effort: Effort) -> Work:
    tenth = effort.events // 10
    return Work(
        key="rebuild",
        title=f"Rebuild a read model, {effort.events:,} events",
        ours=frontdesk(OUR_LOG, "rebuild", events=effort.events),
        rivals=(
            eventsourcing(ES_PROJECTION, "keep", events=effort.projected),
            Entrant("SQL GROUP BY", PLAIN_SQL, {"work": "group", "events": effort.events}),
            Entrant(
                f"frontdesk, {tenth:,} events", OUR_SHORT_LOG, {"work": "rebuild", "events": tenth}
            ),
        ),
    )


def _verify(effort: Effort) -> Work:
    return Work(
        key="verify",
        title="Verify the chain",
        ours=frontdesk(OUR_LOG, "verify", events=effort.events),
        rivals=(
            Entrant("SQL sha256 row by row", PLAIN_SQL, {"work": "hash", "events": effort.events}),
        ),
    )


def _http_create(connections: int, effort: Effort) -> Work:
    order = {"connections": connections, "seconds": effort.seconds}
    return Work(
        key=f"http_create_{connections}",
        title="Create a booking, " + _counted(connections, "connection"),
        ours=frontdesk(OUR_API, "create", **order),
        rivals=(
            crud("create", **order),
            Entrant("FastAPI + eventsourcing", ES_API, {"work": "create", **order}),
            floor("create", **order),
        ),
    )


def _http_get(effort: Effort) -> Work:
    order = {"connections": 8, "seconds": effort.seconds}
    return Work(
        key="http_get_8",
        title="Get a booking, 8 connections",
        ours=frontdesk(OUR_API, "get", **order),
        rivals=(crud("get", **order), floor("get", **order)),
    )


def _http_list(effort: Effort) -> Work:
    order = {"connections": 8, "seconds": effort.seconds}
    return Work(
        key="http_list_8",
        title="List 50 bookings, 8 connections",
        ours=frontdesk(OUR_API, "list", **order),
        rivals=(crud("list", **order), floor("list", **order)),
    )


def _message(effort: Effort) -> Work:
    order = {"connections": 8, "seconds": effort.seconds}
    return Work(
        key="message_8",
        title="Say something in a conversation, 8 connections",
        ours=frontdesk(OUR_API, "say", **order),
        rivals=(crud("say", **order),),
    )


def _feed_latency(listeners: int, effort: Effort) -> Work:
    order = {"work": "latency", "listeners": listeners, "seconds": effort.seconds}
    return Work(
        key=f"feed_latency_{listeners}",
        title="From 201 until heard, " + _counted(listeners, "listener"),
        unit=MOSTLY,
        ours=Entrant("frontdesk", OUR_FEED, order),
        rivals=(
            Entrant("FastAPI + Redis pub/sub", PUBSUB_API, order),
            Entrant("a plain websockets server", ECHO, order),
        ),
    )


def _feed_resume(effort: Effort) -> Work:
    order = {"work": "resume", "events": effort.missed}
    return Work(
        key="feed_resume",
        title=f"Hear {effort.missed:,} events that one was away for",
        ours=Entrant("frontdesk", OUR_FEED, order),
        rivals=(Entrant("FastAPI, page by page of a table", PUBSUB_API, order),),
    )


def _webhook(effort: Effort) -> Work:
    order = {"connections": 8, "seconds": effort.seconds}
    return Work(
        key="webhook_8",
        title="Take a signed call of a provider, 8 connections",
        ours=frontdesk(OUR_API, "take", **order),
        rivals=(floor("take", **order),),
    )


def _webhook_out(effort: Effort) -> Work:
    order = {"endpoints": 100, "hang": 0, "events": effort.told}
    return Work(
        key="webhook_out",
        title="Deliver signed events to 100 receivers",
        ours=frontdesk(OUR_WEBHOOKS, "deliver", **order),
        rivals=(Entrant("an outbox and 32 threads", OUTBOX, {"work": "deliver", **order}),),
    )


def _webhook_out_hanging(effort: Effort) -> Work:
    """Of those who answer, as many are told as in the quiet work beside, so that both cost the same."""
    order = {"work": "deliver", "events": effort.told // 3}
    return Work(
        key="webhook_out_hanging",
        title="Deliver them to 800 while 200 others hang for 29 s",
        ours=Entrant("frontdesk", OUR_WEBHOOKS, {**order, "endpoints": 1_000, "hang": 200}),
        rivals=(
            Entrant("none hanging", OUR_QUIET_WEBHOOKS, {**order, "endpoints": 800, "hang": 0}),
        ),
    )


def _whatsapp_in(effort: Effort) -> Work:
    order = {"connections": 8, "seconds": effort.seconds, "people": 200}
    return Work(
        key="whatsapp_in",
        title="Signed messages of 200 people, until each is in its thread",
        ours=frontdesk(OUR_API, "hear", **order),
        rivals=(crud("hear", **order),),
    )


def _whatsapp_out(effort: Effort) -> Work:
    order = {"work": "carry", "conversations": 50, "messages": effort.carried}
    return Work(
        key="whatsapp_out",
        title="Messages to 50 people in order, to who takes 50 ms",
        ours=Entrant("frontdesk", OUR_WHATSAPP, order),
        rivals=(Entrant("an outbox and as many threads", OUTBOX_IN_ORDER, order),),
    )


def _import_leads(effort: Effort) -> Work:
    order = {"work": "import_leads", "rows": effort.rows}
    return Work(
        key="import_leads",
        title=f"Import {effort.rows:,} leads",
        ours=Entrant("frontdesk", OUR_IMPORT, order),
        rivals=(Entrant("SQLAlchemy, row by row", CRUD_IMPORT, order),),
    )


def _lead_submit(effort: Effort) -> Work:
    order = {"work": "submit", "connections": 8, "seconds": effort.seconds}
    return Work(
        key="lead_submit_8",
        title="Fill a form in and be a lead, 8 connections",
        ours=Entrant("frontdesk", leads_api("our_leads", effort.leads), order),
        rivals=(Entrant("FastAPI + SQLAlchemy CRUD", crud_leads(effort.leads), order),),
    )


def _lead_list(effort: Effort) -> Work:
    order = {"work": "list", "connections": 8, "seconds": effort.seconds}
    return Work(
        key="lead_list_8",
        title=f"List 50 of {effort.leads:,} leads, 8 connections",
        ours=Entrant("frontdesk", leads_api("our_leads", effort.leads), order),
        rivals=(Entrant("FastAPI + SQLAlchemy CRUD", crud_leads(effort.leads), order),),
    )


def _growth_leads(effort: Effort) -> Work:
    order = {"work": "submit", "connections": 8, "seconds": effort.seconds}
    return Work(
        key="growth_leads",
        title=f"Fill a form in beside {effort.leads:,} leads",
        unit=PROCESSOR,
        ours=Entrant("frontdesk", leads_api("our_leads", effort.leads), order),
        rivals=(Entrant("beside 1,000 leads", leads_api("our_few_leads", 1_000), order),),
    )


def _visible(effort: Effort) -> Work:
    order = {"seconds": effort.seconds}
    return Work(
        key="visible_embedded",
        title="Commit until visible in a read model",
        unit=MILLISECONDS,
        ours=frontdesk(OUR_READ_MODEL, "visible", **order),
        rivals=(eventsourcing(ES_PROJECTION, "visible", **order),),
    )


def _growth_append(effort: Effort) -> Work:
    order = {"work": "append_to", "seconds": effort.seconds}
    small = {**order, "events": 10_000, "tenants": 10}
    grown = {**order, "events": effort.grown, "tenants": 10_000}
    return Work(
        key="growth_append",
        title=f"Append to {effort.grown:,} events of 10,000 tenants",
        unit=PROCESSOR,
        ours=Entrant("frontdesk", OUR_GROWN_LOG, grown),
        rivals=(Entrant("to 10,000 events of 10 tenants", OUR_SMALL_LOG, small),),
    )


def _growth_http(effort: Effort) -> Work:
    order = {"work": "alternate", "connections": 8, "seconds": effort.seconds}
    small = grown_api("our_small_api", 10_000, 10)
    grown = grown_api("our_grown_api", effort.grown, 10_000)
    return Work(
        key="growth_http",
        title=f"Create, get beside {effort.grown:,} events of 10,000 tenants",
        unit=PROCESSOR,
        ours=Entrant("frontdesk", grown, order),
        rivals=(Entrant("beside 10,000 events of 10 tenants", small, order),),
    )


def _relay(effort: Effort) -> Work:
    order = {"events": effort.kept}
    return Work(
        key="relay",
        needs_kafka=True,
        title="Relay the log to Kafka",
        ours=frontdesk(OUR_STREAMS, "relay", **order),
        rivals=(Entrant("producing alone", OUR_STREAMS, {"work": "produce", **order}),),
    )


def _worker(effort: Effort) -> Work:
    order = {"events": effort.kept}
    return Work(
        key="worker",
        needs_kafka=True,
        title="Keep a read model by way of Kafka",
        ours=frontdesk(OUR_STREAMS, "getmany", **order),
        rivals=(Entrant("by a Faust agent", OUR_STREAMS, {"work": "agent", **order}),),
    )


def _visible_distributed(effort: Effort) -> Work:
    order = {"work": "visible", "seconds": effort.seconds}
    return Work(
        key="visible_distributed",
        needs_kafka=True,
        title="Commit until visible, by way of Kafka",
        unit=MILLISECONDS,
        ours=Entrant("frontdesk", OUR_STREAMS, order),
        rivals=(Entrant("in one process", OUR_READ_MODEL, order),),
    )
