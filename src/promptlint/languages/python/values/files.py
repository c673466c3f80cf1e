"""Files of the project that a program opens: where a path leads, what stands in a file, and what that says as data.

A path is a Global `path:…` relative to the working directory, an opened file a Global `file:…`. What no file of the
project tells is unknown; nothing is read but through `Engine.read_text`.
"""

from __future__ import annotations

from collections.abc import Callable
from posixpath import basename, dirname, join, normpath, splitext
from typing import TYPE_CHECKING

from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.values.data import Kind, parsed
from promptlint.languages.python.values.rewriting import stripped
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import (
    Attr,
    Call,
    Cat,
    Const,
    Entry,
    Format,
    Global,
    Hole,
    Map,
    Module,
    Opaque,
    Seq,
    Str,
)

if TYPE_CHECKING:
    from promptlint.languages.python.values.engine import Engine

PATH, FILE, BESIDE = "path:", "file:", "__file__:"
MOST_TEXT = 1_000_000
"""A longer file is no prompt: its text is left out."""


def is_file(term: Term) -> bool:
    """Whether a value is a path or an opened file of the project."""
    return isinstance(term, Global) and term.name.startswith((PATH, FILE))


def path_of(term: Term, engine: Engine) -> str | None:
    """The path of a file of the project that a value names, relative to the working directory; None: it names none."""
    plain = engine.head(term)
    if isinstance(plain, Format):
        return path_of(plain.value, engine)
    if isinstance(plain, Global):
        for kind in (PATH, BESIDE):
            if plain.name.startswith(kind):
                return plain.name.removeprefix(kind)
    if isinstance(plain, Cat):
        parts = [_part(part, engine) for part in plain.parts]
        return normpath("".join(part for part in parts if part)) if all(part is not None for part in parts) else None
    if isinstance(plain, Str):
        return normpath(plain.value) if not plain.value.startswith("/") else None
    return None


def _part(term: Term, engine: Engine) -> str | None:
    plain = engine.head(term)
    return plain.value if isinstance(plain, Str) else path_of(plain, engine)


def _named(path: str, at: Place) -> Global:
    return Global(PATH + normpath(path), at=at)


# --- paths ------------------------------------------------------------------------------------------------------------


def attribute(value: Global, term: Attr) -> Term | None:
    """An attribute of a path: its parent folders, its name. None for a method."""
    path = value.name.removeprefix(PATH)
    name = basename(path)
    if term.name == "parent":
        return _named(dirname(path), term.at)
    if term.name == "parents":
        folders = [dirname(path)]
        while folders[-1]:
            folders.append(dirname(folders[-1]))
        return Seq(tuple(_named(folder, term.at) for folder in folders), at=term.at)
    known = {"name": name, "stem": splitext(name)[0], "suffix": splitext(name)[1]}.get(term.name)
    return Str(known, at=term.at) if known is not None else None


def slash(left: Term, right: Term, at: Place) -> Term | None:
    """`path / name`."""
    if isinstance(left, Global) and left.name.startswith(PATH) and isinstance(right, Str):
        return _named(join(left.name.removeprefix(PATH), right.value), at)
    return None


def _path(term: Call, engine: Engine) -> Term | None:
    path = path_of(term.arguments[0], engine) if term.arguments else None
    for argument in term.arguments[1:]:
        part = path_of(argument, engine)
        path = join(path, part) if path is not None and part is not None else None
    return _named(path, term.at) if path is not None else None


def _dirname(term: Call, engine: Engine) -> Term | None:
    path = path_of(term.arguments[0], engine) if term.arguments else None
    return _named(dirname(path), term.at) if path is not None else None


def _resources(term: Call, engine: Engine) -> Term | None:
    """The folder of a package, or of the module that asks; with names, a file in it."""
    anchor = engine.head(term.arguments[0]) if term.arguments else Str("")
    module: str | None = None
    if isinstance(anchor, Module):
        module = anchor.path
    elif isinstance(anchor, Global) and anchor.name.startswith(BESIDE):
        module = anchor.name.removeprefix(BESIDE)
    elif isinstance(anchor, Str):
        module = engine.project.resolve(anchor.value, term.at.path) if anchor.value else term.at.path
    if module is None:
        return None
    return _path(Call(term.function, (Global(BESIDE + dirname(module)), *term.arguments[1:]), at=term.at), engine)


# --- texts ------------------------------------------------------------------------------------------------------------


