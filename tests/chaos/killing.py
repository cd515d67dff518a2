"""Kills and stops processes, and starts them again, while people book; the same seed does it to
the same in the same order, after as many answers. Call it from the thread that started them: to the
kernel it is their parent.
"""

import random
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final

from adapters.redis import connect
from infra.servers.kafka import Broker
from infra.servers.redis import RedisServer
from tests.chaos.conversations import PATIENCE, Clients
from tests.streams.programs import Company, Program, slots
from tests.waiting import until

DECK: Final = (
    *(f"{who} {how}" for who in ("relay", "worker", "serve") for how in ("killed", "stopped")),
    "workers killed",  # all of them
    "broker killed",
    "redis killed",
    "redis emptied",
)
"""Everything is done once before anything is done again."""

DOWN: Final = (0, 60)
"""Answers until what was killed is started again: others must give them."""

DESKS: Final = 2
"""API processes."""

TOGETHER: Final = (1, 1, 2)
"""How many cards are played at once."""

AHEAD: Final = 100
"""Attempts that may be made meanwhile; the others wait for the next blow."""

ENOUGH: Final = 30.0
GENTLY: Final = {0, -signal.SIGTERM}
LAST_WORDS: Final = 3_000


@dataclass(frozen=True)
class Blow:
    """After so many answers this is done; `until` so many, it is not mended."""

    after: int
    cards: list[str]
    until: int


def blows(seed: int, attempts: int, every: tuple[int, int]) -> Iterator[Blow]:
    """Plan them: one every so many answers, for as long as people ask."""
    chance, cards = random.Random(seed), list[str]()
    after = chance.randint(*every)
    while after < attempts - AHEAD:
        count = chance.choice(TOGETHER)
        if len(cards) < count:
            cards += chance.sample(DECK, len(DECK))
        played, cards = cards[:count], cards[count:]
        down = chance.randint(*DOWN)
        yield Blow(after, played, after if nobody_answers(played) else after + down)
        after += chance.randint(*every)


def nobody_answers(cards: list[str]) -> bool:
    """Whether both desks are closed then: no answer can be waited for."""
    return all(card.startswith("serve") for card in cards) and len(cards) == DESKS


@dataclass
class Killer:
    """Strikes as planned, at whoever does the work at that moment."""

    seed: int
    staff: Company
    broker: Broker
    redis: RedisServer
    every: tuple[int, int]
    done: Counter[str] = field(default_factory=Counter)
    unasked: list[str] = field(default_factory=list)
    """Who ended by themselves or not as told, with their last words."""

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)
        self._down: dict[str, Callable[[], None]] = {}

    def run(self, clients: Clients) -> None:
        """Do harm while they ask, and mend it all."""
        for blow in blows(self.seed, clients.attempts, self.every):
            self._wait(clients, blow.after)
            self._strike(blow)
            self._wait(clients, blow.until)
            self._mend()

    def _wait(self, clients: Clients, answers: int) -> None:
        clients.let(answers + AHEAD)
        until(
            lambda: clients.answered >= answers or not clients.busy,
            seconds=PATIENCE,
            why=lambda: f"{clients.answered} answers of {answers}",
        )

    # --- What is done ---------------------------------------------------------------------

    def _strike(self, blow: Blow) -> None:
        for card in sorted(blow.cards):  # Redis is emptied before it is killed
            who, how = card.split()
            match who:
                case "broker":
                    self._kill_server(who, self.broker)
                case "redis" if how == "emptied":
                    self._empty()
                case "redis":
                    self._kill_server(who, self.redis)
                case _:
                    self._end(self._victims(who), gently=how == "stopped")
            self.done[card] += 1

    def _kill_server(self, name: str, server: Broker | RedisServer) -> None:
        server.kill()
        self._down[name] = server.restart

    def _empty(self) -> None:
        with connect(self.redis.url, patience=ENOUGH) as redis:
            redis.flushall()

    def _victims(self, who: str) -> list[Program]:
        """Return all of them, or one that does the work, if any does: others may only stand by."""
        command = who.removesuffix("s")
        running = [p for p in self.staff.programs if p.command == command and p.runs]
        if who != command:
            return running
        busy = [program for program in running if _works(program)]
        return [self._chance.choice(busy or running)]

    def _end(self, victims: list[Program], *, gently: bool) -> None:
        for victim in victims:
            victim.process.send_signal(signal.SIGTERM if gently else signal.SIGKILL)
            self._down[victim.log.name] = victim.start
        for victim in victims:
            code = victim.process.wait(ENOUGH)
            if code not in (GENTLY if gently else {-signal.SIGKILL}):
                self._note(victim)

    def _mend(self) -> None:
        """Start who was ended, in any order, and whoever ended without having been asked to."""
        for program in self.staff.programs:
            if not program.runs and program.log.name not in self._down:
                self._note(program)
                self._down[program.log.name] = program.start
        for name in self._chance.sample(sorted(self._down), len(self._down)):
            self._down.pop(name)()

    def _note(self, program: Program) -> None:
        code, words = program.process.returncode, program.said[-LAST_WORDS:]
        self.unasked.append(f"{program.log.name} ended with {code}: {words}")


def _works(program: Program) -> bool:
    match program.command:
        case "relay":
            return "is active" in program.said
        case "worker":
            return bool(slots(program))
        case _:
            return True
