"""The formats in which prompts are kept outside of code, as frozen values. The files are `rules/formats/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from promptlint.frozen import dataclass
from promptlint.knowledge.varying import Words
from promptlint.layout import Role

CONTAINERS = ("front-matter", "text", "yaml", "toml", "baml")
"""How a file holds its prompts: see `Format.container`."""
LANGUAGES = ("jinja", "mustache", "format", "names", "dollars", "plain", "name", "mustache-or-jinja", "jinja-or-format")
"""How a prompt writes its holes: see `Format.language`."""
HEADERS = ("none", "lines", "prefixes", "elements", "parts")
"""How a prompt tells where another message begins: see `Format.headers`."""


@dataclass(frozen=True, slots=True)
class Part:
    """One value of a file that enters a prompt."""

    at: str
    """Dotted path of keys, `*` for any key or item; empty: the text itself."""
    role: Role | None
    """None: a list of messages, each of which tells its own role."""
    file: bool = False
    """Whether the value is the path of a file, and what is in it enters the prompt; else a path is passed over."""
    text: str = "content"
    """Path of the text in each message of a list."""
    told_by: tuple[str, ...] = ("role", "type")
    """Paths in each message of values of which one is its role."""
    history: str = ""
    """Path in a message which stands for others of the name of the variable that has them; empty: none does."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt, or one for each value at a path."""

    each: str
    """Path of the values that hold such a prompt; empty: the file itself."""
    parts: tuple[Part, ...]
    """In the order in which they are sent."""
    where: Mapping[str, str] = field(default_factory=dict)
    """Path below `each` → what must be written there; where something else is, there is no prompt."""
    inputs: tuple[str, ...] = ()
    """Paths below `each` of its declared inputs, as `Format.inputs`."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What a file must hold to be of a format."""

    needs: tuple[str, ...] = ()
    """Paths at which there must be something."""
    any_of: tuple[str, ...] = ()
    """Paths at one of which there must be something; empty: it does not matter."""
    every: tuple[str, ...] = ()
    """Keys which every value at the top must have."""
    only: frozenset[str] = frozenset()
    """The only keys at the top; empty: there may be others."""

    def may_fit(self, text: str) -> bool:
        """Whether the keys of the shape occur in a text at all: most files need not be parsed."""
        keys = [*map(_last_key, self.needs), *self.every]
        some = [_last_key(path) for path in self.any_of]
        return all(key in text for key in keys) and (not some or any(key in text for key in some))


def _last_key(path: str) -> str:
    return next((key for key in reversed(path.split(".")) if key != "*"), "")


@dataclass(frozen=True, slots=True)
class Format:
    """One format of prompt files."""

    name: str
    """As the user knows it: "Prompty file"."""
    endings: tuple[str, ...]
    """Ends of file names."""
    container: str
    """`front-matter`: what stands behind a YAML header is the prompt. `text`: all of it is. `yaml`: values of a YAML or
    JSON file are; `toml`: of a TOML file. `baml`: what functions have as theirs."""
    language: str
    """`jinja`, `mustache` (with Handlebars), `format` (str.format), `names` (only `{name}`), `dollars`
    (string.Template), `plain` (no holes), `name` (it is the name of a value); or one of two, as the text looks."""
    language_at: tuple[str, ...] = ()
    """Paths of values which may name the language instead."""
    languages: Mapping[str, str] = field(default_factory=dict)
    """What such a value may say → language."""
    headers: str = "none"
    """`lines` (`system:` on a line of its own), `prefixes` (`System:` before the text), `elements`
    (`<message role="system">`), `parts` (`- name:`, `role:` and `content:` above each other), `none`."""
    roles: Mapping[str, Role] = field(default_factory=dict)
    """What its messages call their roles beside the words that all use, in lower case."""
    beside: str = ""
    """Name of a file in the same folder which has what other formats have in a header; empty: there is none."""
    inputs: tuple[str, ...] = ()
    """Paths of the declared inputs: a list of names, of mappings with a `name`, or a mapping by name."""
    shape: Shape = Shape()
    reads_like: bool = False
    """Whether others have files of this shape too: a prompt must read like one, as a bare text must."""
    prompts: tuple[Prompt, ...] = ()
    """Of a file with values."""


@dataclass(frozen=True, slots=True)
class Signals:
    """Words that speak for a prompt, and how much."""

    points: int
    folders: frozenset[str] = frozenset()
    """Words in the names of folders."""
    names: frozenset[str] = frozenset()
    """Words in the name of the file."""
    phrases: tuple[str, ...] = ()
    """Phrases in its text, in lower case: one of them is enough."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """How a bare text is told to be a prompt: by points, unless something says that it is none."""

    templates: tuple[str, ...] = ()
    """Ends of names of files that are surely templates, of whatever."""
    texts: tuple[str, ...] = ()
    """Ends of names of files that are texts, of whatever: they must stand in a folder or have a name that speaks."""
    least: int = 0
    """Points a template needs; a text needs one more."""
    words: int = 0
    """Fewest words outside holes."""
    signals: tuple[Signals, ...] = ()
    tails: frozenset[str] = frozenset()
    """Words in the name of a file whose text is sent behind others on purpose: no prefix."""
    never_folders: frozenset[str] = frozenset()
    never_names: tuple[str, ...] = ()
    """Beginnings of file names."""
    never_targets: frozenset[str] = frozenset()
    """Endings before that of a template: `page.html.j2` is a page."""
    never_phrases: tuple[str, ...] = ()
    """What only other templates hold, in lower case."""
    about_templates: tuple[str, ...] = ()
    """What a text says that speaks of templates, in lower case."""


@dataclass(frozen=True, slots=True)
class Formats:
    """Everything in `rules/formats/`."""

    formats: tuple[Format, ...] = ()
    endings: tuple[str, ...] = ()
    """Ends of the names of all files that may hold a prompt."""
    recognition: Recognition = Recognition()
    messages: frozenset[str] = frozenset()
    """Jinja tags that hold a message."""
    clocks: Mapping[str, str] = field(default_factory=dict)
    """Jinja tag or filter which tells the time → the name in `rules/models/` of what it does."""
    turns: frozenset[str] = frozenset()
    """Calls in a hole that begin another message, with its role as their argument."""
    fixed: frozenset[str] = frozenset()
    """Dotted names of values which are the same in every request."""
    marks: frozenset[str] = frozenset()
    """Jinja filters that ask the provider to cache up to here."""
    shuffles: frozenset[str] = frozenset()
    """Filters whose result differs each time."""

    words: tuple[Words, ...] = ()
    """What names of holes say, where they say something else than names in code do."""

    declared: frozenset[str] = frozenset()
    """Names of things which are described once for all requests: so are their parts."""

    settings: frozenset[str] = frozenset()
    """Words of which one in a name of several says that it is a setting."""

    def is_setting(self, name: str) -> bool:
        """Whether a name of several words speaks of a setting."""
        return "_" in name and not self.settings.isdisjoint(name.lower().split("_"))

    def named(self, name: str) -> Words | None:
        """What the name of a hole says of its value, where names in code say something else."""
        return next((words for words in self.words if name.lower() in words.words), None)
