"""The checks: one function for each rule, in a module named as the rule's page.

A check sees one request and what is known of its provider, never source text. It yields its findings in the order of
the prompt, and the same ones every time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from promptlint.checks import (
    batchable_fan_out,
    batchable_loop,
    blocking_call_in_async,
    branching_prefix,
    breakpoint_after_volatile,
    cache_key,
    cold_batch_breakpoint,
    cold_fan_out,
    expired_cache,
    ignored_breakpoint,
    lookback_exceeded,
    missing_breakpoint,
    prefix_below_minimum,
    replay_drift,
    request_data_first,
    rewritten_history,
    sibling_prefix,
    too_many_breakpoints,
    ttl_order,
    uncacheable_block,
    unmarked_conversation,
    unordered_content,
    unstable_serialisation,
    varying_parameter,
    varying_tools,
    volatile_prefix,
)
from promptlint.diagnostics import Finding
from promptlint.knowledge.providers import Provider
from promptlint.request import Request

Check = Callable[[Request, Provider], Iterator[Finding]]

CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        "PL101": volatile_prefix.check,
        "PL102": request_data_first.check,
        "PL103": unordered_content.check,
        "PL104": unstable_serialisation.check,
        "PL106": varying_tools.check,
        "PL107": rewritten_history.check,
        "PL108": varying_parameter.check,
        "PL109": branching_prefix.check,
        "PL110": replay_drift.check,
        "PL111": sibling_prefix.check,
        "PL201": missing_breakpoint.check,
        "PL202": breakpoint_after_volatile.check,
        "PL203": too_many_breakpoints.check,
        "PL204": prefix_below_minimum.check,
        "PL205": ttl_order.check,
        "PL206": lookback_exceeded.check,
        "PL207": uncacheable_block.check,
        "PL208": unmarked_conversation.check,
        "PL209": cache_key.check,
        "PL210": ignored_breakpoint.check,
        "PL211": expired_cache.check,
        "PL212": cold_batch_breakpoint.check,
        "PL301": batchable_loop.check,
        "PL302": batchable_fan_out.check,
        "PL303": blocking_call_in_async.check,
        "PL304": cold_fan_out.check,
    }
)
"""Code of the rule → its check."""
