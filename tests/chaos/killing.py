"""Kills and stops processes at random, and starts them again; the same seed does it in the same
order. Call it from the thread that started them: to the kernel it is their parent.
"""

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

from infra.kafka import Broker
from tests.streams.programs import Company, Program

BETWEEN: Final = (0.2, 1.5)
DOWN: Final = (0.0, 2.0)
BROKER: Final = 0.15
"""How often it is the broker: it takes seconds until it is back."""

GENTLE: Final = 0.3
"""How often a process is told to stop instead of being killed."""


class Killer:
    """Kills one, now and then two, for as long as anybody works."""

    def __init__(self, seed: int, staff: Company, broker: Broker) -> None:
        self._chance = random.Random(seed)
        self._staff = staff
        self._broker = broker
        self.done: Counter[str] = Counter()

    def run(self, goes_on: Callable[[], bool]) -> None:
        """Do harm until it is over, and mend it all."""
        while goes_on():
            time.sleep(self._chance.uniform(*BETWEEN))
            self._strike()
            self._mend()
        self._mend()

    def _strike(self) -> None:
        chance = self._chance
        victims = chance.sample(self._staff.programs, chance.choice((1, 1, 2)))
        broker, down = chance.random() < BROKER, chance.uniform(*DOWN)
        if broker:
            self._broker.kill()
            self.done["broker killed"] += 1
        for victim in victims:
            self._end(victim, gently=chance.random() < GENTLE)
        time.sleep(down)
        if broker:
            self._broker.restart()

    def _end(self, victim: Program, *, gently: bool) -> None:
        if not victim.runs:
            return
        order = signal.SIGTERM if gently else signal.SIGKILL
        victim.process.send_signal(order)
        code = victim.process.wait(30)
        self.done[f"{victim.command} {'stopped' if gently else 'killed'}"] += 1
        if gently and code not in (0, -signal.SIGTERM):
            self.done[f"{victim.command} stopped with {code}"] += 1

    def _mend(self) -> None:
        """Start whoever does not run; whoever ended by himself is counted."""
        for program in self._staff.programs:
            if not program.runs:
                if program.process.returncode not in (0, -signal.SIGKILL, -signal.SIGTERM):
                    self.done[f"{program.command} ended by itself"] += 1
                program.start()
