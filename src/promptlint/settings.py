"""What parameters of a request settle, whatever a library calls them."""

from __future__ import annotations

from enum import StrEnum


class Setting(StrEnum):
    """What a parameter of a request settles, whatever a library calls it. The words are those of `rules/`."""

    MODEL = "model"
    TOOL_CHOICE = "tool-choice"
    PARALLEL_TOOLS = "parallel-tools"
    THINKING = "thinking"
    EFFORT = "effort"
    FORMAT = "format"
    """The schema that the answer has to fit."""
    VERBOSITY = "verbosity"
    SPEED = "speed"
    FEATURES = "features"
    """Beta features that are switched on."""
    CONTEXT = "context"
    """What the provider may drop from a long prompt."""
    CACHE_KEY = "cache-key"
    CACHE_MODE = "cache-mode"
    CACHE_LIFETIME = "cache-lifetime"
    CACHED_PREFIX = "cached-prefix"
    """The name of a prefix which another call has put into the cache."""
