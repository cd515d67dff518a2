"""What we send is verified by the libraries of Standard Webhooks, in Python and JavaScript; what was altered is not."""

import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest

from application.ports import Bookmark
from application.webhooks.deliveries import Delivery, headers_of
from application.webhooks.keys import Keyring
from domain.business.webhooks import WebhookEndpoint

pytestmark = [pytest.mark.generated, pytest.mark.timeout(60)]

HERE: Final = Path(__file__).parent
PYTHON: Final = Path(".venv/generated/bin/python").absolute()
BODY: Final = (
    '{"type":"client.registered","timestamp":"2027-01-05T09:00:00Z","data":{"name":"Zoé"}}'
)
LIBRARIES: Final = ((PYTHON, "verify_webhook.py"), ("node", "verify_webhook.mjs"))


def sent(number: int) -> dict[str, Any]:
    """Return what is sent a moment after the second secret was made, and the secret of this number."""
    now, keys = datetime.now(UTC), Keyring("pepper")
    endpoint = WebhookEndpoint(url="https://a.example.org/", secret_number=1, secret_since=now)
    mark = Bookmark(17, "5ca1ab1e5ca1ab1e")
    delivery = Delivery(endpoint_id="e", bookmark=mark, entity="c", sequence=1, attempts=0)
    signing = keys.signing("t", "e", endpoint, now)
    return {
        "secret": keys.shown("t", "e", endpoint, now).secrets[number],
        "headers": dict(headers_of(delivery, signing, BODY.encode(), now)),
        "body": BODY,
    }


def verified(library: tuple[str | Path, str], said: dict[str, Any]) -> str:
    done = subprocess.run(
        library, check=False, cwd=HERE, input=json.dumps(said), capture_output=True, text=True
    )
    return done.stdout.strip() if done.returncode == 0 else "refused"


@pytest.mark.parametrize("library", LIBRARIES)
def test_both_secrets_prove_that_it_is_from_us_and_nothing_else_does(
    library: tuple[str | Path, str],
) -> None:
    assert verified(library, sent(0)) == verified(library, sent(1)) == "client.registered"
    assert verified(library, {**sent(0), "body": BODY.replace("Zoé", "Léa")}) == "refused"
