"""What is known of one prompt once its arguments are read."""

from __future__ import annotations

from promptlint.frozen import dataclass
from promptlint.languages.python.modules.places import Place
from promptlint.languages.python.values.terms import Param
from promptlint.layout import Breakpoint, Layout
from promptlint.request import Known, Left, Parameter, Stray


@dataclass(frozen=True, slots=True)
class Prompt:
    """The layout of one prompt, and what was found on the way."""

    layout: Layout
    known: Known
    guessed: frozenset[Param]
    """Parameters of which only the names are known."""
    reasons: tuple[str, ...]
    """Why parts of it could not be followed."""
    parameters: tuple[Parameter, ...] = ()
    """The settings that it is sent with."""
    automatic: Breakpoint | None = None
    """The breakpoint that the provider is asked to set by itself."""
    elsewhere: Place | None = None
    """Where caching is switched on, or may be, other than by breakpoints in the layout."""
    named: bool = True
    """Whether code that was not read names a breakpoint."""
    strays: tuple[Stray, ...] = ()
    """Markers which are none to this call."""
    left: tuple[Left, ...] = ()
    """Breakpoints that stay on the messages of a history when the next turn sets its own."""
    throughout: tuple[Breakpoint, ...] = ()
    """Breakpoints which a loop sets on each message of a list, in its place."""
