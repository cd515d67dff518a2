"""Sends to endpoints that are due, each in a thread that waits for the answer, and hands them out fairly.

    due ─► taken ─► its turn ─► put back, to be looked at when something is due

Waiting costs next to nothing, so that many may wait; working does, so that few may work. Whoever has let others
wait is counted apart, from the moment on in which they do: so those that hang wait for each other, and those
that answer for nobody. Tenants take turns, and none may have more than a part of either.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import uuid4

import structlog
from psycopg import OperationalError

from adapters.postgres import DatabaseUnavailableError
from adapters.running.silence import Silence
from adapters.wakeups.bell import Bell
from adapters.webhooks.deliveries import Held, PostgresDeliveries, Sign, Wish
from application.ports import Clock
from application.webhooks.deliveries import Taken
from application.webhooks.delivering import SLOW

POLL: Final = 1.0
"""Seconds after which one looks without being woken: somebody may have become slow, died, or wished for a replay."""

AGAIN: Final = timedelta(seconds=30)
"""After which it is tried again where something of ours is wrong: another release may read what this one cannot."""

Turn = Callable[[Taken, Callable[[], object]], object]

log = structlog.get_logger()


TOGETHER: Final = 4
"""One looks who is due when one in so many of those who are sent to is done, rather than for each alone."""


class Places(NamedTuple):
    """To how many endpoints one process sends at once: to those that answer in time, and to those that let
    others wait; and how many of either are of one tenant.
    """

    fast: int = 32
    slowly: int = 480
    fast_each: int = 20
    slowly_each: int = 240


class _Hand:
    """An endpoint that is sent to: since when an answer is waited for."""

    def __init__(self, taken: Taken, began: float) -> None:
        self.taken = taken
        self.began = began


class Sender:
    """Hands endpoints out to threads. `patience` is after how many seconds one lets others wait."""

    def __init__(
        self,
        deliveries: PostgresDeliveries,
        turn: Turn,
        clock: Clock,
        *,
        bell: Bell,
        places: Places = Places(),
        patience: float = SLOW,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deliveries = deliveries
        self._turn = turn
        self._clock = clock
        self._bell = bell
        self._places = places
        self._patience = patience
        self._seconds = seconds
        self._silence: Silence[Sign] = Silence(deliveries.lease, seconds)
        self._hands: set[_Hand] = set()
        self._done = 0
        self._changing = threading.Condition()
        self._next_look_after_the_dead = 0.0

    def run(self, stop: threading.Event) -> None:
        """Send what falls due until `stop`, and wait for what is being sent then."""
        while not stop.is_set():
            heard = self._bell.rings
            try:
                self._look_after_the_dead()
                self._fill(stop)
                pause = self._pause()
            except (DatabaseUnavailableError, OperationalError) as error:
                log.warning("webhooks cannot be reached", error=str(error))
                pause = POLL
            except Exception:
                log.exception("webhooks cannot be handed out")
                pause = POLL
            self._bell.wait(heard, pause)
        with self._changing:
            self._changing.wait_for(lambda: not self._hands)

    def run_due(self) -> int:
        """Send to those that are due, one after the other; return how many these were."""
        self._let_go()
        hands = self._taken()
        for each in hands:
            self._have_turn(each)
        return len(hands)

    def next_due(self) -> datetime | None:
        """Return when an endpoint is to be looked at next."""
        return self._deliveries.next_look()

    def in_hand(self) -> int:
        """Return how many endpoints are sent to at this moment, by anybody."""
        return len(self._deliveries.signs())

    def prune(self) -> int:
        """Forget what was settled long ago."""
        return self._deliveries.prune()

    # --- Who, and how many ----------------------------------------------------------------------

    def _fill(self, stop: threading.Event, *, sparing: bool = False) -> None:
        for hand in self._taken(sparing=sparing):
            name = f"webhook {hand.taken.endpoint_id}"
            args = (hand, stop)
            threading.Thread(target=self._have_turns, args=args, name=name, daemon=True).start()

    def _taken(self, *, sparing: bool = False) -> Sequence[_Hand]:
        """Take as many as there is room for; `sparing` looks: only if enough are done since the last one."""
        with self._changing:
            wish, held = self._wish()
            in_hand = sum(each.fast for each in held)
            if sparing and self._done * TOGETHER < in_hand:
                return ()
            self._done = 0
            if wish.fast <= 0 and wish.slowly <= 0:
                return ()
            taken = self._deliveries.take(uuid4(), wish, held)
            hands = [_Hand(each, self._seconds()) for each in taken]
            self._hands.update(hands)
        return hands

    def _wish(self) -> tuple[Wish, Sequence[Held]]:
        fast, slowly = Counter[str](), Counter[str]()
        for each in self._hands:
            (slowly if self._lets_wait(each) else fast)[each.taken.tenant] += 1
        places = self._places
        free = places.fast + places.slowly - len(self._hands)
        wish = Wish(
            fast=min(places.fast - fast.total(), free),
            slowly=min(places.slowly - slowly.total(), free),
            fast_each=places.fast_each,
            slowly_each=places.slowly_each,
        )
        tenants = sorted({*fast, *slowly})
        return wish, [Held(tenant=t, fast=fast[t], slowly=slowly[t]) for t in tenants]

    def _lets_wait(self, hand: _Hand) -> bool:
        return hand.taken.slow or self._seconds() - hand.began > self._patience

    # --- What -----------------------------------------------------------------------------------

    def _have_turns(self, hand: _Hand, stop: threading.Event) -> None:
        """Have the turn of one endpoint, and let others follow."""
        self._have_turn(hand)
        try:
            if not stop.is_set():
                self._fill(stop, sparing=True)
        except (DatabaseUnavailableError, OperationalError):
            return  # whoever looks now and then says so

    def _have_turn(self, hand: _Hand) -> None:
        def begin() -> None:
            hand.began = self._seconds()

        try:
            self._turn(hand.taken, begin)
        except (DatabaseUnavailableError, OperationalError) as error:
            log.warning("what became of webhooks is not written down", error=str(error))
        except Exception:
            log.exception("webhooks cannot be sent", endpoint=hand.taken.endpoint_id)
            self._put_off(hand.taken)
        finally:
            with self._changing:
                self._hands.remove(hand)
                self._done += 1
                self._changing.notify_all()

    def _put_off(self, taken: Taken) -> None:
        try:
            self._deliveries.put_back(taken, again=self._clock() + AGAIN)
        except (DatabaseUnavailableError, OperationalError) as error:
            log.warning("a webhook could not be put off", error=str(error))

    # --- When -----------------------------------------------------------------------------------

    def _look_after_the_dead(self) -> None:
        if self._seconds() >= self._next_look_after_the_dead:
            self._next_look_after_the_dead = self._seconds() + POLL
            self._let_go()

    def _let_go(self) -> None:
        self._deliveries.let_go(self._silence.found(self._deliveries.signs()))

    def _pause(self) -> float:
        """Return the time to the next look. Whoever is due, and for whom there was no room, follows others."""
        due = self._deliveries.next_look()
        now = self._clock()
        return POLL if due is None or due <= now else min(POLL, (due - now).total_seconds())
