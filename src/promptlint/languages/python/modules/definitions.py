"""What a module of the project defines: functions, classes, imports. Syntax only; nothing is evaluated here."""

from __future__ import annotations

import ast
from collections import defaultdict
from functools import cached_property

from promptlint.languages.python.modules.adding import Added, added
from promptlint.languages.python.modules.mutating import Changed, changed_attributes, changed_in_place, root, whole
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.modules.syntax import (
    all_nodes,
    bound_names,
    children,
    goes_back,
    last_name,
    own_nodes,
    plain_names,
    statements,
)
from promptlint.spans import Lines, Span

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class FunctionInfo:
    """A function, a method, a lambda, or the body of a module or class, which is walked like one."""

    __slots__ = ("__dict__", "module", "name", "node", "owner", "parent")

    def __init__(
        self,
        module: ModuleInfo,
        node: FunctionNode | ast.Module | ast.ClassDef,
        owner: ClassInfo | None = None,
        parent: FunctionInfo | None = None,
    ) -> None:
        self.module = module
        self.node = node
        self.owner = owner
        self.parent = parent
        self.name = getattr(node, "name", "<lambda>" if isinstance(node, ast.Lambda) else "<module>")

    def __repr__(self) -> str:
        return f"<{self.module.path}:{self.qualname}>"

    @property
    def qualname(self) -> str:
        """As the user would say it: `Agent.run`."""
        return f"{self.owner.name}.{self.name}" if self.owner else self.name

    @property
    def is_module(self) -> bool:
        """Whether it is the body of a module."""
        return isinstance(self.node, ast.Module)

    @property
    def is_async(self) -> bool:
        """Whether it is a coroutine function."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def arguments(self) -> ast.arguments | None:
        """Its parameters, as `ast` has them; None: it takes none."""
        return None if isinstance(self.node, (ast.Module, ast.ClassDef)) else self.node.args

    @cached_property
    def positional(self) -> tuple[str, ...]:
        """Names of the parameters which may be passed by position, `self` included."""
        a = self.arguments
        return tuple(p.arg for p in (*a.posonlyargs, *a.args)) if a else ()

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """Names of all parameters, `*args` and `**kwargs` included."""
        a = self.arguments
        if a is None:
            return ()
        extra = [p.arg for p in (a.vararg, a.kwarg) if p]
        return (*self.positional, *(p.arg for p in a.kwonlyargs), *extra)

    @cached_property
    def defaults(self) -> dict[str, ast.expr]:
        """Parameter → the expression of its default."""
        a = self.arguments
        if a is None:
            return {}
        found = dict(zip(reversed(self.positional), reversed(a.defaults), strict=False))
        found.update({p.arg: d for p, d in zip(a.kwonlyargs, a.kw_defaults, strict=True) if d is not None})
        return found

    @cached_property
    def annotations(self) -> dict[str, ast.expr]:
        """Parameter → its annotation."""
        a = self.arguments
        if a is None:
            return {}
        return {p.arg: p.annotation for p in (*a.posonlyargs, *a.args, *a.kwonlyargs) if p.annotation}

    @cached_property
    def decorators(self) -> frozenset[str]:
        """Last names of its decorators: `property`, `staticmethod`, `post` …"""
        return frozenset(filter(None, map(last_name, getattr(self.node, "decorator_list", ()))))

    @property
    def is_static(self) -> bool:
        """Whether it is a static method."""
        return "staticmethod" in self.decorators

    @property
    def is_property(self) -> bool:
        """Whether reading it as an attribute calls it."""
        return bool(self.decorators & {"property", "cached_property", "computed_field", "lazyproperty"})

    @cached_property
    def receiver(self) -> str | None:
        """Name of the parameter which holds the object, or the class of a class method."""
        if self.owner is None or self.is_static or not self.positional:
            return None
        return self.positional[0]

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The nodes of its body, without those of functions and classes defined in it."""
        return tuple(own_nodes(self.node))

    @cached_property
    def local(self) -> frozenset[str]:
        """Names which the body binds."""
        return frozenset(self.parameters) | frozenset(bound_names(self.nodes))

    @cached_property
    def added(self) -> Added:
        """To what its body adds something."""
        return added(self.nodes, self.changes)

    @cached_property
    def going_back(self) -> frozenset[ast.AST]:
        """Loops in its body that change the items of a list one by one, and look at others of them."""
        return frozenset(node for node in self.nodes if isinstance(node, (ast.For, ast.AsyncFor)) and goes_back(node))

    @cached_property
    def changes(self) -> tuple[Changed, ...]:
        """What the body sets or changes in place, in the order of the source."""
        return tuple(changed_in_place(self.nodes))

    @property
    def changed_outside(self) -> frozenset[str]:
        """Names from outside the body which it sets as a `global`, or what they hold."""
        outer = [name for node in self.nodes if isinstance(node, ast.Global) for name in node.names]
        held = plain_names(whole(place) for place, method in self.changes if method)
        return held.difference(self.local if held else ()).union(outer)

    @property
    def mutates(self) -> bool:
        """Whether a call may change what it is given, or the attributes of its object."""
        return self.changes_itself or (
            self.owner is not None and self.owner.methods.get(self.name) is self and (self.name in self.owner.mutators)
        )

    @cached_property
    def calls_on_itself(self) -> frozenset[str]:
        """Methods of its object that the body calls: `add` of `self.add(…)`; `super` for any of a base class."""
        me = self.receiver
        found: set[str] = set()
        for node in self.nodes:
            match node:
                case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=method)) if name == me:
                    found.add(method)
                case ast.Call(func=ast.Attribute(value=ast.Call(func=ast.Name(id="super")))):
                    found.add("super")
                case ast.Call(func=ast.Attribute(attr="__init__"), args=[ast.Name(id=name), *_]) if name == me:
                    found.add("super")
        return frozenset(found)

    @cached_property
    def changes_itself(self) -> bool:
        """Whether something in the body itself changes what it is given."""
        # `+=` of a name is mostly of a number.
        changed = (root(place) for place, by in self.changes if by != "+=" or not isinstance(place, ast.Name))
        return not plain_names(changed).isdisjoint(self.parameters)


