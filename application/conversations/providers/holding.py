"""Lets nothing go through what is in trouble, and sees to it that somebody is told of it."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import uuid5

import msgspec

from application.conversations.providers.pauses import (
    AccountTroubledError,
    NumberLimitedError,
    Pause,
    Pauses,
    length_of,
)
from application.operations.jobs import Dispatch, Job, NotTakenError
from application.ports import About, Clock
from domain.business.configuration import RecordTrouble

SHOWN: Final = 16
"""Of a digest: enough to tell one account from the next."""


class Holding:
    """Looks before something is given to a provider, and after. `handing_over` is called when it is about to be."""

    def __init__(
        self,
        pauses: Pauses,
        handing_over: Callable[[str], None],
        dispatch: Dispatch,
        clock: Clock,
    ) -> None:
        self.handing_over = handing_over
        self._pauses = pauses
        self._dispatch = dispatch
        self._clock = clock

    @contextmanager
    def through(self, job: Job, key: str, account: Any, number: str | None) -> Iterator[None]:
        """Let something go out through the account that is configured under a key, and by a number. Raises
        NotTakenError, where one of them is held. An account that was typed anew is another.
        """
        mine, by = f"{key}/{_digest(account)}", f"{key}/number/{number or ''}"
        known = self._pauses.of(job.tenant, (mine, by))
        self._refuse_held(known.values())
        try:
            yield
        except AccountTroubledError as trouble:
            raise self._troubled(job, key, mine, known.get(mine), trouble) from trouble
        except NumberLimitedError as limit:
            if limit.after is not None:
                self._hold(job, by, self._clock() + limit.after)
            raise
        self._works(job, key, mine, known)

    def _refuse_held(self, known: Any) -> None:
        now = self._clock()
        until = max((each.until for each in known), default=now)
        if until > now:
            raise NotTakenError(
                "nothing goes through there at present", after=until - now, counts=False
            )

    def _troubled(
        self, job: Job, key: str, name: str, known: Pause | None, trouble: AccountTroubledError
    ) -> NotTakenError:
        after = length_of(1 + (known.failures if known else 0))
        self._hold(job, name, self._clock() + after)
        self._tell(job, key, trouble.code)
        return NotTakenError(str(trouble), after=after, counts=False)

    def _works(self, job: Job, key: str, mine: str, known: Any) -> None:
        for name in known:
            self._pauses.lift(job.tenant, name)
        if mine in known:
            self._tell(job, key, None)

    def _hold(self, job: Job, name: str, until: datetime) -> None:
        self._pauses.hold(job.tenant, name, now=self._clock(), until=until)

    def _tell(self, job: Job, key: str, code: str | None) -> None:
        id_ = uuid5(job.id, f"trouble/{code}/{self._clock().isoformat()}")
        about = About(tenant=job.tenant, actor="carrying", command_id=id_)
        self._dispatch(RecordTrouble(key=key, code=code), about)


def _digest(account: Any) -> str:
    return hashlib.sha256(msgspec.json.encode(account)).hexdigest()[:SHOWN]
