"""Which small changes of a module there are, and the code with one of them."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from pathlib import Path
from types import CodeType
from typing import NamedTuple

_COMPARE: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_REACH_FURTHER: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
}
_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Add,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
}
_NAMES = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
_DROPPED = {"abs", "reversed"}


class Spot(NamedTuple):
    """Where a node hangs in its tree."""

    holder: ast.AST
    field: str
    place: int | None
    """Of those in a field that is a list."""

    def put(self, node: ast.AST) -> None:
        """Hangs another node there."""
        if self.place is None:
            setattr(self.holder, self.field, node)
        else:
            getattr(self.holder, self.field)[self.place] = node


class Mutant(NamedTuple):
    """One change of one module."""

    path: str
    """Of the module, from the top of the project."""
    function: str
    """The outermost function that it is in, with its class; empty for a constant of the module."""
    start: int
    """The first line of that function, decorators included, or of the constant's statement."""
    line: int
    end: int
    """First and last line of what is changed, both inclusive."""
    text: str
    """What stands there."""
    instead: str
    unit: ast.stmt
    """The function, its class around it, or the constant's statement."""
    spot: Spot
    old: ast.AST
    new: ast.AST
    nth: int = 1
    """Which of several changes of the same words in the function."""

    @property
    def room(self) -> str:
        """See room_of."""
        return room_of(self.path)

    @property
    def key(self) -> str:
        """What names it as long as the code around it stays, wherever it stands in the file."""
        nth = f" ({self.nth})" if self.nth > 1 else ""
        return f"{self.path} {self.function or '-'}: {self.text} -> {self.instead}{nth}"

    @property
    def constants(self) -> tuple[str, ...]:
        """The names that a constant's statement gives; none in a function."""
        if self.function or not isinstance(self.unit, ast.Assign):
            return ()
        return tuple(target.id for target in self.unit.targets if isinstance(target, ast.Name))

    def rank(self, seed: str) -> bytes:
        """Where it stands in the order in which mutants are drawn: a change elsewhere leaves the others where they were."""
        return blake2b(f"{seed} {self.key}".encode(), digest_size=8).digest()

    def code(self, file: str) -> CodeType:
        """The changed function's code, as if compiled from `file`; for a constant, the code of its statement."""
        self.spot.put(ast.fix_missing_locations(ast.copy_location(self.new, self.old)))
        try:
            code: CodeType = compile(
                ast.Module([self.unit], []), file, "exec", flags=annotations.compiler_flag, dont_inherit=True
            )
        finally:
            self.spot.put(self.old)
        if not self.function:
            return code
        return next(
            each for each in _codes(code) if each.co_qualname == self.function and each.co_firstlineno == self.start
        )


def room_of(path: str) -> str:
    """The folder under the package that a module is in; "top" for modules of the package itself."""
    parts = Path(path).parts
    return parts[1] if len(parts) > 2 else "top"


def mutants(path: str, source: str) -> Iterator[Mutant]:
    """Every mutant of a module, in the order of its text."""
    seen: Counter[str] = Counter()
    for name, unit, statement in _units(ast.parse(source)):
        start = min((statement.lineno, *(each.lineno for each in getattr(statement, "decorator_list", ()))))
        for spot, node in _inside(statement):
            for new in _instead(node):
                line = getattr(node, "lineno", None) or getattr(spot.holder, "lineno", start)
                end = getattr(node, "end_lineno", None) or getattr(spot.holder, "end_lineno", None) or line
                if isinstance(node, ast.If):
                    end = node.test.end_lineno or line
                mutant = Mutant(path, name, start, line, end, _words(node), _words(new), unit, spot, node, new)
                seen[mutant.key] += 1
                yield mutant._replace(nth=seen[mutant.key])


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


def _units(tree: ast.Module) -> Iterator[tuple[str, ast.stmt, ast.stmt]]:
    """The functions and methods of a module, and the statements that give a name to a value: name, what is compiled, it."""
    for each in tree.body:
        if isinstance(each, ast.FunctionDef):
            yield each.name, each, each
        elif isinstance(each, ast.ClassDef):
            for inner in each.body:
                if isinstance(inner, ast.FunctionDef):
                    alone = ast.ClassDef(each.name, [], [], [inner], [])
                    yield f"{each.name}.{inner.name}", ast.fix_missing_locations(ast.copy_location(alone, each)), inner
        elif isinstance(each, ast.Assign) and all(
            isinstance(target, ast.Name) and not target.id.startswith("__") for target in each.targets
        ):
            yield "", each, each


