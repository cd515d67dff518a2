"""Files, through HTTP: sent, looked through, given to those who may have them, and to nobody else."""

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.business.users import Role
from tests.files.pictures import DRAWING, PDF, PROGRAM, opened, picture, taken_in_paris
from tests.files.sending import UPLOAD, announced, client_of, given, put, send
from tests.running import Running
from tests.scheduling.bookings.at_the_salon import Salon

pytestmark = [pytest.mark.postgres, pytest.mark.together]


@pytest.fixture
def salon(running: Running) -> Salon:
    return Salon.opened(running)


def test_a_picture_that_was_sent_is_given_in_three_sizes_as_soon_as_it_was_looked_through(
    running: Running,
) -> None:
    http = running.http()
    sent = send(http, client_of(http), taken_in_paris(4000, 3000))
    early = http.get(sent.json()["url"], follow_redirects=False)

    running.settle()
    file = http.get(sent.headers["location"]).json()

    assert (sent.status_code, sent.json()["status"]) == (201, "uploaded")
    assert (early.status_code, early.json()["code"]) == (409, "file-not-ready")
    assert (file["status"], file["width"], file["height"]) == ("ready", 4000, 3000)
    assert [each["size"] for each in file["pictures"]] == ["large", "medium", "small"]
    for each in file["pictures"]:
        image = given(http, each["url"])
        assert image.headers["content-type"] == each["media_type"]
        assert (
            max(opened(image.content).size)
            == {"large": 1600, "medium": 640, "small": 160}[each["size"]]
        )
        assert len(image.content) == each["bytes"] < len(taken_in_paris(4000, 3000))


def test_bytes_alone_are_taken_with_the_rest_behind_the_question_mark(running: Running) -> None:
    http = running.http()
    client = client_of(http)

    sent = http.post(
        f"{UPLOAD}?owner_id={client}&purpose=attachment&name=consent.pdf",
        content=PDF,
        headers={"Content-Type": "application/pdf"},
    )
    running.settle()

    file = http.get(sent.headers["location"]).json()
    assert (file["name"], file["media_type"], file["status"]) == (
        "consent.pdf",
        "application/pdf",
        "ready",
    )
    had = given(http, file["url"])
    assert had.content == PDF
    assert had.headers["content-disposition"] == f'attachment; filename="{file["id"]}.pdf"'


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (PROGRAM, 415, "file-type-not-taken"),
        (DRAWING, 422, "drawing-not-taken"),
        (b"", 422, "file-is-empty"),
        (b"<html>GIF89a", 415, "file-type-not-taken"),
        (picture(10, 10) + bytes(20_000_000), 413, "body-too-large"),
        (picture(10, 10) + bytes(16_000_000), 413, "file-too-large"),
    ],
)
def test_what_is_not_taken_is_refused_whatever_it_is_called(
    running: Running, content: bytes, status: int, code: str
) -> None:
    http = running.http()

    refused = send(http, client_of(http), content)

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert running.system.files.ledger.used(running.tenant) == 0


def test_what_breaks_off_is_refused_when_it_is_looked_through_and_nothing_is_kept(
    running: Running,
) -> None:
    http = running.http()
    sent = send(http, client_of(http), picture(800, 600)[:3000])

    running.settle()

    file = http.get(sent.headers["location"]).json()
    refused = http.get(sent.json()["url"], follow_redirects=False)
    assert (file["status"], file["why"]) == ("refused", "unreadable")
    assert (refused.status_code, refused.json()["code"]) == (409, "file-is-refused")
    assert running.system.files.ledger.used(running.tenant) == 0


# --- Whose it is ----------------------------------------------------------------------


def test_a_file_is_seen_by_who_sees_what_it_is_of_and_by_nobody_else(
    running: Running, salon: Salon
) -> None:
    owner = running.http()
    mine, others = client_of(owner), client_of(owner)
    sent = send(owner, mine, picture()).json()
    running.settle()
    me, other = (running.http(Role.CLIENT, client_id=each) for each in (mine, others))
    elsewhere = running.http(tenant=str(uuid4()))

    for where in (f"/v1/files/{sent['id']}", sent["url"]):
        assert me.get(where).is_success
        assert [who.get(where).status_code for who in (other, elsewhere)] == [404, 404]
    assert len(me.get(f"/v1/files?owner_id={mine}").json()["data"]) == 1
    assert other.get(f"/v1/files?owner_id={mine}").status_code == 404


