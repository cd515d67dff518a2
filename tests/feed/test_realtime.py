"""Who may listen by Pusher's protocol, and how that is signed."""

from typing import Any, Final

import httpx2 as httpx
import msgspec
import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from application.realtime import App, own_app
from domain.business.configuration.declared import Pusher
from domain.confidential import Secret
from tests.conversations.threads.conversing import client, colleague
from tests.inbound.test_configured import configured
from tests.running import Running

EXAMPLE: Final = App("278d425bdf160c739803", b"7ad3773142a6692b25b8")
SIGNED: Final = {
    ("1234.1234", "private-foobar"): (
        "58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4"
    ),
    (
        "1234.1234",
        "presence-foobar",
        '{"user_id":10,"user_info":{"name":"Mr. Channels"}}',
    ): "31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80",
}
PATHS: Final = ("/v1/realtime", "/realtime", "/chat/realtime", "/api/chat/realtime")


@pytest.mark.parametrize("parts", SIGNED)
def test_what_is_signed_is_what_pusher_documents(parts: tuple[str, ...]) -> None:
    assert EXAMPLE.auth(*parts) == f"{EXAMPLE.key}:{SIGNED[parts]}"
    assert EXAMPLE.proves(EXAMPLE.auth(*parts), *parts)
    assert not EXAMPLE.proves(EXAMPLE.auth(*parts)[:-1] + "é", *parts)


def test_each_business_signs_by_a_secret_of_its_own() -> None:
    apps = [own_app("one", "pepper"), own_app("two", "pepper"), own_app("one", "salt")]
    assert len({app.secret for app in apps}) == 3
    assert "secret" not in repr(apps[0])


def asked(http: TestClient, path: str, **fields: str) -> Any:
    return http.post(f"{path}/auth", data=fields)


@pytest.mark.postgres
@pytest.mark.parametrize("path", PATHS)
def test_who_sees_a_conversation_may_listen_to_it(running: Running, path: str) -> None:
    ana, zoe, other = colleague(running), client(running), client(running, "Max Muster")
    thread = ana.opens(zoe)
    name = f"presence-thread-{thread['id']}"
    for person in (ana, zoe):
        answer = asked(person.http, path, socket_id="1.2", channel_name=name)
        assert answer.status_code == 200, answer.text
        said = answer.json()
        app = own_app(running.tenant, running.app.state.backend.pepper)
        assert app.proves(said["auth"], "1.2", name, said["channel_data"])
        assert msgspec.json.decode(said["channel_data"])["user_id"] == person.id
        config = person.http.get(f"{path}/config").json()
        assert config["key"] == running.tenant
        assert app.secret.decode() not in str(config)
    refused = asked(other.http, path, socket_id="1.2", channel_name=name)
    assert (refused.status_code, refused.json()["code"]) == (403, "channel-not-allowed")


@pytest.mark.postgres
def test_nobody_listens_to_what_they_do_not_see_nor_by_what_is_no_socket(running: Running) -> None:
    zoe, path = client(running).http, "/v1/realtime"
    mine = f"tenant-{running.tenant}"
    assert asked(zoe, path, socket_id="1.2", channel_name=f"private-{mine}").status_code == 200
    for name in (f"presence-{mine}", "private-tenant-another", "private-x", "public", "-" * 200):
        assert asked(zoe, path, socket_id="1.2", channel_name=name).status_code == 403, name
    for socket in ("", "1", "1.2:private-x", "1.2\n", "1.²"):
        refused = asked(zoe, path, socket_id=socket, channel_name=f"private-{mine}")
        assert refused.json()["code"] == "socket-unknown", socket
    signed = asked(zoe, path, socket_id="1.2").json()
    app = own_app(running.tenant, running.app.state.backend.pepper)
    assert app.proves(signed["auth"], "1.2::user", signed["user_data"])
    bare = httpx.Headers(zoe.headers)
    del zoe.headers["authorization"]
    assert asked(zoe, path, socket_id="1.2").status_code == 401
    zoe.headers = bare


@pytest.mark.postgres
def test_where_a_server_is_configured_one_listens_there(running: Running) -> None:
    values = Pusher(app_id="1204", key=EXAMPLE.key, secret=Secret(value=EXAMPLE.secret.decode()))
    configured(running, "pusher", values)
    owner = running.http()
    assert owner.get("/realtime/config").json() == {
        "key": EXAMPLE.key,
        "host": "ws-eu.pusher.com",
        "port": 443,
        "tls": True,
        "cluster": "eu",
        "auth_endpoint": "/v1/realtime/auth",
    }
    name = f"private-tenant-{running.tenant}"
    said = asked(owner, "/realtime", socket_id="1234.1234", channel_name=name).json()
    assert said == {"auth": EXAMPLE.auth("1234.1234", name)}


@pytest.mark.postgres
def test_what_is_decided_can_be_read_in_the_log_and_no_secret(running: Running) -> None:
    zoe = client(running)
    asked_for = [f"private-tenant-{running.tenant}", "presence-tenant-another"]
    with capture_logs() as noted:
        said = [asked(zoe.http, "/realtime", socket_id="1.2", channel_name=n) for n in asked_for]
    found = [each for each in noted if each["event"] == "realtime"]
    assert [(each["channel"], each["allowed"]) for each in found] == [
        (asked_for[0], True),
        (asked_for[1], False),
    ]
    assert {each["log_level"] for each in found} == {"debug"}
    proof = said[0].json()
    secrets = [proof["auth"], msgspec.json.decode(proof["channel_data"])["ticket"]]
    secrets += [zoe.http.headers["authorization"].removeprefix("Bearer ")]
    assert not [each for each in secrets if each in str(noted)]
