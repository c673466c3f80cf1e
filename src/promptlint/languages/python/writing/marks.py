"""MarkBreakpoint and CacheRequest: cache breakpoints in the spelling of the library that sends the prompt."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from promptlint.edits import Applicability, Edit, Fix, RefusedError
from promptlint.frozen import dataclass
from promptlint.knowledge.models import Call, Marker
from promptlint.languages.python.writing.arguments import with_last
from promptlint.languages.python.writing.calls import known
from promptlint.languages.python.writing.clients import made_elsewhere
from promptlint.languages.python.writing.moves import places, put_together
from promptlint.languages.python.writing.pinned import must_be_allowed
from promptlint.languages.python.writing.source import Source, Sources
from promptlint.languages.python.writing.strings import text_of
from promptlint.layout import Layout, Role, Segment
from promptlint.passages import HOLE, whole_lines
from promptlint.request import Request
from promptlint.spans import Position, Span

_TEXT, _CONTENT, _ROLE = "text", "content", "role"


def request_cached(request: Request, sources: Sources, *, kept: bool) -> Iterator[Fix]:
    """Switch on the breakpoint that the provider sets by itself. Raises RefusedError.

    `kept`: whether the newest message is seen to be sent again.
    """
    model, client = known(request.site, sources.models)
    first_party = client is None or client.provider == model.provider
    marker = model.marker
    if marker is None or not marker.request or not marker.mark or not first_party:
        raise RefusedError("this call has no argument which sets a breakpoint by itself")
    source, call = sources.at(request.site.span)
    if not isinstance(call, ast.Call) or not call.keywords:
        raise RefusedError("its arguments are not written at the call")
    must_be_allowed(source, model.library, marker.since, sources)
    spelling = _Spelling(source, marker)
    argument = f"{marker.request}={spelling.mark}"
    message = f"Let the provider set a breakpoint behind the newest message (`{argument}`)"
    # Other hosts that speak the same protocol may refuse an argument that they do not know.
    safe = kept and not made_elsewhere(source, sources.models)
    applicability = Applicability.SAFE if safe else Applicability.UNSAFE
    held = _own_arguments(source, call)
    if held is not None:
        entry = f"{spelling.quoted(marker.request)}: {spelling.mark}"
        yield Fix(applicability, message, (_entered(source, held, _last_known(held), entry),))
    yield Fix(applicability, message, (with_last(source, call, argument),))


def _own_arguments(source: Source, call: ast.Call) -> ast.Dict | None:
    """The dictionary that a function writes for one call, which is given nothing else; None where there is none."""
    scope = source.scope(call)
    match call:
        case ast.Call(args=[], keywords=[ast.keyword(arg=None, value=ast.Name(id=name))]):
            stores, loads = source.stores(name, scope), source.loads(name, scope)
            assigned = source.parent(stores[0]) if len(stores) == 1 else None
            given = [load for load in loads if not isinstance(source.parent(load), ast.Subscript)]
            if isinstance(assigned, ast.Assign | ast.AnnAssign) and len(given) == 1:
                value = assigned.value
                return value if isinstance(value, ast.Dict) and source.scope(value) is scope and value.keys else None
    return None


def _last_known(block: ast.Dict) -> ast.expr | None:
    """The last value in front of what is unpacked, and may say otherwise; None where that comes first."""
    first = block.keys.index(None) if None in block.keys else len(block.keys)
    return block.values[first - 1] if first else None


def marked(request: Request, index: int, sources: Sources) -> Iterator[Fix]:
    """Put a breakpoint behind a segment: in its block, or by making blocks of a string. Raises RefusedError."""
    model, _ = known(request.site, sources.models)
    if model.marker is None or not model.marker.mark:
        raise RefusedError("it is not known how this library spells a breakpoint")
    layout, segment = request.layout, request.layout.segments[index]
    last = all(s.block != segment.block for s in layout.segments[index + 1 :])
    held = next(_held(segment, sources), None) or _listed(request, index, model, sources)
    if isinstance(held, _Held):
        spelling = _Spelling(held.source, model.marker)
        if held.key != _CONTENT or segment.role is Role.TOOLS:
            yield _fix(_in_block(held, spelling) if last else _split_block(layout, index, held, spelling))
            return
        source, value = held.source, held.value
    else:
        source, value = held
        spelling = _Spelling(source, model.marker, alone=all(p.role is not segment.role for p in model.prompt))
    yield _fix(_blocks(layout, index, last, source, value, spelling))


def _fix(edit: Edit) -> Fix:
    return Fix(Applicability.SAFE, "Put a cache breakpoint behind what stays the same", (edit,))


class _Spelling:
    """How a breakpoint is written, with the quotes of a file."""

    def __init__(self, source: Source, marker: Marker, *, alone: bool = False) -> None:
        """`alone`: what is written in blocks stands in the place of all messages, as one of the user."""
        self.marker = marker
        self.alone = alone
        self._quote = source.quote
        self.mark = self._dictionary(marker.mark)
        self.entry = f"{self.quoted(marker.key)}: {self.mark}"

    def quoted(self, text: str) -> str:
        """A literal of a word."""
        return f"{self._quote}{text}{self._quote}"

    def _dictionary(self, pairs: Mapping[str, str]) -> str:
        return f"{{{', '.join(f'{self.quoted(key)}: {self.quoted(value)}' for key, value in pairs.items())}}}"

    def message(self, blocks: str) -> str:
        """A list of blocks in the place where it stands."""
        if not self.alone:
            return blocks
        return f"[{{{self.quoted(_ROLE)}: {self.quoted('user')}, {self.quoted(_CONTENT)}: {blocks}}}]"

    def block(self, text: str, indentation: str, mark: str = "") -> list[str]:
        """The elements of a list which hold a text, and the breakpoint behind it; `indentation` is that of the list's
        elements. A text of several lines stands by itself, as formatters have it.
        """
        pairs = [f"{self.quoted(key)}: {self.quoted(value)}" for key, value in self.marker.block.items()]
        pairs.append(f"{self.quoted(_TEXT)}: {text}")
        if mark and not self.marker.element:
            pairs.append(mark)
        inner = "".join(f"{indentation}    {pair},\n" for pair in pairs)
        block = f"{{\n{inner}{indentation}}}" if "\n" in text else f"{{{', '.join(pairs)}}}"
        return [block, f"{{{mark}}}"] if mark and self.marker.element else [block]


@dataclass(frozen=True, slots=True)
class _Held:
    """The dictionary in the source that a text stands in."""

    source: Source
    block: ast.Dict
    key: str
    value: ast.expr


def _held(segment: Segment, sources: Sources) -> Iterator[_Held]:
    """The dictionaries that a text stands in, or the values on its way, the nearest to the text first."""
    for span in (segment.origin.span, *(step.span for step in segment.origin.trail)):
        source = sources[span.path]
        node: ast.AST = source.covering(span)
        found: _Held | None = None
        for above in (node, *source.above(node)):
            if isinstance(above, ast.stmt):
                break
            if isinstance(above, ast.Dict):
                pair = next(((k, v) for k, v in zip(above.keys, above.values, strict=True) if v is node), None)
                key = pair[0].value if pair and isinstance(pair[0], ast.Constant) else ""
                if segment.role is Role.TOOLS or key in (_TEXT, _CONTENT):
                    found = _Held(source, above, str(key), above.values[-1] if pair is None else pair[1])
                    if segment.role is not Role.TOOLS:
                        break
            node = above
        if found is not None:
            yield found


def _listed(request: Request, index: int, model: Call, sources: Sources) -> _Held | tuple[Source, ast.expr]:
    """The block or message of a text in the list that is given at the call, or the string that is given there.

    Raises RefusedError.
    """
    segment = request.layout.segments[index]
    argument = next((p.argument for p in model.prompt if p.role is segment.role), "")
    argument = argument or next((p.argument for p in model.prompt if p.role is None), "")
    source, call = sources.at(request.site.span)
    value = source.resolved(_given(source, call, argument))
    if not isinstance(value, ast.List):
        return source, value
    own = [s.block for s in request.layout.segments if s.role is segment.role]
    entries = [_entry(source, item) for item in value.elts]
    key = _TEXT if any(p.argument == argument and p.role for p in model.prompt) else _CONTENT
    found = [e for e in entries if e and e.key == key and (key == _TEXT or _role(e.block) == segment.role)]
    if len(found) != len(set(own)):
        raise RefusedError("its block is written elsewhere")
    return found[sorted(set(own)).index(segment.block)]


def _entry(source: Source, node: ast.expr) -> _Held | None:
    """The text or content of a block or message that is written as a dictionary."""
    for key, value in zip(node.keys, node.values, strict=True) if isinstance(node, ast.Dict) else ():
        if isinstance(node, ast.Dict) and isinstance(key, ast.Constant) and key.value in (_TEXT, _CONTENT):
            return _Held(source, node, str(key.value), value)
    return None


def _role(message: ast.Dict) -> str:
    for key, value in zip(message.keys, message.values, strict=True):
        if isinstance(key, ast.Constant) and key.value == _ROLE and isinstance(value, ast.Constant):
            return str(value.value)
    return ""


def _given(source: Source, call: ast.expr, argument: str) -> ast.expr:
    """The value of an argument: at the call, or in a dictionary that is given as `**`. Raises RefusedError."""
    for keyword in call.keywords if isinstance(call, ast.Call) else ():
        if keyword.arg == argument and argument:
            return keyword.value
        entries = source.resolved(keyword.value) if keyword.arg is None else None
        for key, value in zip(entries.keys, entries.values, strict=True) if isinstance(entries, ast.Dict) else ():
            if isinstance(key, ast.Constant) and key.value == argument:
                return value
    raise RefusedError("the text is not given at the call")


def _in_block(held: _Held, spelling: _Spelling) -> Edit:
    """A mark in a block that is written as a dictionary, or behind it."""
    source, block = held.source, held.block
    if spelling.marker.element:
        if not isinstance(source.parent(block), ast.List):
            raise RefusedError("the block is not written in a list")
        return source.after(block, f", {{{spelling.entry}}}")
    return _entered(source, block, block.values[-1], spelling.entry)


def _entered(source: Source, block: ast.Dict, last: ast.expr | None, entry: str) -> Edit:
    """A further entry of a dictionary, behind one of its values, or in front of all; on a line of its own as they."""
    apart = source.span(block.values[-1]).end.line != source.span(block).end.line
    if last is None:
        start = Position(block.lineno, source.span(block).start.column + 1)
        first = source.indentation(block.values[0].lineno)
        return Edit(Span(source.path, start, start), f"\n{first}{entry}," if apart else f"{entry}, ")
    return source.after(last, f",\n{source.indentation(last.lineno)}{entry}" if apart else f", {entry}")


def _split_block(layout: Layout, index: int, held: _Held, spelling: _Spelling) -> Edit:
    """Two blocks in the place of one; a mark that it has goes with the first of them."""
    source, block = held.source, held.block
    keys = [key.value if isinstance(key, ast.Constant) else None for key in block.keys]
    marker = spelling.marker
    if spelling.marker.element or not {*keys} <= {_TEXT, marker.key, *marker.block}:
        raise RefusedError("its block holds more than the text")
    entry = spelling.entry
    if marker.key in keys:
        entry = f"{spelling.quoted(marker.key)}: {source.text(block.values[keys.index(marker.key)])}"
    first, second = _halves(layout, index, source, held.value)
    indentation = source.indentation(block.lineno)
    elements = [*spelling.block(first, indentation, entry), *spelling.block(second, indentation)]
    if source.span(block).start.line == source.span(block).end.line:
        return source.replaced(block, ", ".join(elements))
    return source.replaced(block, f",\n{indentation}".join(elements))


def _blocks(layout: Layout, index: int, last: bool, source: Source, value: ast.expr, spelling: _Spelling) -> Edit:
    """A list of blocks in the place of a string. Raises RefusedError."""
    value = source.resolved(value)
    if isinstance(value, ast.List | ast.ListComp | ast.Dict | ast.Tuple):
        raise RefusedError("it is a list already, whose blocks are written elsewhere")
    texts = (source.text(value),) if last else _halves(layout, index, source, value)
    indentation = source.indentation(value.lineno)
    elements = spelling.block(texts[0], f"{indentation}    ", spelling.entry)
    elements += [element for text in texts[1:] for element in spelling.block(text, f"{indentation}    ")]
    flat = spelling.message(f"[{', '.join(elements)}]")
    if "\n" not in flat and source.span(value).start.column + len(flat) <= source.width:
        return source.replaced(value, flat)
    inner = "".join(f"{indentation}    {element},\n" for element in elements)
    return source.replaced(value, spelling.message(f"[\n{inner}{indentation}]"))


def _halves(layout: Layout, index: int, source: Source, value: ast.expr) -> tuple[str, str]:
    """A string cut in two behind a segment, at the end of a line where there is one. Raises RefusedError."""
    node = put_together(source, source.span(value))
    text = text_of(source, node)
    flat = text.flat
    for at in places(text, layout, index + 1):
        head, hole, tail = flat[:at].rpartition(HOLE)
        cut = len(head) + len(hole) + (whole_lines(tail, goes_on=bool(hole)) if tail else 0)
        if 0 < cut < len(flat):
            return text.cut(cut)
    raise RefusedError("the place where it changes is written elsewhere")
