"""Two systems on one database are one business to whoever asks."""

import pytest

from tests.running import Running

pytestmark = pytest.mark.postgres

CUT = {"name": "Cut", "category": "Hair", "duration_minutes": 45}


def test_what_one_records_the_other_shows(two_systems: tuple[Running, Running]) -> None:
    here, there = two_systems

    where = here.http().post("/v1/services", json=CUT).headers["location"]

    assert there.http().get(where).json()["name"] == "Cut"


def test_nothing_is_refused_for_what_the_other_has_changed_since(
    two_systems: tuple[Running, Running],
) -> None:
    here, there = two_systems[0].http(), two_systems[1].http()
    where = here.post("/v1/services", json=CUT).headers["location"]
    there.delete(where)  # remembers it as removed
    here.post(f"{where}/restoration")

    changed = there.put(where, json={**CUT, "name": "Wash"})

    assert (changed.status_code, changed.json()["name"]) == (200, "Wash")
