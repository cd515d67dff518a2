"""What is asked costs no more than an answer is worth, however much is said with it."""

import pytest

from api.requests.listing import MOST_VALUES
from api.web.addresses import MOST_PROXIES, Addresses
from api.web.edge import MOST_PARAMETERS
from tests.counting import calls
from tests.http.raw import Raw
from tests.running import Running

PROXIES = Addresses(("127.0.0.1", "10.0.0.0/8"))
MUCH = 30_000


def coming(*forwarded: str) -> dict[str, object]:
    lines = [(b"x-forwarded-for", line.encode()) for line in forwarded]
    return {"client": ("127.0.0.1", 4711), "headers": lines}


@pytest.mark.parametrize(
    ("forwarded", "found"),
    [
        (["x," * MUCH], "127.0.0.1"),
        (["x," * MUCH + "203.0.113.9"], "203.0.113.9"),
        (["x," * MUCH, "203.0.113.9, 10.0.0.7"], "203.0.113.9"),
        (["203.0.113.9" + ", 10.0.0.7" * MUCH], "10.0.0.7"),
        (["10.0.0.7"] * MUCH, "10.0.0.7"),
        ([":" * 2 * MUCH], "127.0.0.1"),
    ],
)
def test_who_says_much_about_where_they_come_from_is_not_heard_for_long(forwarded, found) -> None:
    """By proxies of ours no less: whatever is far left was said by anybody."""
    hostile, usual = coming(*forwarded), coming("203.0.113.9, 10.0.0.7")

    assert PROXIES.of(hostile) == found
    hostile.pop("frontdesk.address")
    dearer = calls(lambda: PROXIES.of(hostile)) - calls(lambda: PROXIES.of(usual))
    assert dearer < 200 * MOST_PROXIES


def test_where_a_request_comes_from_is_found_out_once() -> None:
    scope = coming("203.0.113.9, 10.0.0.7")

    assert calls(lambda: PROXIES.of(scope)) > 10
    assert calls(lambda: PROXIES.of(scope)) < 5


@pytest.fixture
def ask(running: Running):
    raw = Raw(running.app, running.http().headers["authorization"])
    yield raw
    raw.close()


@pytest.mark.postgres
@pytest.mark.parametrize("path", ["/v1/services", "/v1/status", "/nowhere", "/v1/health"])
@pytest.mark.parametrize("authorization", ["known", "x"])
def test_more_than_a_hundred_parameters_are_refused_unread(
    ask: Raw, path: str, authorization
) -> None:
    headers = [] if authorization == "known" else [(b"authorization", b"x")]

    def refused(many: int) -> bool:
        answer = ask("GET", f"{path}?{'a=1&' * many}", headers=headers)
        return (answer.status, answer.json()["code"]) == (400, "query-invalid")

    assert refused(MOST_PARAMETERS)
    few = calls(lambda: refused(MOST_PARAMETERS))
    assert calls(lambda: refused(MUCH)) - few < MOST_PARAMETERS


@pytest.mark.postgres
def test_as_many_values_are_looked_for_as_a_page_has_rows(ask: Raw) -> None:
    client = "client-0198c0de-0000-7000-8000-000000000001"

    def status(many: int) -> int:
        return ask("GET", f"/v1/bookings?client_id={','.join([client] * many)}").status

    assert [status(many) for many in (MOST_VALUES, MOST_VALUES + 1, MUCH)] == [200, 400, 400]
    assert ask("GET", f"/v1/bookings?fields={'id,' * MOST_VALUES}").status == 400
