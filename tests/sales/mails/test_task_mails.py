"""Who is reminded of a task, and who is told in the morning of what is overdue."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from fastapi.testclient import TestClient

from adapters.consumers import checkpoints
from application.processes.sales.remind_assignee_of_task import REMIND_ASSIGNEE_OF_TASK
from application.sales.task_mails import LISTED
from domain.business.users import DeactivateUser, Role
from domain.people.clients import RegisterClient
from domain.scheduling.professionals import ChangeProfessionalContact
from domain.values import ClientId, Contact, ProfessionalId, TenantId, UserId
from tests.feed.listening import talking
from tests.feed.scenes import bearer
from tests.feed.test_old_sockets import changes
from tests.http.sockets import served
from tests.running import Running
from tests.sales.leads.coming import ZOE, opened
from tests.sales.mails.office import Office

pytestmark = pytest.mark.postgres

NOON: Final = datetime(2027, 1, 11, 12, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
zoe: Final = ClientId("client-0198c0de-0000-7000-8000-00000000000c")


def made(http: TestClient, user: UserId | None, due_at: datetime = NOON, **more: Any) -> str:
    task = {"title": "Order towels", "due_at": due_at.isoformat(), "assignee_id": user, **more}
    answer = http.post("/v1/tasks", json=task)
    assert answer.status_code == 201, answer.text
    return str(answer.headers["location"])


def change(http: TestClient, where: str, **part: Any) -> None:
    answer = http.patch(where, json=part, headers={"If-Match": "*"})
    assert answer.status_code == 200, answer.text


def walk(office: Office, until: datetime) -> list[tuple[str, datetime]]:
    """Let time pass, and return who was mailed when."""
    office.running.system.walk(until)
    found = office.running.system.outbox.find(office.running.tenant, limit=1000)
    return [(e.mail.to.address.partition("@")[0], e.sent_at) for e in reversed(found)]


@pytest.fixture
def noor(office: Office) -> UserId:
    return office.hires("Noor", language="en")


# --- Before it is due -----------------------------------------------------------------


def test_whoever_has_a_task_is_reminded_of_it_when_they_wish(
    office: Office, http: TestClient, noor: UserId
) -> None:
    office.running.order(RegisterClient(client_id=zoe, contact=Contact(**ZOE)))
    made(http, noor, remind_before_minutes=60, client_id=zoe, notes="Three\nsizes", priority="high")

    assert walk(office, NOON - timedelta(minutes=1)) == [("noor", NOON - HOUR)]
    (mail,) = office.mails()
    assert mail.subject == "Reminder: Order towels, Monday 11 January 2027 at 13:00"
    for word in ("Priority: high", "Name: Zoé Dupont", "E-mail: zoe@example.org", "Three\nsizes"):
        assert word in mail.text


def signs(http: TestClient) -> list[Any]:
    """Return what listens hears of reminders."""
    told = http.get("/v1/feed", params={"after": "0", "types": "task.reminded"}).json()["data"]
    return [(each["data"]["assignee_id"], each["occurred_at"]) for each in told]


def test_whatever_listens_is_told_as_somebody_is_reminded_and_their_page_is_notified(
    office: Office, http: TestClient, noor: UserId
) -> None:
    where = made(http, noor, remind_before_minutes=60)
    office.running.settle()
    change(http, where, title="Order soap")
    walk(office, NOON + DAY)
    assert signs(http) == [(noor, "2027-01-11T11:00:00Z")]

    mine = bearer(office.running, Role.PROFESSIONAL)
    with (
        served(office.running.app) as port,
        talking(port, "?after=0", path="/ws/notifications", **mine) as page,
    ):
        told = changes(page, 3)[-1]
    assert (told["eventType"], told["table"], told["type"]) == ("UPDATE", "tasks", "task.reminded")
    assert (told["new"]["title"], told["new"]["assignee_id"]) == ("Order soap", noor)


def test_a_reminder_follows_the_task(office: Office, http: TestClient, noor: UserId) -> None:
    eve, where = office.hires("Eve"), made(http, noor, remind_before_minutes=60)
    office.running.settle()
    change(http, where, due_at=(NOON + DAY).isoformat())
    office.running.settle()
    change(http, where, assignee_id=eve, title="Order soap")

    assert walk(office, NOON + DAY - timedelta(minutes=1)) == [("eve", NOON + DAY - HOUR)]


@pytest.mark.parametrize("how", ["complete", "remove", "nobody", "never"])
def test_who_has_nothing_to_do_any_more_is_not_reminded(
    office: Office, http: TestClient, noor: UserId, how: str
) -> None:
    where = made(http, noor, remind_before_minutes=60)
    office.running.settle()
    match how:
        case "complete":
            http.post(f"{where}/complete", json={})
        case "remove":
            http.delete(where)
        case "nobody":
            change(http, where, assignee_id=None)
        case _:
            change(http, where, remind_before_minutes=None)

    assert walk(office, NOON) == []


def test_what_is_had_again_is_reminded_of_again(
    office: Office, http: TestClient, noor: UserId
) -> None:
    where = made(http, noor, remind_before_minutes=60)
    http.delete(where)
    office.running.settle()
    http.post(f"{where}/restoration")

    assert walk(office, NOON - timedelta(minutes=1)) == [("noor", NOON - HOUR)]


def test_each_time_of_what_repeats_is_reminded_of(
    office: Office, http: TestClient, noor: UserId
) -> None:
    daily = {"unit": "day", "time_zone": "Europe/Paris"}
    where = made(http, noor, remind_before_minutes=60, repeats=daily)
    walk(office, NOON - timedelta(minutes=1))
    http.post(f"{where}/complete", json={})

    assert walk(office, NOON + DAY - HOUR) == [("noor", NOON - HOUR), ("noor", NOON + DAY - HOUR)]


def test_what_is_due_sooner_than_one_is_to_be_reminded_is_not_reminded_of(
    office: Office, http: TestClient, noor: UserId
) -> None:
    made(http, noor, office.running.clock() + HOUR, remind_before_minutes=61)

    assert walk(office, office.running.clock() + HOUR) == []


def test_a_reminder_waits_for_no_longer_than_four_weeks(http: TestClient) -> None:
    task = {"due_at": NOON.isoformat(), "remind_before_minutes": 28 * 24 * 60 + 1}

    assert http.post("/v1/tasks", json=task).status_code == 422


# --- When it is overdue ---------------------------------------------------------------

TUESDAY: Final = datetime(2027, 1, 12, 7, tzinfo=UTC)
"""Eight o'clock in Paris."""


