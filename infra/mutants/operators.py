"""In which ways is a place changed? Each is a mistake that somebody could make.

What no test could notice is left out: what is for readers (docstrings, annotations, what is logged), what
cannot happen (`assert_never`, `assert`), hints to the machine (`prepare=`, `strict=`), and floats, which
are seconds of somebody's patience: no test of ours waits for them.
"""

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, Final, NamedTuple


class Change(NamedTuple):
    """A node, and what stands in its place."""

    node: ast.expr | ast.stmt
    instead: ast.expr | ast.stmt


COMPARED: Final[Mapping[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}

RECKONED: Final[Mapping[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.FloorDiv,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}

CALLED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}

NO_PROMISE: Final = frozenset(
    {"assert_never", "cast", "NewType", "TypeVar", "ParamSpec", "isinstance"}
)
"""What these are called with is for the type checker, or a type."""

HINTS: Final = frozenset(
    {"daemon", "exc_info", "indent", "maxsize", "prepare", "stacklevel", "strict"}
)
"""Arguments that change nothing but how fast or how readable it is, or show what others may send."""

LOGS: Final = frozenset({"log", "logger", "logging", "warnings", "_say"})


def changes(tree: ast.Module) -> Iterator[Change]:
    """Return every change of a module."""
    for statement in tree.body:
        yield from _of_statement(statement)


# --- Statements ------------------------------------------------------------------------


def _of_statement(node: ast.stmt) -> Iterator[Change]:
    yield from STATEMENTS.get(type(node), _parts)(node)


def _of_all(body: Iterable[ast.stmt]) -> Iterator[Change]:
    for statement in body:
        yield from _of_statement(statement)


def _of_function(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[Change]:
    if {_name(each) for each in node.decorator_list} & {"overload", "abstractmethod"}:
        return
    arguments = node.args
    for default in (*arguments.defaults, *arguments.kw_defaults):
        if default is not None:
            yield from _of_expression(default)
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield from _of_annotation(argument.annotation)
    kept = {part for part in node.body if isinstance(part, ast.Assign | ast.AnnAssign)}
    for change in _of_all(node.body):
        if node.name != "__init__" or change.node not in kept:
            yield change


def _of_class(node: ast.ClassDef) -> Iterator[Change]:
    if "Protocol" not in {_name(base) for base in node.bases}:
        yield from _of_all(node.body)


def _of_condition(node: ast.If | ast.While) -> Iterator[Change]:
    if _name(node.test) == "TYPE_CHECKING":
        yield from _of_all(node.orelse)
        return
    yield from _negated(node.test)
    yield from _parts(node)


def _of_return(node: ast.Return) -> Iterator[Change]:
    match node.value:
        case None | ast.Constant(value=None):
            return
        case ast.Constant(value=False):  # None is as good
            pass
        case _:
            yield Change(node, ast.Return(ast.Constant(None)))
    yield from _of_expression(node.value)


def _of_raise(node: ast.Raise) -> Iterator[Change]:
    if node.exc is None:
        yield Change(node, ast.Pass())
    elif _name(node.exc) not in {"AssertionError", "NotImplementedError"}:
        yield Change(node, ast.Pass())
        yield from _of_expression(node.exc)


def _of_call_alone(node: ast.Expr) -> Iterator[Change]:
    """A call whose answer nobody takes is there for what it does."""
    called = node.value.value if isinstance(node.value, ast.Await) else node.value
    if isinstance(called, ast.Call) and not _is_no_promise(called):
        yield Change(node, ast.Pass())
    yield from _of_expression(called)


def _of_assignment(node: ast.Assign | ast.AnnAssign | ast.AugAssign) -> Iterator[Change]:
    """What is kept somewhere may not be. A variable without a value is no mistake that one overlooks,
    nor is an attribute that was never there.
    """
    target = node.targets[0] if isinstance(node, ast.Assign) else node.target
    if isinstance(node, ast.AnnAssign):
        yield from _of_annotation(node.annotation)
    if node.value is None or _name(target) == "__all__":
        return
    if isinstance(node, ast.AugAssign) or isinstance(target, ast.Attribute | ast.Subscript):
        yield Change(node, ast.Pass())
    if not _is_of_types(node.value):
        yield from _of_expression(node.value)


def _of_annotation(node: ast.expr | None) -> Iterator[Change]:
    """A type says nothing when it runs; what is called in it, `Meta(max_length=…)`, does."""
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Call):
            yield from _of_expression(part)


STATEMENTS: Final[Mapping[type[ast.stmt], Callable[[Any], Iterator[Change]]]] = {
    ast.AnnAssign: _of_assignment,
    ast.Assert: lambda _: iter(()),
    ast.Assign: _of_assignment,
    ast.AsyncFunctionDef: _of_function,
    ast.AugAssign: _of_assignment,
    ast.Break: lambda node: iter([Change(node, ast.Continue())]),
    ast.ClassDef: _of_class,
    ast.Continue: lambda node: iter([Change(node, ast.Break())]),
    ast.Expr: _of_call_alone,
    ast.FunctionDef: _of_function,
    ast.If: _of_condition,
    ast.Raise: _of_raise,
    ast.Return: _of_return,
    ast.While: _of_condition,
}


# --- Expressions -----------------------------------------------------------------------


def _of_expression(node: ast.expr) -> Iterator[Change]:
    if isinstance(node, ast.JoinedStr):  # where its parts are, Python 3.11 does not know
        return
    if isinstance(node, ast.Call) and _is_no_promise(node):
        if _name(node.func) in {"cast", "isinstance"}:
            for each in node.args:
                yield from () if _is_of_types(each) else _of_expression(each)
        return
    if isinstance(node, ast.IfExp):
        yield from _negated(node.test)
    if (other := EXPRESSIONS.get(type(node), _no_other)(node)) is not None:
        yield Change(node, other)
    yield from _parts(node)


def _parts(node: ast.AST) -> Iterator[Change]:
    """Return the changes of what something is made of; patterns, like types, are none."""
    for part in ast.iter_child_nodes(node):
        match part:
            case ast.stmt():
                yield from _of_statement(part)
            case ast.expr():
                yield from _of_expression(part)
            case ast.keyword(arg=name) if name in HINTS:
                pass
            case ast.pattern():
                pass
            case _:
                yield from chain.from_iterable(map(_negated, _conditions(part)))
                yield from _parts(part)


def _conditions(node: ast.AST) -> Sequence[ast.expr]:
    match node:
        case ast.comprehension(ifs=conditions):
            return conditions
        case ast.match_case(guard=ast.expr() as guard):
            return [guard]
        case _:
            return []


def _negated(test: ast.expr) -> Iterator[Change]:
    """What is compared or negated has a change of its own that says the same."""
    match test:
        case ast.Compare(ops=[_]) | ast.UnaryOp(op=ast.Not()) | ast.Constant():
            return
        case _:
            yield Change(test, ast.UnaryOp(ast.Not(), test))


def _compared(node: ast.Compare) -> ast.expr | None:
    """At the very moment of a clock that runs no test can stand."""
    names = {_name(each) for each in ast.walk(node) if isinstance(each, ast.expr)}
    if len(node.ops) > 1 or "monotonic" in names:
        return None
    return ast.Compare(node.left, [COMPARED[type(node.ops[0])]()], node.comparators)


def _joined(node: ast.BoolOp) -> ast.expr:
    return ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)


