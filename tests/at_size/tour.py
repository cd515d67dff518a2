"""Goes through the whole product: all kinds of things are made, moved on, asked for in every way that
there is to ask, and taken back.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4

from msgspec import to_builtins
from msgspec.structs import replace
from starlette.testclient import TestClient

from adapters.feed.follower import Follower
from adapters.read_models import changes
from adapters.webhooks import PostgresDeliveries
from adapters.webhooks.deliveries import Held, Wish
from application.outgoing import Answered
from domain.business.configuration.declared import Pusher
from domain.business.users import Role
from domain.catalogue import KINDS
from domain.confidential import Secret
from domain.sales.forms import FORMS
from domain.values import TenantId
from tests.at_size.tour_of_operators import DAY, EARLY, long_work, queues, upkeep
from tests.business.tenants.examples import register_business
from tests.contract import documents
from tests.files.pictures import picture
from tests.files.sending import send
from tests.inbound.test_configured import configured
from tests.records.any_kind import bodies
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

PASSWORD: Final = "nine green teapots"

Ids = Mapping[str, Any]
"""What stands for the parameters of paths."""


def tour(running: Running) -> Ids:
    """Go through it, in the business that is running and in one that is new; return what was made."""
    http = running.http()
    before = http.get("/v1/feed").json()["position"]
    register(running)
    accounts(running)
    salon = Salon.opened(running)
    ids = {**people(salon, http), **bookings(salon, http), **records(running)}
    running.settle()
    ids |= {**queues(running, ids), **long_work(running), **files(http, ids)}
    ids |= {**pages(running, http), **forms(running, http), **conversations(http, ids)}
    ids |= payments(running, http, ids)
    guest(running, salon, ids["business"])
    ids |= webhooks(running)
    running.settle()
    listen(running, before, ids)
    for asked in ({}, {"as_of": EARLY}, {"as_of": "1000"}):
        for answer in questions(running, ids, asked):
            assert answer.status_code < 500, f"{answer.request.url}: {answer.text}"
    upkeep(running)
    configured(running, "pusher", Pusher(app_id="1", key="1", secret=Secret(value="0123456789")))
    running.settle()
    running.clock.set(running.clock() + 2 * DAY)
    running.settle()
    took_place(http, ids)
    running.settle()
    return ids


def files(http: TestClient, ids: Ids) -> Ids:
    """Send a picture, and be led to it."""
    sent = send(http, ids["client_id"], picture()).json()
    return {
        "file_id": sent["id"],
        "token": "none",
        "name": f"{'0' * 64}.png",
        "path": "public/none.png",
    }


def erase(running: Running, ids: Ids) -> None:
    """Forget the client whom the tour has registered, and ask how far that is."""
    where = f"/v1/clients/{ids['client_id']}/personal-data"
    running.http().delete(where)
    running.settle()
    assert running.http().get(where).json()["state"] == "erased"


def register(running: Running) -> None:
    """Register the business itself: its log may be older than its account."""
    order = replace(register_business, tenant_id=TenantId(running.tenant), professional_id=None)
    running.order(order)
    running.settle()


def accounts(running: Running) -> None:
    """Register, log in, and log out again."""
    http = TestClient(running.app, raise_server_exceptions=False)
    person = {"email": f"{uuid4().hex}@example.org", "password": PASSWORD}
    known = {**person, "name": "Camille", "user_type": "beauty_professional"}
    http.post("/v1/auth/register", json=known)
    http.post("/v1/auth/login", json={**person, "password": "wrong " + PASSWORD})
    tokens = http.post("/v1/auth/login", json=person).json()
    again = http.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    http.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
    assert again.status_code == 200
    running.http().post("/v1/auth/logout")


def people(salon: Salon, http: TestClient) -> dict[str, Any]:
    """Make a client, a user and a block, and change each."""
    client = made(http, "/v1/clients", {"name": "Zoé", "email": "zoe@example.org"})
    http.put(f"/v1/clients/{client}", json={"name": "Zoé Müller", "phone": "+33199001234"})
    http.put(f"/v1/clients/{client}/status", json={"status": "active"})
    lead = made(http, "/v1/leads", {"client_id": client, "message": "Do you do weddings?"})
    http.post(f"/v1/leads/{lead}/contacts", json={"way": "call"})
    noted = http.post(f"/v1/clients/{client}/notes", json={"text": "Likes tea."})
    token = {"Consistency-Token": noted.headers["consistency-token"]}
    http.get(f"/v1/clients/{client}/timeline", headers=token)
    for _ in range(2):
        order = {"name": "Once", "duration_minutes": 5}
        http.post("/v1/services", json=order, headers={"Idempotency-Key": client})
    slot = {"starts_at": "2027-01-08T09:00:00Z", "ends_at": "2027-01-08T10:00:00Z"}
    block = {"when": {"type": "once", "slot": slot}}
    blocked = made(http, "/v1/time-blocks", {"professional_id": salon.professional_id, **block})
    professional = f"/v1/professionals/{salon.professional_id}"
    http.put(f"{professional}/contact", json={"name": "Ana Lopez"})
    http.put(f"{professional}/booking", json={"enabled": True})
    return {
        "client_id": client,
        "lead_id": lead,
        "block_id": blocked,
        "professional_id": salon.professional_id,
        "service_id": salon.service_id,
        "tenant_id": salon.running.tenant,
        "code": "slot-taken",
        "secret": "nobody-knows-it",
    }


def bookings(salon: Salon, http: TestClient) -> dict[str, Any]:
    """Hold, book, confirm, move, decline and cancel; once and in a series."""
    guest = {"guest": {"name": "Guest", "email": "guest@example.org"}}
    first, second, third = (
        salon.book(http, f"2027-01-05T{hour}:00:00+01:00", **guest).headers["location"]
        for hour in (10, 12, 14)
    )
    for where, move in ((first, "confirm"), (second, "decline"), (third, "cancel")):
        http.post(f"{where}/{move}")
    http.post(f"{first}/confirm")
    http.post(f"{first}/reschedule", json={"starts_at": "2027-01-05T11:00:00+01:00"})
    http.patch(first, json={"notes": "By the window"})
    hold = made(http, "/v1/holds", salon.wish("2027-01-06T10:00:00+01:00"))
    salon.book(http, "2027-01-06T10:00:00+01:00", hold_id=hold, **guest)
    http.delete(f"/v1/holds/{made(http, '/v1/holds', salon.wish('2027-01-06T15:00:00+01:00'))}")
    series = made(http, "/v1/series", weekly(salon))
    http.post(f"/v1/series/{series}/cancel", json={"starting_from": "2027-03-23T00:00:00Z"})
    return {"booking_id": first.rpartition("/")[2], "hold_id": hold, "series_id": series}


def records(running: Running) -> dict[str, Any]:
    """Make one of each kind that is declared, change it, remove it and have it again."""
    http, ids = running.http(Role.OWNER, Role.OPERATOR), {}
    for kind in KINDS:
        first, second = bodies(kind)
        one = ids[f"{kind.one.replace('-', '_')}_id"] = made(http, f"/v1/{kind.many}", first)
        http.put(f"/v1/{kind.many}/{one}", json=second)
        http.patch(f"/v1/{kind.many}/{one}", json={})
        http.delete(f"/v1/{kind.many}/{one}")
        http.post(f"/v1/{kind.many}/{one}/restoration")
    return ids


def forms(running: Running, http: TestClient) -> dict[str, Any]:
    """Let a robot fill a form in, and release what it sent."""
    form = made(http, "/v1/lead-forms", to_builtins(FORMS.examples[0]))
    answers = {"name": "Zoé", "email": f"{uuid4().hex}@example.org"}
    anybody = TestClient(running.app, raise_server_exceptions=False)
    sent = anybody.post(f"/v1/lead-forms/{form}/submit", json={"answers": answers})
    assert sent.status_code == 201, sent.text
    http.post(f"/v1/submissions/{sent.json()['id']}/release")
    return {"submission_id": sent.json()["id"], "form_id": form}


def conversations(http: TestClient, ids: Ids) -> dict[str, Any]:
    """Write to a client, change what was said, read it, and have something said later."""
    thread = made(http, "/v1/threads", {"member_ids": [ids["client_id"]], "text": "Bonjour"})
    where = f"/v1/threads/{thread}"
    said = [made(http, f"{where}/messages", {"text": f"Message {n}"}) for n in range(3)]
    http.put(f"/v1/messages/{said[0]}", json={"text": "Something else"})
    http.post(f"/v1/messages/{said[1]}/reaction", json={"emoji": "👍"})
    http.delete(f"/v1/messages/{said[2]}")
    http.post(f"{where}/reading", json={"sequence": 2})
    send_at = "2027-01-20T09:00:00Z"
    for step, body in (("snooze", {"until": send_at}), ("reopening", {}), ("archival", {})):
        http.post(f"{where}/{step}", json=body)
    http.post(f"{where}/restoration")
    http.get("/v1/messages", params={"q": "something", "include": "files"})
    later = {"text": "Until tomorrow", "send_at": send_at}
    waiting = [made(http, f"{where}/scheduled-messages", later) for _ in range(2)]
    http.delete(f"/v1/scheduled-messages/{waiting[0]}")
    return {"thread_id": thread, "message_id": said[0], "scheduled_id": waiting[1]}


def payments(running: Running, http: TestClient, ids: Ids) -> dict[str, Any]:
    """Have one payment paid and a part of it given back, and another cancelled."""
    asked = {"amount": 5000, "currency": "EUR", "client_id": ids["client_id"]}
    paid, unwanted = (made(http, "/v1/payments", asked) for _ in range(2))
    running.settle()
    page = urlsplit(http.get(f"/v1/payments/{paid}").json()["payment_url"]).path
    assert http.post(f"{page}/pay").status_code == 200
    running.settle()
    http.post(f"/v1/payments/{paid}/refunds", json={"amount": 2000})
    http.post(f"/v1/payments/{unwanted}/cancel")
    running.settle()
    return {"payment_id": paid}


def weekly(salon: Salon) -> dict[str, Any]:
    body = salon.wish()
    del body["starts_at"]
    rule = {"rule": "FREQ=WEEKLY;COUNT=3", "time_zone": "Europe/Paris"}
    return {**body, "recurrence": {"starts_at": "2027-03-16T10:00:00", **rule}}


def took_place(http: TestClient, ids: Ids) -> None:
    """See what happens on the day, and after it."""
    http.post(f"/v1/bookings/{ids['booking_id']}/complete")
    http.put(f"/v1/bookings/{ids['booking_id']}/client", json={"client_id": ids["client_id"]})


def pages(running: Running, http: TestClient) -> dict[str, Any]:
    """Ask as pages in browsers do: for a calendar with all that it shows, again and again."""
    name = f"salon-{uuid4().hex[:12]}"
    where = f"/v1/tenants/{running.tenant}"
    for path, body in (
        ("public-name", {"public_name": name}),
        ("origins", {"origins": ["https://salon.example"]}),
    ):
        assert http.put(f"{where}/{path}", json=body).status_code == 200
    running.settle()
    running.system.origins.look()
    with running.system.database.as_tenant(running.tenant) as line:
        assert changes.seen(line, ["bookings"]) > 0
    running.system.configured.secrets_of(running.tenant, "stripe")
    running.system.configured.look()
    week = {"from": "2027-01-04T00:00:00Z", "to": "2027-01-11T00:00:00Z"}
    for path in ("/v1/bookings", "/v1/time-blocks"):
        listed = http.get(path, params=week).json()
        http.get(path, params={**week, "changed_after": listed["changes"]})
    http.get("/v1/bookings", params={**week, "include": "client,service,professional"})
    return {"business": name}


def guest(running: Running, salon: Salon, business: str) -> None:
    """Hold a time without logging in, and say who one is."""
    http = TestClient(running.app, raise_server_exceptions=False)
    where = f"/v1/public/{business}/holds"
    held = http.post(where, json=salon.wish("2027-01-07T16:00:00+01:00")).json()
    said = {"guest": {"name": "Guest", "email": "guest@example.org"}}
    assert http.post(f"{where}/{held['id']}/guest", json=said).status_code == 202
    running.settle()
    assert http.delete(f"{where}/{held['id']}").status_code == 204


def webhooks(running: Running) -> Ids:
    """Tell somebody of something; have it arrive, and be of no use any more."""
    http, now = running.http(), running.clock() + DAY
    deliveries = PostgresDeliveries(running.system.database, lambda: now, longest=DAY)
    id_ = made(http, "/v1/webhooks", {"url": "https://hooks.example.org/", "areas": ["tax"]})
    for name in ("One", "Other"):
        made(http, "/v1/taxes", {"name": f"{name} {uuid4()}", "rate": 100, "country": "FR"})
    running.settle()
    anybody = Wish(fast=9, slowly=9, fast_each=9, slowly_each=9)
    held = [Held(tenant=running.tenant, fast=0, slowly=0)]
    (taken,) = (each for each in deliveries.take(uuid4(), anybody, held) if each.endpoint_id == id_)
    for _ in range(2):
        delivery = deliveries.next(taken, now)
        assert delivery is not None
        deliveries.arrived(taken, delivery, Answered(status=204, seconds=0.1), slow=False, at=now)
        deliveries.untold(taken, delivery, now)
    deliveries.let_go(deliveries.signs())
    deliveries.put_back(taken)
    one = http.get(f"/v1/webhooks/{id_}/deliveries").json()["data"][0]["id"]
    http.get(f"/v1/webhooks/{id_}/deliveries/{one}")
    http.post(f"/v1/webhooks/{id_}/replay", json={})
    for action in ("rotation", "pause", "resume"):
        assert http.post(f"/v1/webhooks/{id_}/{action}", json={}).status_code == 200
    running.settle()
    return {"webhook_endpoint_id": id_, "delivery_id": one}


def listen(running: Running, before: str, ids: Ids) -> None:
    """Hear of all that was done, and of nearly nothing."""
    follower = Follower(running.system.database, running.system.appended)
    assert follower.news([running.tenant]) == [running.tenant]
    http = running.http()
    for asked in ({}, {"types": "hold.lapsed"}, {"client": ids["client_id"], "limit": 1}):
        answer = http.get("/v1/feed", params={"after": before, **asked})
        assert answer.status_code == 200, answer.text
    assert http.get("/v1/feed?after=0").status_code in (200, 410)  # as old as the log is
    ticket = http.post("/v1/feed/tickets").json()["ticket"]
    assert http.get(f"/v1/feed?ticket={ticket}").status_code == 200
    assert follower.news([running.tenant]) == set()
    http.post("/v1/services", json={"name": "Twice", "duration_minutes": 5})
    assert follower.news([running.tenant]) == {running.tenant}
    running.system.tickets.prune()


def questions(running: Running, ids: Ids, asked: Mapping[str, str]) -> Iterator[Any]:
    """Ask whatever can be asked with GET, as an owner and as whoever runs the system."""
    for path, methods in [each for part in documents() for each in part["paths"].items()]:
        if "get" in methods:
            where = re.sub(r"{(\w+)}", lambda name: str(ids[name[1]]), path)
            for role in (Role.OWNER, Role.OPERATOR, Role.PROFESSIONAL):
                http = running.http(role, professional_id=ids["professional_id"])
                yield http.get(where, params=asked)


def made(http: TestClient, where: str, body: Mapping[str, Any]) -> str:
    """Make something; return its id."""
    answer = http.post(where, json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])