class ClassInfo:
    """A class of the project."""

    __slots__ = ("__dict__", "module", "name", "node", "parent")

    def __init__(self, module: ModuleInfo, node: ast.ClassDef, parent: FunctionInfo | None) -> None:
        self.module = module
        self.node = node
        self.name = node.name
        self.parent = parent

    def __repr__(self) -> str:
        return f"<{self.module.path}:class {self.name}>"

    @cached_property
    def body(self) -> FunctionInfo:
        """The body of the class, as a function without parameters."""
        return FunctionInfo(self.module, self.node, None, self.parent)

    @cached_property
    def methods(self) -> dict[str, FunctionInfo]:
        """Name → method; of a property, the getter."""
        found: dict[str, FunctionInfo] = {}
        for node in statements(self.node.body):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                info = self.module.function(node, self, self.parent)
                if not info.decorators & {"setter", "deleter", "overload"}:
                    found[node.name] = info
        return found

    @cached_property
    def mutators(self) -> frozenset[str]:
        """Methods that may change the object: themselves, through others of the class, or through a base class."""
        found = {name for name, method in self.methods.items() if method.changes_itself}
        left = {name: method.calls_on_itself for name, method in self.methods.items() if name not in found}
        while more := {name for name, calls in left.items() if "super" in calls or calls & found}:
            found |= more
            left = {name: calls for name, calls in left.items() if name not in more}
        return frozenset(found)

    @cached_property
    def variables(self) -> dict[str, ast.expr | None]:
        """Class variables and annotated fields, in order → the expression, or None without one."""
        found: dict[str, ast.expr | None] = {}
        for node in statements(self.node.body):
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                found[node.target.id] = node.value
            elif isinstance(node, ast.Assign):
                found.update({t.id: node.value for t in node.targets if isinstance(t, ast.Name)})
        return found

    @cached_property
    def annotations(self) -> dict[str, ast.expr]:
        """Field → annotation."""
        nodes = [n for n in statements(self.node.body) if isinstance(n, ast.AnnAssign)]
        return {n.target.id: n.annotation for n in nodes if isinstance(n.target, ast.Name)}

    @cached_property
    def assigned(self) -> dict[str, tuple[FunctionInfo, ...]]:
        """Attribute of the object → the methods which assign or change it, the constructor first."""
        found: dict[str, dict[FunctionInfo, None]] = defaultdict(dict)
        constructors = ("__init__", "__post_init__", "model_post_init", "__attrs_post_init__", "setup")
        order = sorted(self.methods.values(), key=lambda m: constructors.index(m.name) if m.name in constructors else 9)
        for method in order:
            for name in changed_attributes(changed_in_place(all_nodes(method.node)), method.receiver):
                found[name][method] = None
        return {name: tuple(methods) for name, methods in found.items()}