def test_who_has_overdue_tasks_is_told_each_morning_until_they_are_done(
    office: Office, http: TestClient, noor: UserId
) -> None:
    where, _ = made(http, noor), made(http, noor, NOON + 3 * DAY)
    twice = walk(office, TUESDAY + DAY)
    http.post(f"{where}/complete", json={})

    assert twice == [("noor", TUESDAY), ("noor", TUESDAY + DAY)]
    assert walk(office, TUESDAY + 3 * DAY - HOUR) == twice
    assert walk(office, TUESDAY + 3 * DAY) == [*twice, ("noor", TUESDAY + 3 * DAY)]


def test_one_mail_sums_up_all_of_it_the_longest_overdue_first(
    office: Office, http: TestClient, noor: UserId
) -> None:
    office.running.order(RegisterClient(client_id=zoe, contact=Contact(**ZOE)))
    made(http, noor, NOON, title="Order soap")
    made(http, noor, NOON - DAY, title=None, client_id=zoe)
    made(http, noor, NOON + DAY, title="Not yet")
    done = made(http, noor, NOON, title="Done")
    http.post(f"{done}/complete", json={})
    http.delete(made(http, noor, NOON, title="Removed"))
    made(http, None, NOON, title="Nobody's")
    made(http, office.owner, NOON, title="Another's")
    walk(office, TUESDAY)

    *_, mail = office.mails("noor")
    assert mail.subject == "2 overdue tasks"
    assert mail.text == (
        "Hello Noor,\n\nYou have 2 tasks that are overdue.\n\n"
        "Sunday 10 January 2027 at 13:00: Get in touch with Zoé Dupont\n"
        "Monday 11 January 2027 at 13:00: Order soap\n\nSalon Lumière\n"
    )


def test_of_very_many_it_names_some_and_says_how_many_there_are(
    office: Office, http: TestClient, noor: UserId
) -> None:
    tasks = [
        {"due_at": NOON.isoformat(), "title": f"Task {n:02}", "assignee_id": noor}
        for n in range(LISTED + 3)
    ]
    assert http.post("/v1/tasks/batch", json={"items": tasks}).status_code == 201
    walk(office, TUESDAY)

    (mail,) = office.mails()
    assert mail.subject == f"{LISTED + 3} overdue tasks"
    assert "These wait longest:" in mail.text
    assert mail.text.count("Task ") == LISTED


def test_it_is_eight_by_the_clock_of_whoever_is_told(office: Office, http: TestClient) -> None:
    for name, zone in (("Ana", "America/New_York"), ("Kiri", "Pacific/Auckland")):
        made(http, office.hires_professional(name, zone))

    assert walk(office, NOON + DAY - HOUR) == [
        ("ana", datetime(2027, 1, 11, 13, tzinfo=UTC)),
        ("kiri", datetime(2027, 1, 11, 19, tzinfo=UTC)),
    ]


