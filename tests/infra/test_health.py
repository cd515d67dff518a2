"""A process without an API says over HTTP how it is, to load balancers and to us."""

import socket
from http import HTTPStatus

import pytest

from infra.processes import health
from infra.processes.health import Health, NotHealthy, Reported, health_of, health_on
from infra.servers.children import free_port
from infra.servers.ports import PortTakenError
from tests.acceptance.processes import Http


def test_who_works_says_what_it_does() -> None:
    port = free_port()

    with health_on("127.0.0.1", port, lambda: Health(healthy=True, doing="publishing")):
        with Http(port) as http:
            answer = http("GET", "/v1/health")
        assert health_of(port) == "publishing"

    assert answer == (HTTPStatus.OK, {"status": "healthy", "doing": "publishing"})


def test_who_cannot_work_answers_so_and_is_not_taken_for_healthy() -> None:
    port = free_port()

    with health_on("127.0.0.1", port, lambda: Health(healthy=False, doing="slots none")):
        with Http(port) as http:
            assert http("GET", "/v1/health").status == HTTPStatus.SERVICE_UNAVAILABLE
        with pytest.raises(NotHealthy):
            health_of(port)


@pytest.mark.parametrize("sent", [b"", b"GET /v1/health HT"])
def test_who_comes_to_no_end_is_hung_up_on(monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    """Each has a thread for as long."""
    monkeypatch.setattr(health, "PATIENCE", 0.05)
    port = free_port()

    with (
        health_on("127.0.0.1", port, lambda: Health(healthy=True)),
        socket.create_connection(("127.0.0.1", port), timeout=30) as line,
    ):
        line.sendall(sent)
        assert line.recv(1) == b""


def test_who_is_gone_is_not_healthy() -> None:
    with pytest.raises(NotHealthy):
        health_of(free_port())


def test_a_port_in_use_is_said_plainly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with (
            pytest.raises(PortTakenError, match=str(port)),
            health_on("127.0.0.1", port, lambda: Health(healthy=True)),
        ):
            pass


def test_who_cannot_begin_yet_is_left_alone_and_not_taken_for_one_who_has_begun() -> None:
    reported, port = Reported("PostgreSQL"), free_port()

    with health_on("127.0.0.1", port, reported):
        with Http(port) as http:
            waiting = http("GET", "/v1/health")
        with pytest.raises(NotHealthy, match="waiting for PostgreSQL"):
            health_of(port)
        reported.look = lambda: Health(healthy=True, doing="publishing")

        assert health_of(port) == "publishing"
    assert waiting == (HTTPStatus.OK, {"status": "starting", "doing": "waiting for PostgreSQL"})


def test_nobody_listens_where_nobody_asks() -> None:
    with health_on("127.0.0.1", None, lambda: Health(healthy=True)):
        pass
