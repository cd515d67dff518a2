"""What pages of other origins may ask, in a real browser."""

from pathlib import Path

import pytest

from tests.http.browser import CHROMIUM, page_asking, told
from tests.http.examples_of_bodies import ID
from tests.http.furnished import furnish, token
from tests.http.sockets import served
from tests.http.test_origins import list_for
from tests.running import Running

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium is installed"),
]


def test_a_page_that_is_listed_asks_and_reads_and_no_other_does(
    running: Running, tmp_path: Path
) -> None:
    furnish(running)
    logged_in = {"Authorization": f"Bearer {token(running)}"}
    json = {**logged_in, "Content-Type": "application/json"}
    with served(running.app) as port:
        service = f"http://127.0.0.1:{port}/v1/services/service-{ID}"
        body = '{"name": "Longer cut", "duration_minutes": 90}'
        asked = (
            ["GET", service, {**logged_in, "Prefer": "wait=1"}],
            ["PUT", service, {**json, "If-Match": '"1"', "Idempotency-Key": "a"}, body],
            ["GET", service, {}],
            ["GET", service, {**logged_in, "X-Unknown": "1"}],
        )
        with page_asking(*asked) as listed, page_asking(*asked) as other:
            list_for(running, ID, f"http://localhost:{listed}")
            shown, changed, nobody, strange = told(f"http://localhost:{listed}/", tmp_path / "a")
            others = told(f"http://localhost:{other}/", tmp_path / "b")

    assert (shown["status"], shown["headers"]["etag"]) == (200, '"1"')
    assert "ratelimit" in shown["headers"]
    assert (changed["status"], changed["headers"]["etag"]) == (200, '"2"')
    assert changed["headers"]["consistency-token"]
    assert (nobody["status"], "token-missing" in nobody["text"]) == (401, True)
    assert strange == {"failed": "TypeError: Failed to fetch"}, "we take no such header"
    assert others == [{"failed": "TypeError: Failed to fetch"}] * 4