def _without_sign(node: ast.UnaryOp) -> ast.expr | None:
    return node.operand if isinstance(node.op, ast.Not | ast.USub) else None


def _reckoned(node: ast.BinOp) -> ast.expr | None:
    other = RECKONED.get(type(node.op))
    if other is None or _is_of_texts(node):
        return None
    return ast.BinOp(node.left, other(), node.right)


def _called(node: ast.Call) -> ast.expr | None:
    if isinstance(node.func, ast.Name) and (other := CALLED.get(node.func.id)):
        return ast.Call(ast.Name(other), node.args, node.keywords)
    return None


def _other_value(node: ast.Constant) -> ast.expr | None:
    match node.value:
        case bool(value):
            return ast.Constant(not value)
        case int(value):
            return ast.Constant(value + 1)
        case _:
            return None


def _no_other(_: ast.expr) -> ast.expr | None:
    return None


EXPRESSIONS: Final[Mapping[type[ast.expr], Callable[[Any], ast.expr | None]]] = {
    ast.BinOp: _reckoned,
    ast.BoolOp: _joined,
    ast.Call: _called,
    ast.Compare: _compared,
    ast.Constant: _other_value,
    ast.UnaryOp: _without_sign,
}


# --- What is left out ------------------------------------------------------------------


def _is_no_promise(node: ast.Call) -> bool:
    """Whether it says something to readers of the log, or to the type checker."""
    return _name(node.func) in NO_PROMISE | LOGS or _root(node.func) in LOGS


def _is_of_types(node: ast.expr) -> bool:
    """Whether it is a type, or several: `Requested | Confirmed`."""
    match node:
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _is_of_types(left) and _is_of_types(right)
        case ast.Constant(value=None):
            return True
        case ast.Subscript(value=value):
            return _is_of_types(value)
        case ast.Name() | ast.Attribute():
            return _name(node)[:1].isupper() or _name(node) in {
                "str",
                "int",
                "dict",
                "list",
                "tuple",
            }
        case _:
            return False


def _is_of_texts(node: ast.BinOp) -> bool:
    """Whether it puts texts or rows together, or types: the other operator has no meaning for those."""
    texts = ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp | ast.Dict
    return any(
        isinstance(each, texts)
        or (isinstance(each, ast.Constant) and isinstance(each.value, str | bytes))
        or (isinstance(node.op, ast.BitOr) and _is_of_types(each))
        for each in (node.left, node.right)
    )


def _name(node: ast.expr) -> str:
    """Return the last word of `a.b.name`, `name[…]` or `name(…)`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=inner) | ast.Subscript(value=inner):
            return _name(inner)
        case _:
            return ""


def _root(node: ast.expr) -> str:
    """Return the first word of `name.b.c`."""
    match node:
        case ast.Attribute(value=inner) | ast.Call(func=inner):
            return _root(inner)
        case ast.Name(id=name):
            return name
        case _:
            return ""
