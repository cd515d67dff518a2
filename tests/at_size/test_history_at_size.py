"""What is asked of a long log is found by its indexes, as the role that may see one tenant."""

import pytest

from adapters.event_store import reader
from tests.at_size.explained import Explaining, too_much
from tests.at_size.log import RARE_ACTOR, VISITS_OF_A_CLIENT, numbered, tenant
from tests.running import Running

pytestmark = [pytest.mark.postgres, pytest.mark.thorough]

EARLY = "2020-01-08T00:00:00Z"
BOOKING = numbered("booking", 5)
BESIDE = "adapters/running/roll.py:"
"""What is said now and then, whoever asks what."""


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?oldest_first=true",
        f"?until={EARLY}",
        f"?since={EARLY}&oldest_first=true",
        f"?since={EARLY}&until={EARLY}",
        "?type=booking-marked-no-show.v1",
        f"?actor={RARE_ACTOR}&until={EARLY}",
        f"?stream={BOOKING}",
        f"?stream={BOOKING}&since={EARLY}&type=booking-requested.v1",
        "/5",
        f"/streams/{BOOKING}",
        f"/streams/{BOOKING}?at={EARLY}",
    ],
)
@pytest.mark.parametrize("business", [tenant(0), tenant(3)])
def test_no_page_of_history_reads_the_log(
    grown: Running, explained: Explaining, asked: str, business: str
) -> None:
    answer = grown.http(tenant=business).get(f"/v1/history{asked}")

    assert answer.status_code in (200, 404)
    answering = [each for each in explained.found if not each.place.startswith(BESIDE)]
    assert {each.role for each in answering} == {"frontdesk_app"}
    assert too_much(explained.found) == []


def test_a_long_stream_is_read_by_its_index(
    grown: Running, explained: Explaining, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a cursor, as one of so few events is not."""
    monkeypatch.setattr(reader, "SHORT", 0)
    booking = numbered("booking", VISITS_OF_A_CLIENT + 5)
    with grown.system.database.as_tenant(tenant(0)) as connection:
        found = grown.system.reader.stream(connection, tenant(0), booking)

    assert found
    assert reader.STREAM in {each.text for each in explained.found}
    assert too_much(explained.found) == []


def test_what_is_rare_is_found_in_portions(grown: Running, explained: Explaining) -> None:
    http, found, asked = grown.http(), [], {"type": "booking-marked-no-show.v1"}
    page = http.get("/v1/history", params=asked).json()
    while page["has_more"]:
        found += page["data"]
        page = http.get("/v1/history", params={**asked, "cursor": page["next_cursor"]}).json()

    assert [each["actor"] for each in [*found, *page["data"]]] == [RARE_ACTOR]
    assert too_much(explained.found) == []


def test_bookings_of_the_last_minutes_are_counted_among_them(
    grown: Running, explained: Explaining
) -> None:
    assert grown.http().get("/v1/live/bookings").status_code == 200
    assert too_much(explained.found) == []


@pytest.mark.parametrize("business", [tenant(0), tenant(3)])
def test_an_order_that_is_repeated_is_looked_up(
    grown: Running, explained: Explaining, business: str
) -> None:
    http, key = grown.http(tenant=business), {"Idempotency-Key": f"repeated-{business}"}
    order = {"name": "Cut", "duration_minutes": 30}

    first, again = (http.post("/v1/services", json=order, headers=key) for _ in range(2))

    assert (first.status_code, again.json()["id"]) == (201, first.json()["id"])
    assert too_much(explained.found) == []
