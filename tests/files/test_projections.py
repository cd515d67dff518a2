"""What is shown of a file, event by event."""

from typing import Any

from domain.files.files import Status
from domain.people.clients import ClientErased
from domain.values import ClientId
from projections.files.files import FILES, ListedFile
from tests.files.examples import (
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
    haircut,
    noon,
    smaller,
    zoe,
)


def shown(*events: Any) -> ListedFile:
    row = None
    for event in events:
        row = FILES.evolve(row, event)
    assert isinstance(row, ListedFile)
    return row


def test_what_was_announced_is_awaited_and_then_there() -> None:
    awaited, there = shown(file_announced), shown(file_announced, file_uploaded)

    assert (awaited.status, awaited.expires_at) == (Status.AWAITED, noon)
    assert (there.status, there.expires_at, there.name) == (Status.UPLOADED, None, haircut.name)
    assert there.url == f"/v1/files/{file_id}/content"


def test_it_is_for_everybody_only_while_it_is_published_and_there() -> None:
    ready = (file_uploaded, file_ready)
    public = f"/v1/published/{file_id}/{smaller.sha256}.webp"

    addresses = [
        shown(*ready, *events).pictures[0].public_url
        for events in (
            (),
            (file_published,),
            (file_published, file_withdrawn),
            (file_published, file_removed),
            (file_published, file_removed, file_restored),
        )
    ]

    assert addresses == [None, public, None, None, public]


def test_what_was_refused_or_removed_is_in_use_no_more() -> None:
    refused = shown(file_uploaded, file_refused)
    removed = shown(file_uploaded, file_ready, file_removed)

    assert (refused.status, refused.why, refused.active) == ("refused", "infected", False)
    assert (removed.removed_at, removed.active) == (noon, False)


def test_nothing_is_shown_of_what_is_gone_or_whose_it_was() -> None:
    erased = ClientErased(client_id=ClientId(zoe), streams=(zoe, file_id))

    assert FILES.evolve(shown(file_uploaded), file_purged) is None
    assert FILES.evolve(shown(file_uploaded), erased) is None
    assert FILES.key(erased) == [file_id]
