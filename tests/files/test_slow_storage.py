"""Where bytes lie may be slow, or hang: only those wait who send files, or want some."""

import inspect
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.routing import APIRoute

from api.compat.setter import files as old_files
from api.files import contents, files, portraits
from api.web.routing import ORDERS, QUESTIONS, STORAGE, THREADS
from tests.files.pictures import PDF
from tests.files.sending import client_of, send
from tests.running import Running

PORTRAYED = [each for each in portraits.router.routes if isinstance(each, APIRoute)]


@pytest.mark.postgres
def test_nobody_who_orders_something_else_waits_for_a_storage_that_hangs(
    running: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = running.http()
    client = client_of(http)
    let_go, hanging = threading.Event(), threading.Semaphore(0)

    def hang(*_: Any) -> None:
        hanging.release()
        let_go.wait(60)

    monkeypatch.setattr(running.system.files.bytes, "put", hang)
    with ThreadPoolExecutor(THREADS) as threads:
        sending = [threads.submit(send, http, client, PDF) for _ in range(THREADS)]
        try:
            assert all(hanging.acquire(timeout=30) for _ in range(6))
            booked = [http.post("/v1/clients", json={"name": "Zoé"}) for _ in range(3)]
        finally:
            let_go.set()

    assert [each.status_code for each in booked] == [201] * 3
    assert {each.result().status_code for each in sending} <= {201, 503}


@pytest.mark.parametrize(
    "function",
    [
        files.upload_file,
        files.complete_upload,
        contents.put_upload,
        contents.get_content,
        contents.get_published,
        old_files.upload,
        old_files.upload_avatar,
        *(each.endpoint for each in PORTRAYED if "POST" in (each.methods or ())),
    ],
)
def test_whatever_reads_or_writes_bytes_has_threads_of_its_own(function: Any) -> None:
    assert inspect.unwrap(function).threads is STORAGE
    assert STORAGE not in (ORDERS, QUESTIONS)
