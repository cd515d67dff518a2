"""What a kind keeps in secret: nobody reads it, and who has shown it keeps it."""

import msgspec
import pytest

from domain.business.users import Role
from domain.catalogue import KINDS
from tests.people.clients.dump import found
from tests.records.any_kind import bodies, code, create, of_those
from tests.records.hidden import secrets
from tests.records.telling import on_kafka, tell_everything
from tests.running import Running

pytestmark = pytest.mark.postgres

JSON = {"Content-Type": "application/json"}

secret_kinds = of_those([kind for kind in KINDS if kind.has_secrets])


@secret_kinds
def test_a_secret_is_nowhere_but_where_it_is_sealed(
    running: Running, dsn: str, http, kind, capfd
) -> None:
    hushed = [each for example in kind.examples for each in secrets(example)]
    where = tell_everything(running, http, kind)
    stream = where.rpartition("/")[2]
    auditor = running.http(Role.AUDITOR)

    shown = [
        *(http.get(f"{where}{more}") for more in ("", "/history")),
        http.get(f"/v1/{kind.many}"),
        auditor.get(f"{where}?as_of=2"),
        auditor.get("/v1/history"),
        auditor.get(f"/v1/history?stream={stream}"),
        auditor.get("/v1/history/1"),
        auditor.get(f"/v1/history/streams/{stream}"),
        auditor.get(f"/v1/history/streams/{stream}/difference?from=1&to=2"),
        http.patch(where, json={}),
    ]

    assert {each.status_code for each in shown} == {200}
    assert not any(secret in each.text for secret in hushed for each in shown)
    assert found(dsn, hushed) == {}
    assert not any(secret in on_kafka(running) for secret in hushed)
    assert not any(secret in "".join(capfd.readouterr()) for secret in hushed)


@secret_kinds
def test_who_sends_a_secret_wrongly_does_not_read_it_in_the_refusal(http, kind) -> None:
    first, _ = bodies(kind)
    hushed = [*secrets(kind.examples[0])]
    text = msgspec.json.encode(first).decode()
    for secret in hushed:
        text = text.replace(f'"{secret}"', f'"{secret}\\u0000"')

    wrong = http.post(f"/v1/{kind.many}", content=text, headers=JSON)
    other = http.post(f"/v1/{kind.many}", json={**first, "colour": hushed[0]})

    assert (wrong.status_code, other.status_code) == (422, 422)
    assert not any(secret in wrong.text for secret in hushed)


@secret_kinds
def test_whoever_sends_what_was_shown_keeps_the_secrets(running: Running, http, kind) -> None:
    first, second = bodies(kind)
    where, name = create(http, kind, first), kind.columns[0]
    shown = {field: http.get(where).json()[field] for field in first}

    put = http.put(where, json={**shown, name: second[name]})
    patched = http.patch(where, json=shown)

    assert (put.status_code, patched.status_code) == (200, 200)
    place = (running.tenant, where.rpartition("/")[2])
    state, _ = running.system.store.state(kind.aggregate, place)
    assert [*secrets(state.values)] == [*secrets(kind.examples[0])]


@secret_kinds
def test_that_a_secret_was_changed_is_recorded_and_not_to_what(http, kind) -> None:
    first, second = bodies(kind)
    where = create(http, kind, first)
    http.patch(where, json={name: second[name] for name in second})

    changes = http.get(f"{where}/history").json()["data"][1]["changes"]

    versions = str(changes)
    assert "'version': 1" in versions
    assert "'version': 2" in versions
    assert not any(secret in versions for each in kind.examples for secret in secrets(each))


@secret_kinds
def test_what_was_never_said_cannot_be_kept(http, kind) -> None:
    first, second = bodies(kind)
    where = create(http, kind, first)
    shown = {field: http.get(where).json()[field] for field in first}

    http.put(where, json=second)

    assert code(http.put(where, json=shown)) == (422, "secret-not-kept")
    assert code(http.post(f"/v1/{kind.many}", json=shown)) == (422, "secret-not-kept")