def test_who_moves_on_to_another_zone_is_told_once_on_each_day_of_theirs(
    office: Office, http: TestClient
) -> None:
    ana = office.hires_professional("Ana", "Europe/Paris")
    made(http, ana)
    walk(office, TUESDAY + HOUR)
    move(office, ana, "America/New_York")
    walk(office, TUESDAY + DAY + 8 * HOUR)
    move(office, ana, "Asia/Tokyo")

    assert walk(office, TUESDAY + 3 * DAY) == [
        ("ana", TUESDAY),
        ("ana", datetime(2027, 1, 13, 13, tzinfo=UTC)),
        ("ana", datetime(2027, 1, 14, 13, tzinfo=UTC)),
        ("ana", datetime(2027, 1, 14, 23, tzinfo=UTC)),
    ]


def move(office: Office, user: UserId, time_zone: str) -> None:
    known = office.running.http().get(f"/v1/users/{user}").json()
    contact = Contact(name="Ana", time_zone=time_zone)
    professional = ProfessionalId(known["professional_id"])
    office.running.order(ChangeProfessionalContact(professional_id=professional, contact=contact))


def test_who_is_told_late_is_told_on_the_same_day_and_next_morning_again(
    office: Office, http: TestClient, noor: UserId
) -> None:
    """Nobody works from Monday to Wednesday at ten."""
    made(http, noor)
    office.running.settle()
    office.running.clock.set(TUESDAY + DAY + 2 * HOUR)

    late = ("noor", TUESDAY + DAY + 2 * HOUR)
    assert walk(office, TUESDAY + DAY + 3 * HOUR) == [late]
    assert walk(office, TUESDAY + 2 * DAY) == [late, ("noor", TUESDAY + 2 * DAY)]


def test_what_was_overdue_when_it_was_given_to_somebody_they_are_told(
    office: Office, http: TestClient, noor: UserId
) -> None:
    where = made(http, None)
    walk(office, TUESDAY + HOUR)
    change(http, where, assignee_id=noor)

    assert walk(office, TUESDAY + DAY) == [("noor", TUESDAY + DAY)]


def test_what_fell_due_while_it_was_removed_is_told_when_it_is_had_again(
    office: Office, http: TestClient, noor: UserId
) -> None:
    where = made(http, noor)
    http.delete(where)
    walk(office, TUESDAY + HOUR)
    http.post(f"{where}/restoration")

    assert walk(office, TUESDAY + DAY) == [("noor", TUESDAY + DAY)]


def test_who_works_here_no_longer_hears_nothing(
    office: Office, http: TestClient, noor: UserId
) -> None:
    made(http, noor, remind_before_minutes=60)
    tenant = TenantId(office.running.tenant)
    office.running.order(DeactivateUser(tenant_id=tenant, user_id=noor))

    assert walk(office, TUESDAY + DAY) == []


def test_a_process_that_reads_everything_again_mails_nobody_twice(
    office: Office, http: TestClient, noor: UserId
) -> None:
    made(http, noor, remind_before_minutes=60)
    before = walk(office, TUESDAY)
    with office.running.system.database.as_worker() as connection:
        checkpoints.advance(connection, [REMIND_ASSIGNEE_OF_TASK.name], 0)

    assert walk(office, TUESDAY + HOUR) == before


def test_several_systems_tell_somebody_once(two_systems: tuple[Running, Running]) -> None:
    here, there = two_systems
    office = Office.opened(here)
    noor, http = office.hires("Noor"), here.http()
    for _ in range(5):
        made(http, noor)
    for moment in (NOON, TUESDAY):
        here.clock.set(moment)
        for each in (there, here, there):
            each.settle()

    assert office.kinds() == ["tasks-overdue"]


def test_a_summary_is_forgotten_with_each_of_whom_it_speaks(
    office: Office, http: TestClient, noor: UserId
) -> None:
    lead = opened(http, assignee_id=noor)
    change(http, f"/v1/tasks/{lead['task_id']}", title="Ask Zoé about henna")
    change(http, f"/v1/tasks/{lead['task_id']}", due_at=NOON.isoformat())
    walk(office, TUESDAY)
    told = [each.text for each in office.mails() if each.kind == "tasks-overdue"]
    http.delete(f"/v1/clients/{lead['client_id']}/personal-data")
    walk(office, TUESDAY + DAY)

    assert "henna" in told[0]
    (left,) = [each.text for each in office.mails()]
    assert "henna" not in left
    assert "Zo" not in left


def test_what_is_overdue_is_listed(office: Office, http: TestClient, noor: UserId) -> None:
    overdue = made(http, noor)
    made(http, noor, NOON + DAY)
    http.post(f"{made(http, noor)}/complete", json={})
    walk(office, NOON + HOUR)
    now = office.running.clock().isoformat().replace("+00:00", "Z")

    asked = {"status": "open", "due_at.lt": now, "assignee_id": noor}
    found = http.get("/v1/tasks", params=asked).json()["data"]
    assert [f"/v1/tasks/{each['id']}" for each in found] == [overdue]
