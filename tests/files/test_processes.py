"""What follows from what happens to a file."""

from datetime import timedelta
from typing import Any

import pytest

from application.ports import Recorded
from application.processes.effects.files import DestroyFile, PrepareFile, ShowFile
from application.processes.end_files_when_their_time_is_up import (
    AFTER,
    END_FILES_WHEN_THEIR_TIME_IS_UP,
)
from application.processes.keep_bytes_of_files import KEEP_BYTES_OF_FILES
from application.processes.process import Do, Withdraw
from application.processes.purge_files_on_client_erased import PURGE_FILES_ON_CLIENT_ERASED
from domain.files.files import ExpireUpload, PurgeFile
from domain.messages import Event
from domain.people.clients import ClientErased
from domain.values import ClientId
from tests.files.examples import (
    expire_upload,
    file_announced,
    file_id,
    file_published,
    file_purged,
    file_ready,
    file_refused,
    file_removed,
    file_restored,
    file_uploaded,
    file_withdrawn,
    noon,
    purge_file,
    zoe,
)


def at_noon(event: Event) -> Any:
    return Recorded(
        position=1,
        tenant="tenant",
        tenant_position=1,
        stream=file_id,
        version=1,
        type=type(event).__name__,
        event=event,
        recorded_at=noon,
    )


@pytest.mark.parametrize(
    ("event", "order"),
    [
        (file_uploaded, PrepareFile(file_id=file_id)),
        (file_refused, DestroyFile(file_id=file_id, wholly=False)),
        (file_purged, DestroyFile(file_id=file_id)),
        *(
            (each, ShowFile(file_id=file_id))
            for each in (file_ready, file_published, file_withdrawn, file_removed, file_restored)
        ),
    ],
)
def test_its_bytes_are_seen_to(event: Event, order: Any) -> None:
    assert KEEP_BYTES_OF_FILES.then(at_noon(event)) == [Do(order, about=file_id)]


def test_what_is_done_with_one_file_is_done_one_after_the_other() -> None:
    keys = {each(file_id=file_id).ordering_key for each in (PrepareFile, ShowFile, DestroyFile)}

    assert keys == {f"file/{file_id}"}


@pytest.mark.parametrize(
    ("event", "orders"),
    [
        (file_announced, [Do(expire_upload, about=file_id, at=noon)]),
        (file_uploaded, [Withdraw(ExpireUpload, about=file_id)]),
        (file_removed, [Do(purge_file, about=file_id, at=noon + AFTER)]),
        (file_refused, [Do(purge_file, about=file_id, at=noon + AFTER)]),
        (file_restored, [Withdraw(PurgeFile, about=file_id)]),
    ],
)
def test_it_ends_in_its_time(event: Event, orders: list[Any]) -> None:
    assert timedelta(days=30) < AFTER
    assert END_FILES_WHEN_THEIR_TIME_IS_UP.then(at_noon(event)) == orders


def test_files_of_who_is_erased_go_and_nothing_else() -> None:
    erased = ClientErased(client_id=ClientId(zoe), streams=(zoe, file_id, f"booking-{file_id[5:]}"))

    orders = PURGE_FILES_ON_CLIENT_ERASED.then(at_noon(erased))

    assert orders == [Do(PurgeFile(file_id=file_id, erased=True), about=file_id)]
