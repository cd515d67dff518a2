"""Whether two names may be one person's: people leave words out, shorten and turn them around."""

from domain.texts import plain


def may_be_one(name: str, other: str) -> bool:
    """Whether each word of the shorter one stands in the other, or begins a word of it.

    >>> may_be_one("Ana Martin", "MARTIN A."), may_be_one("Ana Martin", "Léa Martin")
    (True, False)
    """
    fewer, more = sorted((_words(name), _words(other)), key=len)
    return all(_is_taken_out(word, more) for word in fewer)


def _is_taken_out(word: str, words: list[str]) -> bool:
    found = next((each for each in words if each.startswith(word) or word.startswith(each)), None)
    if found is not None:
        words.remove(found)
    return found is not None


def _words(name: str) -> list[str]:
    """Return the words of a name, the longest first: an initial stands for what they leave."""
    letters = "".join(each if each.isalnum() else " " for each in plain(name))
    return sorted(letters.split(), key=len, reverse=True)
