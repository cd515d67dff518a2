"""What the demonstration's businesses and their clients have written to each other in the past two weeks: one
side, then the other, until it is settled, or somebody still waits. The same every time.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from domain.conversations.messages import PostMessage
from domain.conversations.participants import MemberId
from domain.conversations.threads import (
    MarkRead,
    OpenThread,
    ResolveThread,
    ThreadForm,
    thread_of,
)
from domain.messages import Command
from domain.values import ClientId, UserId

WORDS: Final[Mapping[str, Sequence[Sequence[str]]]] = {
    "fr": (
        (
            "Bonjour, puis-je venir plus tôt mardi ?",
            "Oui, à 10 h si vous voulez.",
            "Parfait, merci !",
        ),
        ("Faut-il se laver les cheveux avant ?", "Non, nous nous en occupons."),
        ("J'ai oublié mon écharpe chez vous.",),
        ("Avez-vous une place pour ma sœur ?", "Samedi à 11 h.", "Elle prend !", "C'est noté."),
    ),
    "en": (
        ("Could I come a little earlier?", "Ten o'clock is free.", "Perfect, thank you!"),
        ("Do I need to bring my records?", "Yes please, the latest ones."),
        ("I left my scarf in the waiting room.",),
    ),
}
"""Of each conversation, in turns: the client begins."""

EVERY: Final = timedelta(hours=70)
PAUSE: Final = timedelta(minutes=25)


class Said(NamedTuple):
    """Something that happens in a conversation at a time; `makes` names it."""

    at: datetime
    makes: str
    command: Command


def conversing(
    owner: UserId, clients: Sequence[ClientId], language: str, today: datetime
) -> Iterator[Said]:
    """Plan what is written, from the newest conversation back."""
    for number, (client, words) in enumerate(zip(clients, WORDS[language], strict=False)):
        begins = today - number * EVERY - timedelta(hours=3)
        yield from _conversation(MemberId(owner), MemberId(client), words, begins)


def _conversation(
    owner: MemberId, client: MemberId, words: Sequence[str], begins: datetime
) -> Iterator[Said]:
    opens = OpenThread(
        form=ThreadForm.DIRECT,
        opened_by=client,
        members=(client, owner),
        seed=client,
        text=words[0],
    )
    thread_id = thread_of(opens)
    yield Said(begins, f"{thread_id} opened", opens)
    for place, text in enumerate(words[1:], 2):
        author, at = (owner if place % 2 == 0 else client), begins + (place - 1) * PAUSE
        read = MarkRead(thread_id=thread_id, member_id=author, sequence=place - 1)
        said = PostMessage(thread_id=thread_id, author=author, text=text)
        yield Said(at, f"{thread_id} read up to {place - 1}", read)
        yield Said(at, f"{thread_id} said {place}", said)
    if len(words) % 2 == 0:
        at = begins + len(words) * PAUSE
        yield Said(at, f"{thread_id} resolved", ResolveThread(thread_id=thread_id))