def _inside(unit: ast.stmt) -> Iterator[tuple[Spot, ast.AST]]:
    """What hangs in a function's body or a constant's value, but for what only tells types or readers something."""
    fields = ("body",) if isinstance(unit, ast.FunctionDef) else ("value",)
    yield from _below(unit, fields)


def _below(node: ast.AST, fields: tuple[str, ...]) -> Iterator[tuple[Spot, ast.AST]]:
    for field in fields:
        value = getattr(node, field, None)
        those = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
        for place, each in those:
            if not isinstance(each, ast.AST) or _is_idle(each):
                continue
            yield Spot(node, field, place), each
            skipped = {"annotation", "returns", "decorator_list"}
            yield from _below(each, tuple(name for name in each._fields if name not in skipped))


def _is_idle(node: ast.AST) -> bool:
    """Whether a node does nothing that a change would tell: a docstring, a claim for the type checker (or of `zip`, that both are
    as long), words of a message."""
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, ast.keyword):
        return node.arg == "strict"
    return isinstance(node, ast.Assert | ast.Raise | ast.Import | ast.ImportFrom | ast.JoinedStr)


def _instead(node: ast.AST) -> Iterator[ast.AST]:
    """What may stand in a node's place."""
    match node:
        case ast.Compare(ops=[op], left=left, comparators=right):
            for table in (_COMPARE, _REACH_FURTHER):
                if type(op) in table:
                    yield ast.Compare(left, [table[type(op)]()], right)
        case ast.BoolOp(op=op, values=values):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), values)
            for index in range(len(values)):
                rest = values[:index] + values[index + 1 :]
                yield rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.BinOp(op=op, left=one, right=other) if type(op) in _ARITHMETIC and not _is_text(one, other):
            yield ast.BinOp(one, _ARITHMETIC[type(op)](), other)
        case ast.UnaryOp(op=ast.Not() | ast.USub(), operand=operand):
            yield operand
        case ast.Constant(value=bool() as truth):
            yield ast.Constant(not truth)
        case ast.Constant(value=int() as number):
            yield ast.Constant(number + 1)
            yield ast.Constant(number - 1)
        case ast.Call(func=ast.Name(id="Decimal" | "D"), args=[ast.Constant(value=str() as digits)]):
            try:
                value = Decimal(digits)
            except InvalidOperation:
                return
            if not value.is_finite():
                return
            step = Decimal(1).scaleb(int(value.as_tuple().exponent))
            yield ast.Call(node.func, [ast.Constant(str(value + step))], [])
        case ast.Call(func=ast.Name(id=name), args=[first, *_]) if name in _DROPPED:
            yield first
        case ast.Call(func=ast.Name(id=name), args=args, keywords=words) if name in _NAMES and args:
            if name == "sorted":
                yield ast.Call(ast.Name("list", ast.Load()), args[:1], [])
            else:
                yield ast.Call(ast.Name(_NAMES[name], ast.Load()), args, words)
        case ast.IfExp(test=_, body=then, orelse=otherwise):
            yield then
            yield otherwise
        case ast.If(test=test, body=then, orelse=otherwise):
            if isinstance(test, ast.Name | ast.Attribute | ast.Call | ast.NamedExpr):
                yield ast.If(ast.UnaryOp(ast.Not(), test), then, otherwise)
        case ast.comprehension(target=target, iter=over, ifs=[_, *_] as conditions, is_async=_):
            for index in range(len(conditions)):
                yield ast.comprehension(target, over, conditions[:index] + conditions[index + 1 :], 0)
        case ast.Expr(value=ast.Call()) | ast.AugAssign():
            yield ast.Pass()
        case ast.Continue():
            yield ast.Break()


def _is_text(*nodes: ast.expr) -> bool:
    """Whether a sum is one of texts, lists or tuples, or a share of a path."""
    return any(
        isinstance(node, ast.JoinedStr | ast.List | ast.Tuple | ast.ListComp)
        or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        for node in nodes
    )


def _words(node: ast.AST) -> str:
    """A node in one line."""
    if isinstance(node, ast.If):
        return f"if {ast.unparse(node.test)}"
    return " ".join(ast.unparse(node).split())
