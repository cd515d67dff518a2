"""Two systems on one database are one business to whoever asks."""

import pytest

from tests.running import Running

pytestmark = pytest.mark.postgres


def test_what_one_records_the_other_shows(two_systems: tuple[Running, Running]) -> None:
    here, there = two_systems
    cut = {"name": "Cut", "category": "Hair", "duration_minutes": 45}

    where = here.http().post("/v1/services", json=cut).headers["location"]

    assert there.http().get(where).json()["name"] == "Cut"
