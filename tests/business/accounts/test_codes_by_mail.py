"""Whatever a mail server does with a mail that bears a code, what stands in a mail that came is good."""

import pytest
from fastapi.testclient import TestClient

from domain.business.users import Role
from tests.business.accounts.over_http import CODE, logged_in, prove, sign_up
from tests.mail.by_smtp import mailbox, settings
from tests.mail.mail_server import Mailbox
from tests.running import Running

pytestmark = pytest.mark.postgres

__all__ = ["mailbox", "settings"]

ZOE = "zoe@example.org"


@pytest.fixture
def zoe(shop: Running, outside: TestClient, mailbox: Mailbox) -> dict[str, str]:
    """Who has signed up, and asks for another code."""
    sign_up(outside, shop, ZOE)
    shop.settle()
    return logged_in(outside, ZOE)


def ask(outside: TestClient, shop: Running, zoe: dict[str, str]) -> None:
    assert outside.post("/v1/auth/email/code", headers=zoe).status_code == 204
    shop.settle()


def retry_the_uncertain(shop: Running) -> None:
    http = shop.http(Role.OWNER, Role.OPERATOR)
    [uncertain] = http.get("/v1/jobs", params={"status": "uncertain"}).json()["data"]
    http.post(f"/v1/jobs/{uncertain['id']}/retry")
    shop.settle()


def codes(mailbox: Mailbox) -> list[str]:
    found = [CODE.search(str(mail["subject"])) for mail in mailbox.mails]
    return [each[0] for each in found if each is not None]


def test_the_code_that_came_is_good_while_the_next_mail_is_not_taken(
    shop: Running, outside: TestClient, mailbox: Mailbox, zoe: dict[str, str]
) -> None:
    mailbox.answers["RCPT"] = ["451 4.7.1 greylisted"]
    ask(outside, shop, zoe)
    [came] = codes(mailbox)

    assert prove(outside, zoe, came).status_code == 200


def test_a_mail_that_is_tried_again_bears_the_code_it_had(
    shop: Running, outside: TestClient, mailbox: Mailbox, zoe: dict[str, str]
) -> None:
    mailbox.hang_up_after_data = 1
    ask(outside, shop, zoe)

    retry_the_uncertain(shop)

    _, lost, again = codes(mailbox)
    assert lost == again
    assert prove(outside, zoe, again).status_code == 200


def test_a_mail_that_a_later_one_overtook_makes_no_code_bad(
    shop: Running, outside: TestClient, mailbox: Mailbox, zoe: dict[str, str]
) -> None:
    mailbox.hang_up_after_data = 1
    ask(outside, shop, zoe)
    ask(outside, shop, zoe)

    retry_the_uncertain(shop)

    assert len(codes(mailbox)) == 3
    assert prove(outside, zoe, codes(mailbox)[-1]).status_code == 200
