"""A folder keeps all bytes of a file or none, and a disk that takes nothing is a storage that is away."""

import errno
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from adapters.files.folder import Folder
from application.files.store import StorageAwayError
from tests.files.pictures import PDF


def test_a_folder_that_takes_nothing_is_a_storage_that_is_away(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    there = Folder(tmp_path / "file")

    with pytest.raises(StorageAwayError, match=r"EEXIST|ENOTDIR"):
        there.put("private/a/b/c.pdf", PDF, "application/pdf")


def test_what_broke_off_leaves_nothing_in_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a disk that is full: the bytes are there, and cannot be kept."""

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageAwayError, match="ENOSPC"):
        Folder(tmp_path).put("private/a/b/c.pdf", PDF, "application/pdf")

    assert list(tmp_path.rglob("*.*")) == []


def test_several_may_destroy_the_same_at_once(tmp_path: Path) -> None:
    there = Folder(tmp_path)
    for number in range(200):
        there.put(f"private/a/b/{number}.pdf", PDF, "application/pdf")

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(there.remove, ["private/a/b/"] * 8))

    assert list(tmp_path.rglob("*.*")) == []
