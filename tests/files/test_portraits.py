"""What stands for something: a logo, an avatar. One at a time; the newest takes the place of the last."""

from typing import Any
from uuid import uuid4

import pytest
from msgspec.structs import replace
from starlette.testclient import TestClient

from domain.business.users import AddUser, Role
from domain.values import TenantId
from tests.business.tenants.examples import register_business
from tests.files.pictures import DRAWING, PDF, PROGRAM, opened, picture, taken_in_paris
from tests.files.sending import client_of, given
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.together]


@pytest.fixture
def logo(running: Running) -> str:
    """Open a business; return where its logo is."""
    running.order(replace(register_business, tenant_id=TenantId(running.tenant)))
    return f"/v1/tenants/{running.tenant}/logo"


def sent(http: TestClient, where: str, content: bytes, **fields: Any) -> Any:
    return http.post(where, data=fields, files={"file": ("me.png", content, "image/png")})


def test_a_logo_is_shown_to_everybody_in_the_business_and_outside(
    running: Running, logo: str
) -> None:
    http = running.http()
    new = sent(http, logo, picture(600, 300, "PNG"))
    running.settle()

    file = http.get(new.headers["location"]).json()
    inside = given(running.http(Role.CLIENT), logo)
    outside = http.get(file["pictures"][0]["public_url"], headers={"Authorization": ""})

    assert (new.status_code, file["status"], file["published"]) == (201, "ready", True)
    assert opened(inside.content).size == opened(outside.content).size == (600, 300)


@pytest.mark.parametrize(
    ("content", "status"), [(DRAWING, 422), (PROGRAM, 415), (PDF, 415), (bytes(20_000_000), 413)]
)
def test_a_logo_that_is_no_picture_is_refused(
    running: Running, logo: str, content: bytes, status: int
) -> None:
    assert sent(running.http(), logo, content).status_code == status


def test_only_who_manages_the_business_changes_its_logo(running: Running, logo: str) -> None:
    refused = sent(running.http(Role.FRONT_DESK), logo, picture())

    assert (refused.status_code, refused.json()["permission"]) == (403, "tenant:manage")
    assert sent(running.http(tenant=str(uuid4())), logo, picture()).status_code == 404


def test_there_is_none_until_there_is_one(running: Running, logo: str) -> None:
    http = running.http()
    before = http.get(logo)
    sent(http, logo, picture())
    early = http.get(logo)
    running.settle()

    assert [before.status_code, early.status_code] == [404, 404]
    assert http.get(logo, follow_redirects=False).status_code == 302


def test_the_next_takes_its_place_and_it_is_removed(running: Running, logo: str) -> None:
    http = running.http()
    first = sent(http, logo, picture(600, 300))
    running.settle()
    shown = http.get(first.headers["location"]).json()["pictures"][0]["public_url"]
    second = sent(http, logo, picture(300, 600))
    meanwhile = opened(given(http, logo).content).size
    running.settle()

    assert meanwhile == (600, 300), "until the next was looked through"
    assert opened(given(http, logo).content).size == (300, 600)
    assert http.get(first.headers["location"]).json()["active"] is False
    assert http.get(shown).status_code == 404
    again = http.post(f"{first.headers['location']}/restoration")
    running.settle()
    assert again.status_code == 200
    assert opened(given(http, logo).content).size == (600, 300)
    assert http.get(second.headers["location"]).json()["active"] is False


def test_one_that_is_refused_takes_nobodys_place(running: Running, logo: str) -> None:
    http = running.http()
    sent(http, logo, picture(600, 300))
    running.settle()
    sent(http, logo, picture(300, 600)[:2000])
    running.settle()

    assert opened(given(http, logo).content).size == (600, 300)


def test_what_was_removed_stands_for_nothing(running: Running, logo: str) -> None:
    http = running.http()
    new = sent(http, logo, picture())
    running.settle()

    http.delete(new.headers["location"])

    assert http.get(logo).status_code == 404


def test_a_client_has_a_picture_that_the_public_never_sees(running: Running) -> None:
    http = running.http()
    client = client_of(http)
    me, other = (running.http(Role.CLIENT, client_id=each) for each in (client, client_of(http)))
    where = f"/v1/clients/{client}/avatar"

    published = sent(me, where, picture(), published="true")
    mine = sent(me, where, taken_in_paris())
    running.settle()

    assert (published.status_code, published.json()["code"]) == (422, "file-is-not-for-the-public")
    assert mine.status_code == 201
    assert given(me, where).status_code == 200
    assert other.get(where).status_code == 404
    assert sent(other, where, picture()).status_code == 404


@pytest.mark.apart
def test_at_the_old_paths_one_has_a_picture_and_keeps_files(running: Running) -> None:
    http = running.http(Role.FRONT_DESK)
    (me,) = (each.user_id for each in running.principals.values())
    ana = AddUser(
        tenant_id=TenantId(running.tenant),
        user_id=me,
        name="Ana",
        email="ana@salon.example",
        roles=(Role.FRONT_DESK,),
    )
    running.order(ana)

    avatar = sent(http, "/profiles/avatar", picture(600, 300))
    file = http.post("/files/upload", files={"file": ("list.pdf", PDF)})
    running.settle()

    assert [each.status_code for each in (avatar, file)] == [201, 201]
    assert {each.json()["owner_id"] for each in (avatar, file)} == {me}
    assert opened(given(http, f"/v1/users/{me}/avatar").content).size == (600, 300)
    assert given(http, f"/files/{file.json()['id']}").content == PDF
    assert running.http(Role.CLIENT).get(f"/files/{file.json()['id']}").status_code == 404


def test_an_avatar_of_four_megabytes_is_taken_and_one_of_twenty_is_not(running: Running) -> None:
    http = running.http()
    where = f"/v1/clients/{client_of(http)}/avatar"
    photograph = taken_in_paris(4000, 3000)
    large = photograph + bytes(4_000_000 - len(photograph))

    taken, refused = sent(http, where, large), sent(http, where, photograph + bytes(20_000_000))
    running.settle()

    assert (taken.status_code, refused.status_code) == (201, 413)
    file = http.get(taken.headers["location"]).json()
    assert [each["size"] for each in file["pictures"]] == ["large", "medium", "small"]
    assert all(given(http, each["url"]).status_code == 200 for each in file["pictures"])


def test_who_is_merged_is_shown_with_the_picture_of_who_stands_for_them(running: Running) -> None:
    http = running.http()
    zoe, again = client_of(http), client_of(http)
    sent(http, f"/v1/clients/{again}/avatar", picture(600, 300))
    http.post(f"/v1/clients/{zoe}/merge", json={"sources": [again]})
    running.settle()
    shown = [f"/v1/clients/{each}/avatar" for each in (zoe, again)]

    before = [opened(given(http, where).content).size for where in shown]
    sent(http, shown[0], picture(300, 600))
    running.settle()

    assert before == [(600, 300)] * 2
    assert [opened(given(http, where).content).size for where in shown] == [(300, 600)] * 2
