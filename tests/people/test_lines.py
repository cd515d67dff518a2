"""What of a line anybody sees: names lose what nobody does, and are refused if nothing is left."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.texts import FROM_RIGHT, TURNS, says_something, shown

BIDI = {*TURNS, *map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A)))}
WORDS = (
    "Zoé",
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: two parts that do not join
    "\u0d05\u0d35\u0d28\u0d4d\u200d",  # Malayalam: ends in a letter without its vowel
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",  # a family, one picture
    "\u2764\ufe0f\u200d\U0001f525",  # a heart on fire
    "1\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e0077\U000e006c\U000e0073\U000e007f",  # the flag of Wales
    "\u05d0\u05d1 (abc)\u200f",  # Hebrew, with a bracket on its side
    "\u28ff\u2800\u28ff",
    "Jean\u00a0Paul",
)
UNSEEN = (
    "\u200b", "\ufeff", "\u00ad", "\u2060", "\u2062", "\u180e", "\u034f", "\u3164", "\uffa0",
    "\u115f", "\u17b5", "\u2066", "\u2069", "\u202e", "\u202c", "\u206a", "\ufff9",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_what_is_how_a_word_is_spelled_stays(word: str) -> None:
    assert shown(word) == word
    assert says_something(word)


@pytest.mark.parametrize("mark", UNSEEN)
@pytest.mark.parametrize("word", WORDS)
def test_what_nobody_sees_is_lost(word: str, mark: str) -> None:
    assert shown(f"{mark}{word}{mark}{mark}") == word
    assert not says_something(shown(mark * 3))


@pytest.mark.parametrize("end", ["\u2028", "\u2029", "\x85", "\x1f", "\x7f", "\n"])
@pytest.mark.parametrize("name", ["Zoé", "Zoe"])
def test_what_ends_a_line_is_a_space(name: str, end: str) -> None:
    assert shown(f"{name}{end}Martin") == f"{name} Martin"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\u200d", "a"),
        ("\u200ca", "a"),
        ("a \u200db", "a b"),
        ("a\u200d\u200db", "a\u200db"),
        ("\ufe0fa", "a"),
        ("a\U000e0067", "a"),
        ("\u200eabc\u200f", "abc"),
    ],
)
def test_a_joiner_that_joins_nothing_is_lost(typed: str, kept: str) -> None:
    assert shown(typed) == kept


@pytest.mark.parametrize("nothing", ["", " ", "\u00a0\u2003", "\u2800", "\ufe0f", "\u2028", *TURNS])
def test_of_spaces_nobody_sees_anything(nothing: str) -> None:
    assert not says_something(shown(nothing))


ANY = st.text(
    st.characters(codec="utf-8") | st.sampled_from([*UNSEEN, *"".join(WORDS), *BIDI]), max_size=20
)


@given(ANY)
def test_a_line_is_one_line_in_one_direction_and_seen_once_is_seen_the_same(text: str) -> None:
    line = shown(text)

    assert shown(line) == line
    assert not {unicodedata.category(each) for each in line} & {"Cc", "Cs", "Zl", "Zp"}
    assert len(line.splitlines()) <= 1
    turned = any(unicodedata.bidirectional(each) in FROM_RIGHT for each in {*line} - {*TURNS})
    assert not {*line} & (BIDI - {*TURNS} if turned else BIDI)
    assert says_something(line) == says_something(text)
