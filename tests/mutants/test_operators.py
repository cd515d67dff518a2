"""Which mistakes are made of a piece of code, and which are not worth making."""

from textwrap import dedent

import pytest

from infra.mutants.mutation import Mutation, mutations


def made(source: str) -> list[Mutation]:
    return mutations("domain/example.py", dedent(source).encode())


def becomes(source: str) -> set[str]:
    """Return what a line can become."""
    text = dedent(source).encode()
    return {each.applied(text).decode().strip() for each in mutations("domain/example.py", text)}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("a < b", {"(a <= b)"}),
        ("a >= b", {"(a > b)"}),
        ("a == b", {"(a != b)"}),
        ("a in b", {"(a not in b)"}),
        ("a is None", {"(a is not None)"}),
        ("a and b", {"(a or b)"}),
        ("not a", {"(a)"}),
        ("a + b", {"(a - b)"}),
        ("a // b", {"(a * b)"}),
        ("-a", {"(a)"}),
        ("min(a, b)", {"(max(a, b))"}),
        ("all(a)", {"(any(a))"}),
        ("a[0]", {"a[1]"}),
        ("f(True)", {"f(False)"}),
        ("b if a else c", {"b if (not a) else c"}),
        ("b if a < c else c", {"b if (a <= c) else c"}),
        ("[b for b in c if b]", {"[b for b in c if (not b)]"}),
        ("f'{a + b}' + c", set()),
        ("1.5", set()),
        ("time.monotonic() < a", set()),
    ],
)
def test_an_expression_has_these_mistakes(right: str, wrong: set[str]) -> None:
    assert becomes(f"x = {right}") == {f"x = {each}" for each in wrong}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("return a", {"return None"}),
        ("return None", set()),
        ("return False", {"return True"}),
        ("raise Refused", {"pass"}),
        ("do(a)", {"pass"}),
        ("a.b = c", {"pass"}),
        ("a += b", {"pass"}),
        ("a = b", set()),
        ("log.info('done', times=3)", set()),
        ("assert a == b", set()),
        ("assert_never(a)", set()),
        ("raise AssertionError", set()),
    ],
)
def test_a_statement_has_these_mistakes(right: str, wrong: set[str]) -> None:
    function = "def f(a: A = b) -> A | None:\n    '''Says that 1 < 2.'''\n    {}"

    assert becomes(function.format(right)) == {function.format(each) for each in wrong}


def test_a_condition_is_turned_round_and_a_turn_of_a_loop_is_the_last() -> None:
    wrong = becomes("while a:\n    continue")

    assert wrong == {"while (not a):\n    continue", "while a:\n    break"}


def test_what_is_for_the_type_checker_is_left_alone() -> None:
    source = """
        if TYPE_CHECKING:
            from a import b
            x = 1 < 2
        Either = One | Another
        __all__ = ["a"] + b
        class Port(Protocol):
            def find(self, limit: int = 100) -> int: ...
        class Row(Struct, frozen=True):
            '''A row of 100.'''
            name: str | None
    """

    assert made(source) == []


def test_what_a_type_asks_of_a_value_is_no_hint() -> None:
    wrong = becomes("class Row:\n    name: Annotated[str, Meta(max_length=200)]")

    assert wrong == {"class Row:\n    name: Annotated[str, Meta(max_length=201)]"}


def test_what_only_makes_it_quicker_is_left_alone() -> None:
    assert made("zip(a, b, strict=True)")[0].after == "pass"
    assert len(made("zip(a, b, strict=True)")) == 1


def test_sql_is_code_too() -> None:
    wrong = becomes('''Q = "SELECT a FROM b WHERE c < %s AND d IS NULL -- not < e"''')

    assert wrong == {
        '''Q = "SELECT a FROM b WHERE c <= %s AND d IS NULL -- not < e"''',
        '''Q = "SELECT a FROM b WHERE c < %s OR d IS NULL -- not < e"''',
        '''Q = "SELECT a FROM b WHERE c < %s AND d IS NOT NULL -- not < e"''',
    }


def test_what_lies_between_two_values_is_between_them_and_a_sentence_is_no_sql() -> None:
    assert made('''Q = f"SELECT a FROM b WHERE c BETWEEN {low} AND {high}"''') == []
    assert made('''TEXT = "This AND that < those"''') == []


def test_letters_of_many_bytes_move_nothing() -> None:
    assert becomes("x = f('é…', 1), 'é'") == {"x = f('é…', 2), 'é'"}


def test_a_mistake_is_where_its_statement_is_and_of_a_constant_where_it_is_used() -> None:
    source = """\
        LIMIT = 100
        UNUSED = 100
        def f(a):
            if (a and
                    a < LIMIT):
                return g(
                    a, 1)
    """

    found = {(each.after, each.line, each.lines) for each in made(source)}

    assert found == {
        ("LIMIT = 101", 1, (4, 5)),
        ("UNUSED = 101", 2, ()),
        ("not (a and a < LIMIT)", 4, (4, 5)),
        ("a or a < LIMIT", 4, (4, 5)),
        ("a <= LIMIT", 5, (4, 5)),
        ("return None", 6, (6, 7)),
        ("a, 2)", 7, (6, 7)),
    }
