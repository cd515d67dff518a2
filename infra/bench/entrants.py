"""Who takes part: ourselves, and rivals that do the same work, each on a database of its own."""

from typing import Any, Final

from infra.bench.contender import Contender
from infra.bench.race import Entrant


def _rival(database: str, program: str, *arguments: str) -> Contender:
    return Contender(("-m", f"infra.bench.rivals.{program}", *arguments), database)


ES_LOG: Final = _rival("es_log", "eventsourcing_log")
ES_PROJECTION: Final = _rival("es_projection", "eventsourcing_projection")
PGBENCH: Final = _rival("pgbench", "pgbench")
PLAIN_SQL: Final = _rival("plain_sql", "plain_sql")
OUTBOX: Final = _rival("outbox", "outbox")
OUTBOX_IN_ORDER: Final = _rival("outbox_in_order", "outbox_in_order")
CRUD_IMPORT: Final = _rival("crud_import", "crud_import")
CRUD_API: Final = _rival("crud_api", "over_http", "crud_api")
ES_API: Final = _rival("es_api", "over_http", "eventsourcing_api")
PUBSUB_API: Final = _rival("pubsub_api", "feed", "pubsub")
ECHO: Final = _rival("echo", "feed", "echo")
FLOOR_API: Final = _rival("floor_api", "over_http", "floor_api")


def eventsourcing(contender: Contender, work: str, **order: Any) -> Entrant:
    return Entrant("eventsourcing", contender, {"work": work, **order})


def crud(work: str, **order: Any) -> Entrant:
    return Entrant("FastAPI + SQLAlchemy CRUD", CRUD_API, {"work": work, **order})


def floor(work: str, **order: Any) -> Entrant:
    return Entrant("one statement under FastAPI", FLOOR_API, {"work": work, **order})


def _ours(database: str, program: str) -> Contender:
    return Contender(("-m", f"infra.bench.ours.{program}"), database)


OUR_COMMANDS: Final = _ours("our_commands", "commands")
OUR_SMALL_LOG: Final = _ours("our_small_log", "commands")
OUR_GROWN_LOG: Final = _ours("our_grown_log", "commands")
OUR_LOG: Final = _ours("our_log", "log")
OUR_SHORT_LOG: Final = _ours("our_short_log", "log")
OUR_API: Final = _ours("our_api", "over_http")
OUR_READ_MODEL: Final = _ours("our_read_model", "read_model")
OUR_FEED: Final = _ours("our_feed", "feed")
OUR_IMPORT: Final = _ours("our_import", "imports")
OUR_WEBHOOKS: Final = _ours("our_webhooks", "webhooks")
OUR_QUIET_WEBHOOKS: Final = _ours("our_quiet_webhooks", "webhooks")
OUR_WHATSAPP: Final = _ours("our_whatsapp", "whatsapp")
OUR_STREAMS: Final = _ours("our_streams", "streams")


def grown_api(database: str, events: int, tenants: int) -> Contender:
    return Contender(("-m", "infra.bench.ours.over_http", str(events), str(tenants)), database)


def leads_api(database: str, leads: int) -> Contender:
    return Contender(("-m", "infra.bench.ours.leads", str(leads)), database)


def crud_leads(leads: int) -> Contender:
    return _rival("crud_leads", "leads_over_http", str(leads))


def frontdesk(contender: Contender, work: str, **order: Any) -> Entrant:
    return Entrant("frontdesk", contender, {"work": work, **order})