def test_a_file_of_a_booking_is_its_clients_and_its_professionals(
    running: Running, salon: Salon
) -> None:
    owner = running.http()
    mine, others = client_of(owner), client_of(owner)
    booking = salon.book(owner, client_id=mine).json()
    me = running.http(Role.CLIENT, client_id=mine)
    ana = running.http(Role.PROFESSIONAL, professional_id=booking["professional_id"])
    ben = running.http(Role.PROFESSIONAL, professional_id=f"professional-{uuid4()}")

    sent = send(me, booking["id"], picture())
    running.settle()

    assert sent.status_code == 201
    assert ana.get(sent.headers["location"]).status_code == 200
    assert ben.get(sent.headers["location"]).status_code == 404
    assert ben.delete(sent.headers["location"]).status_code == 404
    stranger = running.http(Role.CLIENT, client_id=others)
    assert send(stranger, booking["id"], picture()).status_code == 404


def test_who_may_only_look_at_a_thing_adds_no_files_to_it(running: Running, salon: Salon) -> None:
    auditor, client = running.http(Role.AUDITOR), client_of(running.http())

    refused = send(auditor, client, picture())

    assert (refused.status_code, refused.json()["permission"]) == (403, "clients:write")
    assert running.system.files.ledger.used(running.tenant) == 0


# --- Again, removed, restored ---------------------------------------------------------


def test_the_same_key_keeps_one_file(running: Running) -> None:
    http = running.http()
    client, content = client_of(http), picture()
    http.headers["Idempotency-Key"] = "once"
    fields = {"owner_id": client, "purpose": "attachment"}
    request = http.build_request("POST", UPLOAD, data=fields, files={"file": ("a.jpg", content)})

    first, second = http.send(request), http.send(request)

    assert second.headers["idempotent-replayed"] == "true"
    assert first.json() == second.json()
    assert running.system.files.ledger.used(running.tenant) == len(content)


@pytest.mark.apart
def test_what_was_removed_is_given_to_nobody_can_be_had_again_and_is_gone_after_thirty_days(
    running: Running,
) -> None:
    http = running.http()
    client = client_of(http)
    where = send(http, client, picture()).headers["location"]
    running.settle()

    http.delete(where)
    removed = http.get(f"{where}/content", follow_redirects=False)
    again = http.post(f"{where}/restoration")
    had = given(http, f"{where}/content")
    http.delete(where)
    running.system.walk(running.clock() + timedelta(days=31))

    assert (removed.status_code, removed.json()["code"]) == (409, "file-is-removed")
    assert (again.json()["status"], had.status_code) == ("ready", 200)
    assert http.get(where).status_code == 404
    assert http.post(f"{where}/restoration").status_code == 410
    assert running.system.files.ledger.used(running.tenant) == 0


def test_the_files_of_a_merged_client_are_those_of_who_stands_for_them(running: Running) -> None:
    http = running.http()
    zoe, again = client_of(http), client_of(http)
    sent = send(http, again, picture()).json()["id"]

    http.post(f"/v1/clients/{zoe}/merge", json={"sources": [again]})
    running.settle()

    for asked in (zoe, again):
        listed = http.get("/v1/files", params={"owner_id": asked, "active": "true"}).json()["data"]
        assert [each["id"] for each in listed] == [sent]


def test_who_is_merged_with_another_keeps_their_files_and_gets_no_new_ones(
    running: Running,
) -> None:
    http = running.http()
    zoe, again = client_of(http), client_of(http)
    sent = send(http, again, picture())
    http.post(f"/v1/clients/{zoe}/merge", json={"sources": [again]})

    refused = [
        send(http, again, picture()),
        announced(http, again, PDF),
        http.post(f"/v1/clients/{again}/avatar", files={"file": ("me.jpg", picture())}),
    ]

    assert [(each.status_code, each.json()["code"]) for each in refused] == [
        (409, "client-is-merged")
    ] * 3
    assert {each.json()["into"] for each in refused} == {zoe}
    assert http.delete(sent.headers["location"]).status_code == 204
    assert running.system.files.ledger.used(running.tenant) == len(picture())


@pytest.mark.apart
def test_what_is_announced_again_with_the_same_key_is_awaited_as_long_as_the_first_time(
    running: Running,
) -> None:
    http = running.http()
    client = client_of(http)
    http.headers["Idempotency-Key"] = "once"

    first = announced(http, client, PDF).json()
    running.clock.set(running.clock() + timedelta(minutes=50))
    again = announced(http, client, PDF).json()
    running.clock.set(running.clock() + timedelta(minutes=20))
    late = put(http, again, PDF)

    assert (again["id"], again["expires_at"]) == (first["id"], first["expires_at"])
    assert (late.status_code, late.json()["code"]) == (410, "address-expired")