class ModuleInfo:
    """One file of the project."""

    __slots__ = ("__dict__", "name", "path", "text", "tree")

    def __init__(self, path: str, name: str, text: str, tree: ast.Module) -> None:
        self.path = path
        self.name = name
        self.text = text
        self.tree = tree

    def __repr__(self) -> str:
        return f"<module {self.path}>"

    @cached_property
    def lines(self) -> Lines:
        """Its lines, for positions."""
        return Lines(self.text)

    @cached_property
    def body(self) -> FunctionInfo:
        """The body of the module, as a function without parameters."""
        return FunctionInfo(self, self.tree)

    @cached_property
    def _functions(self) -> dict[ast.AST, FunctionInfo]:
        return {}

    @cached_property
    def _classes(self) -> dict[ast.AST, ClassInfo]:
        return {}

    def function(self, node: FunctionNode, owner: ClassInfo | None, parent: FunctionInfo | None) -> FunctionInfo:
        """The one FunctionInfo of a node."""
        info = self._functions.get(node)
        if info is None:
            info = self._functions[node] = FunctionInfo(self, node, owner, parent)
        return info

    def klass(self, node: ast.ClassDef, parent: FunctionInfo | None) -> ClassInfo:
        """The one ClassInfo of a node."""
        info = self._classes.get(node)
        if info is None:
            info = self._classes[node] = ClassInfo(self, node, parent)
        return info

    @cached_property
    def classes(self) -> dict[str, ClassInfo]:
        """Classes at the top of the module."""
        return {n.name: self.klass(n, None) for n in statements(self.tree.body) if isinstance(n, ast.ClassDef)}

    @cached_property
    def functions(self) -> dict[str, FunctionInfo]:
        """Functions at the top of the module."""
        kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
        return {n.name: self.function(n, None, None) for n in statements(self.tree.body) if isinstance(n, kinds)}

    @cached_property
    def calls(self) -> tuple[tuple[ast.Call, FunctionInfo], ...]:
        """Every call, with the function in whose body it stands."""
        return tuple((node, function) for node, function in self._placed if isinstance(node, ast.Call))

    @cached_property
    def all_functions(self) -> tuple[FunctionInfo, ...]:
        """Every function, method and lambda, in the order of the source, behind the body of the module itself."""
        found = dict.fromkeys(function for _, function in self._placed if function is not self.body)
        return (self.body, *sorted(found, key=lambda function: self.place(function.node)))

    @cached_property
    def changed(self) -> dict[str, tuple[FunctionInfo, ...]]:
        """Name of the module → the functions which set it, or change what it holds, other than its body itself."""
        found: dict[str, dict[FunctionInfo, None]] = defaultdict(dict)
        for function in self.all_functions[1:]:
            for name in self.body.local.intersection(function.changed_outside):
                found[name][function] = None
        return {name: tuple(functions) for name, functions in found.items()}

    @cached_property
    def defaults(self) -> frozenset[Place]:
        """Where it is written what parameters and annotated fields are, where nothing else is given."""
        found = [node for function in self.all_functions for node in function.defaults.values()]
        bodies = [node.body for node in all_nodes(self.tree) if isinstance(node, ast.ClassDef)]
        found += [n.value for body in bodies for n in body if isinstance(n, ast.AnnAssign) and n.value is not None]
        return frozenset(map(self.place, found))

    @cached_property
    def _placed(self) -> tuple[tuple[ast.AST, FunctionInfo], ...]:
        """Calls, and a node of each function, with the function in whose body they stand."""
        found: list[tuple[ast.AST, FunctionInfo]] = []
        stack: list[tuple[ast.AST, FunctionInfo, ClassInfo | None]] = [(self.tree, self.body, None)]
        while stack:
            at, function, klass = stack.pop()
            if isinstance(at, ast.Call) or at is function.node:
                found.append((at, function))
            for child in children(at):
                if isinstance(child, ast.ClassDef):
                    parent = None if function.is_module else function
                    stack.append((child, function, self.klass(child, parent)))
                elif isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
                    parent = None if function.is_module else function
                    method = klass if isinstance(at, ast.ClassDef) else None
                    inner = self.function(child, method, parent)
                    stack.append((child, inner, klass))
                else:
                    stack.append((child, function, klass))
        return tuple(found)

    def place(self, node: ast.AST) -> Place:
        """Where a node is written."""
        return Place(
            self.path,
            node.lineno,  # type: ignore[attr-defined]
            node.col_offset,  # type: ignore[attr-defined]
            node.end_lineno or node.lineno,  # type: ignore[attr-defined]
            node.end_col_offset or node.col_offset,  # type: ignore[attr-defined]
        )

    def span(self, place: Place) -> Span:
        """The span of a place in this module."""
        return Span(
            self.path,
            self.lines.from_utf8(place.line, place.column),
            self.lines.from_utf8(place.end_line, place.end_column),
        )

    def source(self, node: ast.AST, limit: int = 60) -> str:
        """An expression as the user wrote it, on one line, cut to `limit` characters."""
        text = " ".join(self.lines.slice(self.span(self.place(node))).split())
        return text if len(text) <= limit else text[: limit - 1] + "…"
