"""The keys that there are. Options of the command line, the reference, and the JSON schema are made from this table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from promptlint.config.kinds import FLAG, PATTERN, TEXT, WHOLE, Kind, listed, table, word
from promptlint.diagnostics import Severity
from promptlint.frozen import dataclass
from promptlint.layout import Confidence
from promptlint.reporters import FORMATS

_TEXTS = listed(TEXT)
_PATTERNS = listed(PATTERN)
_CONFIDENCE = word({confidence.name.lower(): confidence for confidence in Confidence})
_SEVERITY = word({severity.value: severity for severity in Severity})


@dataclass(frozen=True, slots=True)
class Key:
    """One key of the configuration."""

    name: str
    kind: Kind
    about: str
    """What it does: sentences, the first one short."""
    example: str
    """A line or two of TOML."""
    default: Any = ()
    adds: bool = False
    """Whether a file that extends another one adds to its value instead of replacing it."""

    @property
    def field(self) -> str:
        """The name of it in Python."""
        return self.name.replace("-", "_")


_ALL = (
    Key(
        "extend",
        TEXT,
        "Another configuration file, by its path from this one. Its settings hold where this one says nothing.",
        'extend = "../promptlint.toml"',
        "",
    ),
    Key(
        "select",
        _TEXTS,
        "Check only these rules: codes, names, the beginnings of codes, or ALL."
        " Without it, those rules are checked whose pages say that they are on.",
        'select = ["PL1", "missing-breakpoint"]',
    ),
    Key(
        "extend-select",
        _TEXTS,
        "Check these rules as well.",
        'extend-select = ["PL109"]',
        adds=True,
    ),
    Key("ignore", _TEXTS, "Do not check these rules. It has the last word.", 'ignore = ["PL301"]'),
    Key(
        "per-file-ignores",
        table(PATTERN, _TEXTS),
        "Do not check rules in some files, by patterns as in .gitignore, relative to the configuration file.",
        '[tool.promptlint.per-file-ignores]\n"scripts/" = ["PL301"]',
    ),
    Key(
        "min-confidence",
        _CONFIDENCE,
        "Report only findings that are at least this certain.",
        'min-confidence = "high"',
        Confidence.MEDIUM,
    ),
    Key(
        "min-tokens",
        WHOLE,
        "Report a finding only if it may re-bill at least so many tokens. One whose tokens are not known is reported.",
        "min-tokens = 2000",
        0,
    ),
    Key(
        "severity",
        table(TEXT, _SEVERITY),
        "The severity of rules, where it is to be another one than their pages say.",
        '[tool.promptlint.severity]\nPL201 = "error"',
    ),
    Key(
        "confidence",
        table(TEXT, _CONFIDENCE),
        "How certain findings of a rule are taken to be, where you know better for your code.",
        '[tool.promptlint.confidence]\nPL301 = "low"',
    ),
    Key(
        "exclude",
        _PATTERNS,
        "Do not report on these files: patterns as in .gitignore, relative to the configuration file."
        " They are still read where a prompt of another file leads into them."
        " A path that is given on the command line is checked all the same, unless force-exclude is set.",
        'exclude = ["vendor/", "*_pb2.py"]',
    ),
    Key(
        "extend-exclude",
        _PATTERNS,
        "Do not report on these files either.",
        'extend-exclude = ["migrations/"]',
        adds=True,
    ),
    Key(
        "force-exclude",
        FLAG,
        "Keep to exclude for paths that are given on the command line too, as pre-commit gives them.",
        "force-exclude = true",
        False,
    ),
    Key(
        "models",
        _TEXTS,
        "Files that describe your own wrappers and helpers, in the form of rules/models; patterns are allowed.",
        'models = ["promptlint/*.yaml"]',
    ),
    Key(
        "installed-models",
        FLAG,
        "Use the models that installed packages bring along. They are data: nothing of a package is imported.",
        "installed-models = false",
        True,
    ),
    Key(
        "default-provider",
        TEXT,
        "Who answers where the code does not tell: the name of a file in rules/providers.",
        'default-provider = "anthropic"',
        "",
    ),
    Key(
        "default-model",
        TEXT,
        "Which model answers where the code does not tell. Minimums and prices come from it.",
        'default-model = "claude-sonnet-5-5"',
        "",
    ),
    Key(
        "baseline",
        TEXT,
        "A file of findings that were there before and are not reported, by its path from the configuration file."
        " `promptlint check --update-baseline` writes it.",
        'baseline = "promptlint-baseline.json"',
        "",
    ),
    Key(
        "cache-dir",
        TEXT,
        "Where results are kept, by its path from the configuration file. Without it, in the user's folder for such"
        " things, so that no repository can bring results along.",
        'cache-dir = ".promptlint_cache"',
        "",
    ),
    Key(
        "output-format",
        word({name: name for name in FORMATS}),
        "How findings are shown.",
        'output-format = "concise"',
        FORMATS[0],
    ),
)

KEYS: Mapping[str, Key] = {key.name: key for key in _ALL}
"""Name → key, in the order in which they are explained."""
