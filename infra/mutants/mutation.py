"""One module with one mistake in it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple, TypeAlias

from infra.mutants.operators import Change, changes
from infra.mutants.statements import in_sql

SHOWN: Final = 90

Lines: TypeAlias = tuple[int, ...]


class Mutation(NamedTuple):
    """From `start` to `end`, in bytes, a module says something else. `lines` are those of the statement; of
    a constant, those that use it; else there are none that a test would be seen to run.
    """

    path: str
    line: int
    lines: Lines
    start: int
    end: int
    instead: str
    before: str
    after: str

    def applied(self, source: bytes) -> bytes:
        """Return the module with this mistake."""
        return source[: self.start] + self.instead.encode() + source[self.end :]

    @property
    def title(self) -> str:
        """What somebody looks for who explains why nobody notices."""
        return f"{self.before} → {self.after}"


def mutations(path: str, source: bytes) -> list[Mutation]:
    """Return all mistakes of a module, in the order of its lines."""
    text = _Text(path, source)
    found = [text.changed(change) for change in changes(text.tree)]
    found += [each for node in text.texts() for each in text.with_other_sql(node)]
    return sorted(set(found), key=lambda each: (each.start, each.end, each.instead))


class _Text:
    """A module's text, and where in it its nodes are."""

    def __init__(self, path: str, source: bytes) -> None:
        self.tree = ast.parse(source)
        self._path = path
        self._source = source
        self._lines = source.split(b"\n")
        self._begins = [0]
        for line in self._lines:
            self._begins.append(self._begins[-1] + len(line) + 1)
        self._run = dict(_lines_that_run(self.tree))
        self._run |= _lines_that_use(self.tree, self._run)

    def changed(self, change: Change) -> Mutation:
        """Return a change as one of the text."""
        node, place = change.node, self._place(change.node)
        after = ast.unparse(ast.fix_missing_locations(change.instead))
        if isinstance(node, ast.Constant):
            return self._mutation(node, place, after, *self._on_its_line(*place, after))
        instead = f"({after})" if isinstance(node, ast.expr) else after
        return self._mutation(node, place, instead, ast.unparse(node), after)

    def texts(self) -> Iterator[ast.expr]:
        """Return texts, but for docstrings and what is within others."""
        left_out = {
            part
            for node in ast.walk(self.tree)
            if isinstance(node, ast.JoinedStr | ast.Expr)
            for part in ast.iter_child_nodes(node)
        }
        for node in ast.walk(self.tree):
            match node:
                case ast.JoinedStr() | ast.Constant(value=str()):
                    yield from () if node in left_out else (node,)

    def with_other_sql(self, node: ast.expr) -> Iterator[Mutation]:
        """Return a statement with one word changed, as often as it has such words."""
        start, end = self._place(node)
        text = self._source[start:end].decode()
        for place, word, instead in in_sql(text):
            begin = start + len(text[:place].encode())
            until = begin + len(word.encode())
            shown = self._on_its_line(begin, until, instead)
            yield self._mutation(node, (begin, until), instead, *shown)

    def _mutation(
        self, node: ast.AST, place: tuple[int, int], instead: str, before: str, after: str
    ) -> Mutation:
        line = self._source[: place[0]].count(b"\n") + 1
        shown = _short(before), _short(after)
        return Mutation(self._path, line, self._run.get(node, ()), *place, instead, *shown)

    def _on_its_line(self, start: int, end: int, instead: str) -> tuple[str, str]:
        """Return the line as it is and as it becomes: a number alone says nothing."""
        first, last = self._source.rfind(b"\n", 0, start) + 1, self._source.find(b"\n", end)
        before, after = self._source[first:start].decode(), self._source[end:last].decode()
        return before + self._source[start:end].decode() + after, before + instead + after

    def _place(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        last, column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return (
            self._begins[node.lineno - 1] + node.col_offset,
            self._begins[last - 1] + column,
        )


def _lines_that_run(tree: ast.Module) -> Iterator[tuple[ast.AST, Lines]]:
    """Return for whatever is in a function the lines of its statement: of a long one, those of its head."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            for statement in _statements(function.body):
                lines = tuple(range(statement.lineno, _end_of_head(statement) + 1))
                yield statement, lines
                for node in _head(statement):
                    yield node, lines


def _lines_that_use(
    tree: ast.Module, run: Mapping[ast.AST, Lines]
) -> Iterator[tuple[ast.AST, Lines]]:
    """Return for whatever is in a constant the lines that speak of it, if any do so in its module."""
    uses: dict[str, Lines] = defaultdict(tuple)
    for node, lines in run.items():
        if isinstance(node, ast.Name):
            uses[node.id] += lines
    for statement in tree.body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                for node in ast.walk(statement):
                    yield node, uses[name]


def _statements(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    for statement in body:
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from (node for node in ast.walk(statement) if isinstance(node, ast.stmt))


def _head(statement: ast.stmt) -> Iterator[ast.AST]:
    """Return what a statement is made of, but for other statements."""
    left: list[ast.AST] = [statement]
    while left:
        for part in ast.iter_child_nodes(left.pop()):
            if not isinstance(part, ast.stmt):
                yield part
                left.append(part)


def _end_of_head(statement: ast.stmt) -> int:
    inner = [
        part.lineno
        for part in ast.walk(statement)
        if part is not statement and isinstance(part, ast.stmt)
    ]
    return (
        max(min(inner) - 1, statement.lineno) if inner else statement.end_lineno or statement.lineno
    )


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= SHOWN else f"{one_line[: SHOWN - 1]}…"
