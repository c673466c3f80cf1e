"""Under which names a module calls, hands over and keeps things. Syntax only: it says where to look, not what is so."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator

from promptlint.languages.python.modules.definitions import FunctionInfo, ModuleInfo
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.modules.syntax import all_nodes, last_name

Called = tuple[ast.Call, FunctionInfo]
"""A call, and the function in whose body it stands."""
_SAYING = frozenset(
    {ast.AnnAssign, ast.Assign, ast.Await, ast.Dict, ast.NamedExpr, ast.Return, ast.arg, ast.arguments, ast.keyword}
)
"""The nodes which say something beside calls."""


class Namings:
    """What the calls and assignments of one module say about names."""

    def __init__(self, module: ModuleInfo) -> None:
        self._module = module
        self.calls: dict[str, list[Called]] = defaultdict(list)
        """Name of what is called, or of what is handed over as an argument → the calls."""
        self.lambdas: dict[ast.AST, list[Called]] = defaultdict(list)
        """Lambda → the calls that it is handed to."""
        self.kept: dict[str, dict[str, None]] = defaultdict(dict)
        """Name of a thing → names of variables, attributes, keys and parameters that hold it, in order."""
        self.kept_lambdas: dict[ast.AST, dict[str, None]] = defaultdict(dict)
        self._returned: dict[str, list[ast.Return]] = defaultdict(list)
        self.made: dict[str, dict[str, None]] = defaultdict(dict)
        """Name of a function → names of variables, attributes and keys that hold what it returned, in order."""
        self.annotated: dict[str, dict[str, None]] = defaultdict(dict)
        """Name in an annotation → names of the variables, attributes and parameters which it stands at, in order."""
        self._awaited: list[ast.expr] = []
        for call, function in module.calls:
            self._call(call, function)
        for node in all_nodes(module.tree):
            if node.__class__ in _SAYING:  # one of ten
                self._statement(node)

    def _call(self, call: ast.Call, function: FunctionInfo) -> None:
        handed = [*call.args, *(keyword.value for keyword in call.keywords)]
        names = {named(call.func) or last_name(call.func)}
        if not is_partial(call):  # what it gives is found under the name that keeps it
            names.update(map(named, handed))
        for name in names - {""}:
            self.calls[name].append((call, function))
        for argument in handed:
            if isinstance(argument, ast.Lambda):
                self.lambdas[argument].append((call, function))

    def _statement(self, node: ast.AST) -> None:
        if isinstance(node, ast.Await):
            self._awaited.append(node.value)
        if isinstance(node, ast.Return):
            for side in node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]:
                if isinstance(side, (ast.Name, ast.Attribute)):
                    self._returned[last_name(side)].append(node)
        if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None:
            holder = node.arg if isinstance(node, ast.arg) else last_name(node.target)
            for name in _names(node.annotation):
                self.annotated[name][holder] = None
        for name, value in _holders(node):
            if isinstance(value, ast.Call) and (maker := last_name(value.func)):
                self.made[maker][name] = None
            for thing in things(value):
                if isinstance(thing, ast.Lambda):
                    self.kept_lambdas[thing][name] = None
                elif (kept := named(thing)) != name:
                    self.kept[kept][name] = None

    def returned(self, name: str) -> dict[str, None]:
        """The names of the functions that return a thing of some name, in order."""
        found: dict[str, None] = {}
        for node in self._returned.get(name, ()):
            around = [function.node for function in self._module.all_functions if _holds(function.node, node)]
            if around:
                found[getattr(around[-1], "name", "")] = None
        return found

    def awaited(self, call: Place, within: Place) -> bool:
        """Whether a call is waited for on the spot, inside a stretch of the source."""
        first, last = (within.line, within.column), (within.end_line, within.end_column)
        here = call.line, call.column
        for outer in self._awaited:
            start, end = (outer.lineno, outer.col_offset), (outer.end_lineno or 0, outer.end_col_offset or 0)
            if start <= here < end and first <= start and end <= last:
                return True
        return False


def _holds(function: ast.AST, node: ast.Return) -> bool:
    """Whether a statement stands in a function, or in one that is defined in it."""
    first, last = getattr(function, "lineno", 0), getattr(function, "end_lineno", None) or 0
    return first <= node.lineno <= last and not isinstance(function, ast.Lambda)


def _names(annotation: ast.expr) -> Iterator[str]:
    """The last names of the classes in an annotation, one in quotes included."""
    for node in all_nodes(annotation):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from node.value.split(".")


def named(node: ast.AST) -> str:
    """The last name by which an expression speaks of a thing: `f` of `self.f`, `cfg["f"]`, `partial(f, 1)`."""
    if isinstance(node, ast.Await):
        return named(node.value)
    if isinstance(node, ast.Subscript):
        key = node.slice
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    if isinstance(node, ast.Call):
        if is_partial(node):
            return named(node.args[0])
        looked_up = node.args[0 if last_name(node.func) == "get" else 1 :] if last_name(node.func) in _LOOKUPS else []
        key = looked_up[0] if looked_up else node
        return key.value if isinstance(key, ast.Constant) and isinstance(key.value, str) else ""
    return last_name(node) if isinstance(node, (ast.Name, ast.Attribute)) else ""


_LOOKUPS = ("get", "getattr")


def is_partial(node: ast.AST) -> bool:
    """Whether an expression is a function with some of its arguments filled in."""
    return isinstance(node, ast.Call) and last_name(node.func) in ("partial", "partialmethod") and bool(node.args)


def things(value: ast.expr) -> Iterator[ast.expr]:
    """What an expression may give as it is: itself, the sides of a branch, what a decorator wraps."""
    if isinstance(value, ast.IfExp):
        yield from things(value.body)
        yield from things(value.orelse)
    elif isinstance(value, ast.BoolOp):
        for side in value.values:
            yield from things(side)
    elif isinstance(value, ast.Call) and not named(value):
        yield from (a for a in value.args if isinstance(a, (ast.Name, ast.Attribute, ast.Lambda)) or is_partial(a))
    else:
        yield value


def _holders(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The names that a statement or expression gives to things."""
    if isinstance(node, ast.Assign):
        targets = [t for target in node.targets for t in (target.elts if isinstance(target, ast.Tuple) else [target])]
        yield from ((name, node.value) for target in targets if (name := named(target)))
    elif isinstance(node, (ast.AnnAssign, ast.NamedExpr)) and node.value is not None:
        if name := named(node.target):
            yield name, node.value
    elif isinstance(node, ast.keyword) and node.arg:
        yield node.arg, node.value
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                yield key.value, value
    elif isinstance(node, ast.arguments):
        every = [*node.posonlyargs, *node.args]
        yield from ((p.arg, d) for p, d in zip(reversed(every), reversed(node.defaults), strict=False))
        yield from ((p.arg, d) for p, d in zip(node.kwonlyargs, node.kw_defaults, strict=True) if d is not None)
