"""Files that are sent with messages: had by who sees the message, and by nobody else."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

from domain.business.users import Role
from tests.conversations.threads.conversing import Person, client, colleague, there, with_login
from tests.files.pictures import PDF, picture
from tests.files.sending import announced, given, send
from tests.running import Running

pytestmark = pytest.mark.postgres


@pytest.fixture
def zoe(running: Running) -> Person:
    """A client who logs in."""
    return with_login(running, client(running))


def uploads(person: Person, content: bytes = PDF, **more: Any) -> str:
    """Keep a file of one's own, to be sent; return its id."""
    sent = send(person.http, person.user_id, content, **more)
    assert sent.status_code == 201, sent.text
    return str(sent.json()["id"])


def refused(person: Person, thread: dict[str, Any], *files: str) -> tuple[int, str]:
    where = f"/v1/threads/{thread['id']}/messages"
    answer = person.http.post(where, json={"text": "Voici", "files": [*files]})
    return answer.status_code, answer.json()["code"]


def seen(person: Person, file: str) -> list[int]:
    """Return how a file, and where it is had, are answered."""
    shown = there(person.http, f"/v1/files/{file}")
    led = person.http.get(f"/v1/files/{file}/content", follow_redirects=False)
    return [shown, led.status_code]


def test_what_is_sent_with_a_message_is_had_by_who_sees_it_and_by_nobody_else(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    file = uploads(zoe, picture())
    said = zoe.says(thread, "Comme sur cette photo ?", files=[file])
    running.settle()

    asked = ana.http.get(f"/v1/messages/{said['id']}", params={"include": "files"}).json()
    assert (asked["files"], asked["included"]["files"][file]["status"]) == ([file], "ready")
    listed = zoe.http.get(f"/v1/threads/{thread['id']}/messages", params={"include": "files"})
    assert [*listed.json()["included"]["files"]] == [file]
    assert given(ana.http, f"/v1/files/{file}/content").headers["content-type"].startswith("image/")
    assert [seen(each, file) for each in (ana, zoe)] == [[200, 302]] * 2
    for stranger in (
        with_login(running, client(running, "Tom")),
        colleague(running, Role.PROFESSIONAL),
    ):
        assert seen(stranger, file) == [404, 404]
        asked = stranger.http.get("/v1/files", params={"owner_id": said["id"]})
        assert asked.status_code == 404
    theirs = ana.http.get("/v1/files", params={"owner_id": said["id"]}).json()["data"]
    assert [each["id"] for each in theirs] == [file]


def test_what_is_sent_among_colleagues_no_client_has(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    file = uploads(ana)
    note = ana.says(thread, "Son dernier devis", kind="note", files=[file])
    running.settle()

    assert seen(colleague(running), file) == [200, 302]
    assert seen(zoe, file) == [404, 404]
    assert zoe.http.get("/v1/files", params={"owner_id": note["id"]}).status_code == 404
    listed = zoe.http.get(f"/v1/threads/{thread['id']}/messages", params={"include": "files"})
    assert file not in listed.text


def test_who_comes_later_has_what_is_sent_from_then_on(
    running: Running, ana: Person, zoe: Person
) -> None:
    tom = with_login(running, client(running, "Tom"))
    group = ana.opens(zoe, form="group", text="Bonjour")
    before, after = uploads(ana), uploads(ana)
    ana.says(group, "Le devis", files=[before])
    path = f"/v1/threads/{group['id']}/members"
    assert ana.http.post(path, json={"member_id": tom.id}).status_code == 200
    ana.says(group, "Le nouveau", files=[after])
    running.settle()

    assert [seen(zoe, each) for each in (before, after)] == [[200, 302]] * 2
    assert [seen(tom, each) for each in (before, after)] == [[404, 404], [200, 302]]


def test_only_what_is_ones_own_is_sent_and_once(running: Running, ana: Person, zoe: Person) -> None:
    thread = ana.opens(zoe, text="Bonjour")
    mine, awaited = uploads(zoe), announced(zoe.http, zoe.user_id, PDF).json()["id"]
    avatar = uploads(zoe, picture(), purpose="avatar")
    for_whom = send(ana.http, zoe.id, PDF).json()["id"]

    assert refused(ana, thread, mine) == (404, "file-not-found")
    assert refused(zoe, thread, for_whom) == (404, "file-not-found")
    assert refused(zoe, thread, awaited) == (409, "file-has-not-come")
    assert refused(zoe, thread, avatar) == (422, "owner-cannot-have-it")
    assert zoe.says(thread, "Voici", files=[mine, mine])["files"] == [mine]
    assert refused(zoe, thread, mine) == (404, "file-not-found")
    removed = uploads(zoe)
    assert zoe.http.delete(f"/v1/files/{removed}").status_code == 204
    assert refused(zoe, thread, removed) == (409, "file-is-removed")


def test_a_file_that_is_sent_twice_at_once_is_sent_once(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread, file = ana.opens(zoe), uploads(zoe)
    where = f"/v1/threads/{thread['id']}/messages"
    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(lambda _: zoe.http.post(where, json={"files": [file]}), range(4)))

    assert sorted(each.status_code for each in said) == [201, 404, 404, 404]


def test_a_message_may_be_nothing_but_a_file_and_is_not_nothing(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread = ana.opens(zoe)
    where = f"/v1/threads/{thread['id']}/messages"
    alone = zoe.http.post(where, json={"files": [uploads(zoe)]})
    nothing = zoe.http.post(where, json={})

    assert (alone.status_code, alone.json()["text"]) == (201, None)
    assert (nothing.status_code, nothing.json()["code"]) == (422, "says-nothing")


def test_what_was_sent_is_changed_with_its_message(
    running: Running, ana: Person, zoe: Person
) -> None:
    thread, file = ana.opens(zoe), uploads(zoe)
    said = zoe.says(thread, "Voici", files=[file])
    running.settle()
    where = f"/v1/files/{file}"

    for person in (ana, zoe):
        answer = person.http.delete(where)
        assert (answer.status_code, answer.json()["code"]) == (403, "sent-with-message")
        more = send(person.http, said["id"], PDF)
        assert (more.status_code, more.json()["code"]) == (403, "sent-with-message")
    assert zoe.http.delete(f"/v1/messages/{said['id']}").status_code == 204
    running.settle()
    assert [seen(each, file) for each in (ana, zoe)] == [[404, 404]] * 2
    assert ana.http.get(f"/v1/messages/{said['id']}").json()["files"] == []
    assert file in running.http(Role.AUDITOR).get(f"/v1/messages/{said['id']}/history").text

    running.clock.set(running.clock() + timedelta(days=31))
    running.settle()
    running.settle()
    assert running.system.files.state(running.tenant, file).status == "purged"


def test_who_is_erased_takes_their_files_along_and_nobody_elses(
    running: Running, ana: Person, zoe: Person
) -> None:
    tom = with_login(running, client(running, "Tom"))
    group = ana.opens(zoe, tom, form="group", text="Bonjour")
    files = {each: uploads(each, name="Ma photo") for each in (zoe, tom, ana)}
    for person, file in files.items():
        person.says(group, "Voici", files=[file])
    running.settle()

    erased = running.http().delete(f"/v1/clients/{zoe.id}/personal-data")
    assert erased.is_success, erased.text
    running.settle()
    running.settle()

    assert seen(ana, files[zoe]) == [404, 404]
    assert running.system.files.state(running.tenant, files[zoe]).status == "purged"
    assert [seen(ana, files[each]) for each in (tom, ana)] == [[200, 302]] * 2