def method(value: Global, name: str, term: Call, engine: Engine) -> Term | None:
    """What a method of a path or of an opened file gives; None when it is not known."""
    path = value.name.partition(":")[2]
    if name in ("read", "read_text", "read_bytes", "__enter__", "readlines"):
        return content(path, term.at, engine)
    if not value.name.startswith(PATH):
        return None
    if name in ("resolve", "absolute", "expanduser", "as_posix"):
        return value
    if name == "joinpath":
        return _path(Call(term.function, (value, *term.arguments), at=term.at), engine)
    if name == "with_name":
        return _path(Call(term.function, (_named(dirname(path), term.at), *term.arguments), at=term.at), engine)
    return Global(FILE + path, at=term.at) if name == "open" else None


def content(path: str, at: Place, engine: Engine) -> Term:
    """The text of a file of the project."""
    raw = engine.read_text(path)
    if raw is None or len(raw) > MOST_TEXT:
        return Hole(None, f"is read from {path}", path, at=at)
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Opaque(f"{path} is not UTF-8", at=at)
    lines = text.count("\n") + 1
    return Str(text, at=Place(path, 1, 0, lines, len(text.rsplit("\n", 1)[-1].encode())))


def _open(term: Call, engine: Engine) -> Term | None:
    path = path_of(term.arguments[0], engine) if term.arguments else None
    return Global(FILE + path, at=term.at) if path is not None else None


def _resource_text(term: Call, engine: Engine) -> Term | None:
    found = _resources(term, engine)
    path = path_of(found, engine) if found is not None else None
    return content(path, term.at, engine) if path is not None else None


# --- data -------------------------------------------------------------------------------------------------------------


def _data(kind: Kind) -> Callable[[Call, Engine], Term | None]:
    """A function that reads data of one kind from a text or an opened file."""

    def read(term: Call, engine: Engine) -> Term | None:
        plain = engine.head(term.arguments[0]) if term.arguments else None
        if isinstance(plain, Global) and plain.name.startswith(FILE):
            plain = stripped(content(plain.name.removeprefix(FILE), term.at, engine))
        if not isinstance(plain, Str):
            return plain if isinstance(plain, (Hole, Opaque)) else None
        try:
            return as_term(parsed(plain.value, kind), plain.at)
        except (ValueError, RecursionError):
            return Opaque("is a file that does not parse", at=term.at)

    return read


def as_term(data: object, at: Place) -> Term:
    """Plain data as a term."""
    if isinstance(data, str):
        return Str(data, at=at)
    if isinstance(data, dict):
        return Map(tuple(Entry(as_term(k, at), as_term(v, at)) for k, v in data.items()), at=at)
    if isinstance(data, list):
        return Seq(tuple(as_term(item, at) for item in data), at=at)
    return Const(data if isinstance(data, (int, float, bool, type(None))) else str(data), at=at)


_JSON, _YAML, _TOML = _data("json"), _data("yaml"), _data("toml")

FUNCTIONS: dict[str, Callable[[Call, Engine], Term | None]] = {
    "pathlib.Path": _path, "pathlib.PurePath": _path, "os.path.join": _path, "os.path.abspath": _path,
    "os.path.realpath": _path, "os.path.normpath": _path, "os.path.expanduser": _path, "os.fspath": _path,
    "os.path.dirname": _dirname, "importlib.resources.files": _resources, "importlib_resources.files": _resources,
    "importlib.resources.path": _resources, "importlib.resources.as_file": _path,
    "importlib.resources.read_text": _resource_text, "importlib.resources.open_text": _resource_text,
    "importlib.resources.read_binary": _resource_text, "pkgutil.get_data": _resource_text,
    "open": _open, "io.open": _open, "codecs.open": _open, "aiofiles.open": _open, "anyio.open_file": _open,
    "json.load": _JSON, "json.loads": _JSON, "orjson.loads": _JSON, "ujson.load": _JSON, "ujson.loads": _JSON,
    "yaml.safe_load": _YAML, "yaml.load": _YAML, "yaml.full_load": _YAML, "yaml.unsafe_load": _YAML,
    "tomllib.load": _TOML, "tomllib.loads": _TOML, "tomli.load": _TOML, "tomli.loads": _TOML, "toml.load": _TOML,
    "toml.loads": _TOML,
}  # fmt: skip
"""What functions of the standard library, and of those that all use in its place, do with paths and files."""
