"""The words of messages: what changes, where it sits, what it costs from there on."""

from __future__ import annotations

from collections.abc import Sequence

from promptlint.checks.prefix import Loss
from promptlint.knowledge.providers import Batch, Price, Provider
from promptlint.layout import Role, Segment, Step, Tokens
from promptlint.request import Site

_LONGEST_QUOTE = 50

_PLACES = {
    Role.TOOLS: "the tools",
    Role.SYSTEM: "the system prompt",
    Role.USER: "the user message",
    Role.ASSISTANT: "an assistant message",
    Role.TOOL: "a tool result",
    Role.UNKNOWN: "the prompt",
}


def place(segment: Segment) -> str:
    """Where in the prompt a text stands: "the system prompt"."""
    return _PLACES[segment.role]


def quoted(text: str) -> str:
    """Source text within a sentence: on one line, in backticks, cut where it is long."""
    line = " ".join(text.split())
    return f"`{line if len(line) <= _LONGEST_QUOTE else line[: _LONGEST_QUOTE - 1] + '…'}`"


def listed(words: Sequence[str]) -> str:
    """Words within a sentence: "a", "a and b", "a, b and c"."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def also(segments: Sequence[Segment]) -> str:
    """A sentence that names further texts with the same fault, the first three of them; nothing when there is none."""
    return f" The same goes for {listed([quoted(s.text) for s in segments[:3]])}." if segments else ""


def who(segment: Segment) -> str:
    """What changes, and why as far as that is known: "`now()`, which reads the clock,"."""
    return f"{quoted(segment.text)}, which {segment.because}," if segment.because else quoted(segment.text)


def tells_time(segment: Segment) -> bool:
    """Whether a text is a clock. What is known of clocks says "clock" in its reasons; the layout has no other word."""
    return "clock" in segment.because


def about(tokens: Tokens) -> int:
    """A number for people, in the middle of the range: two digits, then zeros."""
    middle = (tokens.low + tokens.high) // 2
    return round(middle, 2 - len(str(middle)))


def behind(loss: Loss, which: str = "from there on") -> str:
    """What is re-billed: text that is worth it, or a history, or both."""
    text = [f"~{about(loss.rebilled):,} tokens {which}"] if loss.enough else []
    said = "the whole conversation" if loss.history else "the answers that are sent again" if loss.replayed else ""
    return listed([*text, said] if said else text)


def cost(loss: Loss, provider: Provider, model: str | None) -> str:
    """What stands behind a text that changes, and that it is re-billed, with the money where the price is known."""
    what = behind(loss, "that stay the same")
    they_are = ("all of it is" if loss.history else "they are") if loss.enough or not loss.history else "it is"
    price = money(loss.rebilled, provider, model, at_least=loss.history) if loss.enough else ""
    return f"{what}: {they_are} re-billed at full price each time{price}"


def money(tokens: Tokens, provider: Provider, model: str | None, *, at_least: bool = False) -> str:
    """What a thousand calls pay more than with cached tokens, in brackets; nothing where prices are not known."""
    facts = provider.model(model) if provider.caches(model) else None
    saving = _saving(facts.price, provider) if facts and facts.price else None
    dollars = about(tokens) * 1000 * (saving or 0) / 1_000_000
    if dollars < 0.01:
        return ""
    return f" ({'at least' if at_least else 'about'} ${dollars:,.2f} per 1,000 calls on {model})"


def _saving(price: Price, provider: Provider) -> float | None:
    """US dollars that a million cached tokens cost less than others."""
    if price.cache_read is not None:
        return price.input - price.cache_read
    return price.input * (1 - provider.read) if provider.read is not None else None


def in_one_message(segment: Segment, site: Site, provider: Provider) -> str:
    """A sentence that says what else is needed where a prefix is kept only up to the end of a message; mostly none."""
    if not provider.keeps_whole_messages(site.model):
        return ""
    mend = "put a breakpoint before it too" if segment.markable else "send it in another message"
    return f" For {site.model}, {provider.title} keeps no prefix that ends inside a message: {mend}."


def offer(batch: Batch) -> str:
    """What a batch costs, and when its answers come."""
    price = "at half price" if batch.discount == 0.5 else f"for {batch.discount:.0%} less"
    return f"{price}, within {batch.hours} hours" if batch.hours else f"{price}, later"


def way(segment: Segment, site: Site) -> tuple[Step, ...]:
    """The way of a text into the prompt, ending at the call."""
    return *segment.origin.trail, call(site)


def call(site: Site) -> Step:
    """The last step of every way."""
    if site.partial:
        return Step(f"given to {quoted(site.call)}" if site.call else "a part of the prompt from here on", site.span)
    return Step(f"in this {site.call}" if site.template else f"sent by {quoted(site.call)}", site.span)
