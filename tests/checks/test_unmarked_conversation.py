"""PL208: a conversation grows, and no breakpoint moves along with it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptlint.changes import CacheRequest
from promptlint.checks import CHECKS
from promptlint.diagnostics import Finding, Severity
from promptlint.layout import Breakpoint, Confidence, Role, Step
from promptlint.request import Known, Mode, Request, Tie
from promptlint.settings import Setting
from tests.checks.building import (
    CALL,
    EXPLICIT,
    IMPLICIT,
    clock,
    data,
    history,
    line,
    loop,
    marked,
    parameter,
    request,
    session,
    text,
    unknown,
)

check = CHECKS["PL208"]


def found(subject: Request) -> list[Finding]:
    return list(check(subject, EXPLICIT))


def test_a_conversation_without_any_breakpoint() -> None:
    assert found(request(text(100), history(), data("question"))) == [
        Finding(
            at=line(100),
            message="This conversation grows from turn to turn, and no breakpoint moves along with it. Nothing of it is"
            " cached: the rest is billed at full price on every turn. Put one on the newest message of each request.",
            confidence=Confidence.HIGH,
            flow=(Step("this grows", line(2)), CALL),
            change=CacheRequest(kept=False),
        )
    ]


def test_a_breakpoint_behind_the_system_prompt_alone() -> None:
    (finding,) = found(request(marked(text(2000)), history(), data("question")))
    assert "Only what stands before it is cached: the rest is billed at full price" in finding.message


def test_what_the_next_turn_sends_again() -> None:
    (finding,) = found(request(text(100), history()))
    assert finding.change == CacheRequest()
    (finding,) = found(request(text(100), history(), data("question", replayed=True)))
    assert finding.change == CacheRequest()
    (finding,) = found(request(text(100), history(), data("question")))
    assert finding.change == CacheRequest(kept=False), "it could not be told"


def test_a_newest_message_of_which_a_part_is_not_kept() -> None:
    context = data("context", replayed=False, block=2)
    (finding,) = found(request(text(100), history(), context, data("question", replayed=True, block=2)))
    assert finding.change is None
    assert "Put one on the last message of the history" in finding.message


def test_a_newest_message_that_is_not_kept_may_be_the_only_one() -> None:
    (finding,) = found(request(text(100), history(), data("question", replayed=False)))
    assert finding.change is None
    assert finding.confidence is Confidence.LOW


@pytest.mark.parametrize(
    "subject",
    [
        pytest.param(request(text(9), history(), marked(data("question"))), id="on the newest message"),
        pytest.param(request(text(9), marked(history()), data("question")), id="in the history"),
        pytest.param(request(history(), automatic=Breakpoint(line(95))), id="automatic"),
        pytest.param(request(history(), caching=line(95)), id="somewhere on the way"),
        pytest.param(request(history(), markable=False), id="a call without markers"),
        pytest.param(request(history(), mode=Mode.BATCH), id="in a batch"),
        pytest.param(request(text(2000), data("question")), id="no conversation"),
    ],
)
def test_what_is_right(subject: Request) -> None:
    assert found(subject) == []


def test_behind_changing_text_a_breakpoint_could_not_be_read() -> None:
    assert found(request(text(100), clock(), history())) == []
    assert found(request(text(100), data("context", Role.SYSTEM), history())) == []


def test_the_data_of_a_dialogue_is_the_same_on_each_of_its_turns() -> None:
    (finding,) = found(request(data("task"), history(), loops=(loop(Tie.CHAINED),)))
    assert Step("on each turn of this loop", loop().span) in finding.flow
    assert len(found(request(session("profile"), unknown("tools", Role.TOOLS), history()))) == 1


def test_messages_that_could_not_be_followed_may_carry_a_mark() -> None:
    messages = unknown("messages", Role.UNKNOWN)
    (finding,) = found(request(messages, history(), known=Known.PARTLY))
    assert finding.confidence is Confidence.LOW
    (finding,) = found(request(messages, history(), known=Known.PARTLY, named=False))
    assert finding.confidence is Confidence.MEDIUM, "no code names a marker"
    (finding,) = found(request(unknown("system"), history(), known=Known.PARTLY))
    assert finding.confidence is Confidence.MEDIUM


def test_tools_that_are_registered_one_by_one_are_no_conversation() -> None:
    assert found(request(replace(history(), role=Role.TOOLS), text(9), data("question"))) == []


def test_a_provider_that_caches_without_being_asked_unless_it_is_told_not_to() -> None:
    subject = request(history(), data("question"))
    provider = replace(IMPLICIT, explicit_mode="explicit")
    assert list(check(subject, provider)) == []
    told = replace(subject.site, parameters=(parameter(Setting.CACHE_MODE, text(1, text="explicit")),))
    assert len(list(check(replace(subject, site=told), provider))) == 1
    unknown_mode = replace(subject.site, parameters=(parameter(Setting.CACHE_MODE, unknown("options")),))
    assert list(check(replace(subject, site=unknown_mode), IMPLICIT)) == [], "it has no such mode"


def test_a_framework_that_leaves_caching_to_its_users_gets_a_note() -> None:
    (finding,) = found(request(history(), framework=True))
    assert finding.severity is Severity.NOTE


def test_a_model_that_is_named_and_not_known_may_cache_nothing() -> None:
    (finding,) = found(request(history(), model="llama-9"))
    assert finding.confidence is Confidence.LOW


def test_a_model_of_which_nothing_is_cached_takes_no_breakpoint() -> None:
    provider = replace(EXPLICIT, uncached_models=frozenset({"claude-9"}))
    assert list(check(request(history(), model="claude-9-20270101"), provider)) == []
    default = parameter(Setting.MODEL, text(1, text="claude-9", confidence=Confidence.MEDIUM))
    (finding,) = check(request(history(), model="claude-9", parameters=(default,)), provider)
    assert finding.message.endswith("claude-9, the default, may be none of them.")


def test_a_model_that_is_only_the_default_says_little() -> None:
    default = parameter(Setting.MODEL, text(1, text="llama-9", confidence=Confidence.MEDIUM))
    (finding,) = found(request(history(), model="llama-9", parameters=(default,)))
    assert finding.confidence is Confidence.HIGH
    assert finding.message.endswith(" This is for models that cache: llama-9, the default, may be none of them.")


def test_what_is_only_guessed_to_change_before_a_history_is_not_known_to() -> None:
    assert found(request(data("profile", confidence=Confidence.LOW), history()))
    assert not found(request(data("profile"), history()))


def test_a_text_that_grows_within_a_message_is_no_history() -> None:
    said = replace(history(), role=Role.USER, block=0)
    intro = replace(text(20, role=Role.USER), block=0)
    assert found(request(intro, said)) == []
    assert len(found(request(text(20), replace(said, block=1)))) == 1
