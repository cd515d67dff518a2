"""Use cases of files. Of what stands for something, there is one: the next takes the place of the last."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from application.transact import Changes, Past, UseCase
from domain.files import files, portraits
from domain.files.files import FILE, Description, FileEvent, Status
from domain.files.portraits import PORTRAIT, portrait_of
from domain.files.purposes import RULES
from domain.messages import Command, Event
from domain.values import FileId


def announce(command: files.AnnounceFile, past: Past) -> Changes:
    return {command.file_id: files.announce(command, past.of(FILE, command.file_id))}


def upload(command: files.UploadFile, past: Past) -> Changes:
    return {command.file_id: files.upload(command, past.of(FILE, command.file_id))}


def complete(command: files.CompleteUpload, past: Past) -> Changes:
    return {command.file_id: files.complete(command, past.of(FILE, command.file_id))}


def expire(command: files.ExpireUpload, past: Past) -> Changes:
    file = past.of(FILE, command.file_id)
    return {command.file_id: files.expire(command, file, now=past.now)}


def pass_(command: files.PassFile, past: Past) -> Changes:
    """Let it be given to people; of something that has one portrait, it is that from now on."""
    file = past.of(FILE, command.file_id)
    events = files.pass_(command, file)
    stands = bool(events) and file.removed_at is None
    return {command.file_id: events, **(_chosen(command.file_id, past) if stands else {})}


def refuse(command: files.RefuseFile, past: Past) -> Changes:
    return {command.file_id: files.refuse(command, past.of(FILE, command.file_id))}


def publish(command: files.PublishFile, past: Past) -> Changes:
    return {command.file_id: files.publish(command, past.of(FILE, command.file_id))}


def withdraw(command: files.WithdrawFile, past: Past) -> Changes:
    return {command.file_id: files.withdraw(command, past.of(FILE, command.file_id))}


def remove(command: files.RemoveFile, past: Past) -> Changes:
    events = files.remove(command, past.of(FILE, command.file_id), now=past.now)
    return _without(command.file_id, events, past)


def restore(command: files.RestoreFile, past: Past) -> Changes:
    file = past.of(FILE, command.file_id)
    events = files.restore(command, file, now=past.now)
    stands = bool(events) and file.status is Status.READY
    return {command.file_id: events, **(_chosen(command.file_id, past) if stands else {})}


def purge(command: files.PurgeFile, past: Past) -> Changes:
    events = files.purge(command, past.of(FILE, command.file_id), now=past.now)
    return _without(command.file_id, events, past)


def abandon(command: files.AbandonFile, past: Past) -> Changes:
    return {command.file_id: files.abandon(command, past.of(FILE, command.file_id))}


def _described(file_id: FileId, past: Past) -> Description:
    return files.known(past.of(FILE, file_id))


def _chosen(file_id: FileId, past: Past) -> Changes:
    """Let it stand for what it is of, if one does, and remove the one that did so before."""
    described = _described(file_id, past)
    if not RULES[described.purpose].is_single:
        return {}
    id_ = portrait_of(described.owner_id, described.purpose)
    portrait = past.of(PORTRAIT, id_)
    chosen = portraits.choose(id_, described.owner_id, file_id, portrait)
    changes: dict[str, Sequence[Event]] = {id_: chosen}
    if portrait.file_id not in (None, file_id):
        former = files.RemoveFile(file_id=FileId(str(portrait.file_id)))
        file = past.of(FILE, former.file_id)
        changes[former.file_id] = files.remove(former, file, now=past.now)
    return changes


def _without(file_id: FileId, events: Sequence[FileEvent], past: Past) -> Changes:
    """Record what ends it; it stands for nothing any more."""
    if not events:
        return {file_id: events}
    described = _described(file_id, past)
    id_ = portrait_of(described.owner_id, described.purpose)
    portrait = past.of(PORTRAIT, id_)
    return {
        file_id: events,
        id_: portraits.clear(id_, described.owner_id, file_id, portrait),
    }


USE_CASES: Final[Mapping[type[Command], UseCase[Any]]] = {
    files.AnnounceFile: announce,
    files.UploadFile: upload,
    files.CompleteUpload: complete,
    files.ExpireUpload: expire,
    files.PassFile: pass_,
    files.RefuseFile: refuse,
    files.PublishFile: publish,
    files.WithdrawFile: withdraw,
    files.RemoveFile: remove,
    files.RestoreFile: restore,
    files.PurgeFile: purge,
    files.AbandonFile: abandon,
}
