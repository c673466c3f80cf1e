"""What is sent beside a prompt and matters to a cache: arguments as stretches of text, with how often they change."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from promptlint.frozen import replace
from promptlint.knowledge.providers import Provider
from promptlint.languages.python.sending.judging import Judge
from promptlint.languages.python.sending.texts import Texts
from promptlint.languages.python.sites.answering import CLIENT_MODEL
from promptlint.languages.python.starting.messages import MISSING, absent
from promptlint.languages.python.starting.senders import Send
from promptlint.languages.python.values.engine import Engine
from promptlint.languages.python.values.term import Term
from promptlint.languages.python.values.terms import Attr, Str
from promptlint.layout import Confidence
from promptlint.request import Parameter
from promptlint.settings import Setting


def parameters_of(
    send: Send, provider: Provider, engine: Engine, argument: Callable[[str], Term]
) -> Iterator[Parameter]:
    """The parameters that a call gives; `argument` finds the value of one by its dotted path."""
    paths = {Setting.MODEL: send.model.model, **send.model.parameters}
    for setting in Setting:
        path = paths.get(setting)
        term = argument(path) if path else None
        if setting is Setting.MODEL and (term is None or absent(engine.head(term))):
            path, term = CLIENT_MODEL, argument(CLIENT_MODEL)
        if path is None or term is None or absent(head := engine.head(term)):
            continue
        if "." in path and isinstance(head, Attr):
            continue  # of an object that is not known: it may not have it
        # Their callers are asked only where the prompt itself depends on them.
        judge = Judge(engine, send.record.call.at, send.turning)
        texts = Texts(engine, provider, judge)
        texts.text(term)
        value = tuple(segment for segment in texts.segments if segment.because != MISSING.reason)
        if value and isinstance(head, Str) and _is_default(head, engine):
            value = tuple(replace(segment, confidence=Confidence.MEDIUM) for segment in value)
        if value:
            yield Parameter(setting, path, value)


def _is_default(text: Str, engine: Engine) -> bool:
    """Whether a text is what a parameter or a field is where nothing else is given: others may give another one."""
    module = engine.project.module(text.at.path) if text.at.path in engine.project.files else None
    return module is not None and text.at in module.defaults
