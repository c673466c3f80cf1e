"""Which files a name may lead to, told by their words: to parse a whole tree for a few calls would take minutes.

One pass over the bytes of all files keeps, of each, only the words that somebody said would matter, and the names of
the parts of the project. All other words are looked up only in the parts that can import what is looked for, so that
work grows with the calls that are followed, and not with the tree.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from posixpath import basename, commonpath, dirname, splitext
from typing import NamedTuple

MOST_FILES = 50
"""A folder has to do with LLMs as a whole if it has no more files than this for each one that calls them."""

_WORDS = bytes(c if chr(c).isalnum() or c == ord("_") or c >= 128 else ord(" ") for c in range(256))


def words(text: bytes) -> list[bytes]:
    """The words of a text: stretches of letters, digits and underscores, whatever language it is in."""
    return text.translate(_WORDS).split()


class Watched(NamedTuple):
    """Words on which answers may depend."""

    known: frozenset[bytes]
    """Of any file."""
    asked: frozenset[bytes]
    """Of the files in whose units something was looked up."""


class Glimpse(NamedTuple):
    """What has been seen of a file, and can be looked at again."""

    told: frozenset[bytes]
    """Words of `known`."""
    held: frozenset[bytes] | None
    """Words of `asked`; None: not looked at."""

    def still(self, raw: bytes, watched: Watched) -> bool:
        """Whether a file that has changed looks the same."""
        new = frozenset(words(raw))
        return watched.known & new == self.told and (self.held is None or watched.asked & new == self.held)


@dataclass(slots=True)
class Asked:
    """What has been asked of an index, and of those that were made of it."""

    words: set[bytes] = field(default_factory=set)
    units: set[str] = field(default_factory=set)
    """Those in which something was looked up."""
    files: set[str] = field(default_factory=set)
    """Those of which more than the words was looked at."""


class Index:
    """Where words are, in the code of a project.

    A unit is a package with all that is in it, or the modules of a folder which is in no package.
    """

    def __init__(self, files: Mapping[str, bytes], telling: Collection[bytes]) -> None:
        """`telling` are words that `told` will be asked for."""
        self._files = files
        self._units: defaultdict[str, list[str]] = defaultdict(list)
        self._unit_of = {path: self._unit(dirname(path)) for path in files}
        for path, unit in self._unit_of.items():
            self._units[unit].append(path)
        self._names = {unit: self._called(unit) for unit in self._units}
        self._known = frozenset(telling).union(*self._names.values(), *(_parts(unit) for unit in self._units))
        self._told = {path: self._known.intersection(words(files[path])) for path in files}
        self._mentioned: dict[str, frozenset[bytes]] = {}
        self._mentioning: defaultdict[bytes, set[str]] = defaultdict(set)
        self._imported: dict[str, set[str]] = {}
        self._domains: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, Mapping[bytes, list[str]]] = {}
        self.asked = Asked()

    def again(self, files: Mapping[str, bytes], changed: Collection[str]) -> Index:
        """The index of the same files, of which some have other words now."""
        new = object.__new__(Index)
        new.__dict__.update(self.__dict__)
        new._files = files
        new._told = {**self._told, **{path: self._known.intersection(words(files[path])) for path in changed}}
        new._mentioned, new._mentioning, new._imported, new._domains = {}, defaultdict(set), {}, {}
        touched = {self._unit_of[path] for path in changed}
        new._places = {unit: places for unit, places in self._places.items() if unit not in touched}
        return new

    def told(self, path: str) -> frozenset[bytes]:
        """The telling words in a file; names of units may be among them."""
        return self._told.get(path, frozenset())

    def naming(self, home: str, *names: str) -> list[str]:
        """The files that name all of some things, of those that can come by what is defined in the file `home`.

        In the order of their distance from there. What is no name is looked for as it is written.
        """
        asked = {word for name in names for word in words(_bytes(name))}
        written = [_bytes(name) for name in names if not name.isidentifier()]
        found: Iterator[str] = chain.from_iterable(
            self._holding(unit, asked) for unit in self._domain(self._unit_of.get(home, ""))
        )
        self.asked.words |= asked
        if written:
            named = list(found)
            self.asked.files.update(named)
            found = iter([path for path in named if all(text in self._files[path] for text in written)])
        return sorted(found, key=lambda path: (-_shared(path, home), path))

    def uses(self, path: str, name: str) -> bool:
        """Whether a file does more with a name than to define it: else it calls and keeps nothing of that name.

        Where a framework asks for functions by their names, a thousand files define one, and none of them calls it.
        """
        self.asked.files.add(path)
        word = re.escape(_bytes(name))
        # The name first, and then what may not stand before it: so it is searched for as a string is.
        used = word + rb"\b(?<!\w" + word + rb")(?<!def " + word + rb")(?<!class " + word + rb")"
        return re.search(used, self._files[path]) is not None

    def around(self, calling: Collection[str]) -> frozenset[str]:
        """The files near those which call LLMs: themselves, and the folders around them that are full of them.

        Never beyond their unit.
        """
        every, full = (Counter(chain.from_iterable(map(_folders, paths))) for paths in (self._unit_of, calling))
        dense = {folder for folder, number in full.items() if number * MOST_FILES >= every[folder]}
        near = {path for path, unit in self._unit_of.items() if not dense.isdisjoint(_folders(path, unit))}
        return frozenset(near.union(calling))

    def groups(self, paths: Collection[str], targets: Collection[str]) -> list[tuple[str, ...]]:
        """Some files, in groups none of which can come by anything that is defined in another one.

        Only the groups that can come by something of `targets`, or these by something of them.
        """
        first: dict[str, str] = {}

        def top(unit: str) -> str:
            while first.get(unit, unit) != unit:
                unit = first[unit]
            return unit

        queue = sorted({self._unit_of[path] for path in paths})
        seen = set(queue)
        for unit in queue:
            for other in sorted(self._importers(unit)):
                first[top(other)] = top(unit)
            queue += sorted(self._importers(unit) - seen)
            seen |= self._importers(unit)
        found: defaultdict[str, list[str]] = defaultdict(list)
        for path in sorted(paths):
            found[top(self._unit_of[path])].append(path)
        asked = {self._unit_of[path] for path in targets}
        wanted = {top(unit) for unit in asked} & found.keys()
        for unit in asked if len(wanted) < len(found) else ():
            wanted.update(map(top, self._domain(unit)))
        return sorted(tuple(group) for name, group in found.items() if name in wanted)

    def watched(self) -> Watched:
        """What has been asked for so far."""
        return Watched(self._known, frozenset(self.asked.words))

    def glimpses(self) -> dict[str, Glimpse]:
        """What has been seen of each file so far, where that is all that any answer depends on."""
        held: dict[str, set[bytes]] = {path: set() for unit in self.asked.units for path in self._units[unit]}
        for unit in self.asked.units:
            places = self._words_of(unit)
            for word in self.asked.words:
                for path in places.get(word, ()):
                    held[path].add(word)
        return {
            path: Glimpse(told, frozenset(held[path]) if path in held else None)
            for path, told in self._told.items()
            if path not in self.asked.files
        }

    # --- units --------------------------------------------------------------------------------------------------------

    def _unit(self, folder: str) -> str:
        while folder and f"{dirname(folder)}/__init__.py".lstrip("/") in self._files:
            folder = dirname(folder)
        return folder

    def _called(self, unit: str) -> frozenset[bytes]:
        """The names by which an import speaks of a unit: its own, or those of its modules."""
        if f"{unit}/__init__.py".lstrip("/") in self._files:
            return frozenset(_parts(basename(unit)))
        return frozenset(_bytes(splitext(basename(path))[0]) for path in self._units[unit])

    def _domain(self, unit: str) -> tuple[str, ...]:
        """The units that can come by what is defined in one: those that import it, and those that import these."""
        if unit not in self._domains:
            found, queue = {unit}, [unit]
            for at in queue:
                new = self._importers(at) - found
                found |= new
                queue += new
            self._domains[unit] = tuple(sorted(found))
        return self._domains[unit]

    def _importers(self, unit: str) -> set[str]:
        """The units which import something of one."""
        if unit not in self._imported:
            self._imported[unit] = {other for other in self._candidates(unit) if self._imports(other, unit)}
        return self._imported[unit]

    def _candidates(self, unit: str) -> set[str]:
        """The units that are in one, or mention it."""
        if not self._mentioning:
            for each in self._units:
                for name in self._mentions(each):
                    self._mentioning[name].add(each)
        inside = {each for each in self._units if each.startswith(f"{unit}/") or not unit}
        return inside.union(*(self._mentioning.get(name, ()) for name in (*self._names[unit], *_parts(basename(unit)))))

    def _imports(self, unit: str, other: str) -> bool:
        """Whether the words of a unit leave it open that it imports something of another one."""
        inside = unit.startswith(f"{other}/") or not other
        package = f"{other}/__init__.py".lstrip("/") in self._files
        if inside:  # by a relative import, which does not name the package
            return package or not self._mentions(unit).isdisjoint(self._names[other])
        around = commonpath([unit, other]) if unit else ""
        way = other[len(around) :].strip("/").split("/")
        way = way[1:] if way[0] == "src" else way
        return all(part.isidentifier() for part in way) and self._mentions(unit).issuperset(_parts("/".join(way)))

    def _mentions(self, unit: str) -> frozenset[bytes]:
        if unit not in self._mentioned:
            self._mentioned[unit] = frozenset().union(*(self._told[path] for path in self._units[unit]))
        return self._mentioned[unit]

    # --- words --------------------------------------------------------------------------------------------------------

    def _holding(self, unit: str, asked: Collection[bytes]) -> Iterator[str]:
        self.asked.units.add(unit)
        places = self._words_of(unit)
        first, *others = asked or [b""]
        rest = [frozenset(places.get(word, ())) for word in others]
        return (path for path in places.get(first, ()) if all(path in each for each in rest))

    def _words_of(self, unit: str) -> Mapping[bytes, list[str]]:
        if unit not in self._places:
            places: defaultdict[bytes, list[str]] = defaultdict(list)
            for path in self._units[unit]:
                for word in set(words(self._files[path])):
                    places[word].append(path)
            self._places[unit] = places
        return self._places[unit]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _parts(folder: str) -> tuple[bytes, ...]:
    return tuple(_bytes(part) for part in folder.split("/") if part)


def _folders(path: str, top: str = "") -> Iterator[str]:
    """The folders that a file is in, up to one of them; the root is the empty path, or that of the file system."""
    folder = dirname(path)
    yield folder
    while folder not in (top, dirname(folder)):
        folder = dirname(folder)
        yield folder


def _shared(path: str, home: str) -> int:
    """How many folders two files share."""
    a, b = dirname(path), dirname(home)
    return len(commonpath([a, b]).split("/")) if a and b else 0
