"""How tests make forms, and how strangers fill them in."""

from datetime import timedelta
from typing import Any

import msgspec
from fastapi.testclient import TestClient

from domain.sales.forms import FORMS
from tests.running import Client, Running

CONTACT: Any = msgspec.to_builtins(FORMS.examples[0])
WEDDINGS: Any = {**msgspec.to_builtins(FORMS.examples[1]), "published": True}
ZOE = {"name": "Zoé Dupont", "email": "Zoe@Example.org", "message": "Do you do weddings?"}


def made(http: TestClient, form: Any = CONTACT, **more: Any) -> str:
    """Make a form; return its id."""
    answer = http.post("/v1/lead-forms", json={**form, **more})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def later(running: Running, time: timedelta) -> None:
    running.clock.set(running.clock() + time)


def stranger(running: Running) -> TestClient:
    return Client(running.app, raise_server_exceptions=False)


def opened(somebody: TestClient, form_id: str) -> Any:
    answer = somebody.get(f"/v1/lead-forms/{form_id}/public")
    assert answer.status_code == 200, answer.text
    return answer.json()


def filled_in(running: Running, form_id: str, answers: Any = None, **more: Any) -> Any:
    """Fill a form in as a person does: who opens it, types for a while, and leaves alone what is hidden."""
    somebody = stranger(running)
    stamp = opened(somebody, form_id)["stamp"]
    later(running, timedelta(seconds=30))
    body = {"answers": answers or ZOE, "stamp": stamp, "decoy": "", **more}
    return somebody.post(f"/v1/lead-forms/{form_id}/submit", json=body)


def received(running: Running, form_id: str, answers: Any = None, **more: Any) -> Any:
    answer = filled_in(running, form_id, answers, **more)
    assert answer.status_code == 201, answer.text
    return answer.json()


def submission(http: TestClient, id_: str) -> Any:
    return http.get(f"/v1/submissions/{id_}").json()


def leads(running: Running, http: TestClient) -> list[Any]:
    running.settle()
    return list(http.get("/v1/leads").json()["data"])


def submissions(running: Running, http: TestClient) -> list[Any]:
    running.settle()
    return list(http.get("/v1/submissions").json()["data"])
