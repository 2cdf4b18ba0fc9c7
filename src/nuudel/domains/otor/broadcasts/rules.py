"""What a message must keep."""

from collections.abc import Iterator, Sequence

from nuudel.domains.otor.broadcasts.recipients import households
from nuudel.domains.otor.broadcasts.texts import MOST_PARTS, SLOTS, parts, text_of
from nuudel.domains.otor.models import Message
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.record_types import Problem
from nuudel.web.shell.states import CHANGED, CREATED


def message(record: Message, action: str) -> Sequence[Problem]:
    problems = list(message_problems(record, action))
    if action == "send" and not problems:
        with service_rights():
            if not households(record).exists():
                problems.append(Problem("audience", "otor.rule.no_recipient"))
    return problems


def message_problems(record: Message, action: str) -> Iterator[Problem]:
    """A text with all its slots, of few parts, for a period that can be."""
    if action not in (CREATED, CHANGED, "send"):
        return
    if record.last_day < record.first_day:
        yield Problem("last_day", "otor.rule.end_before_start")
    lacking = [name for name in SLOTS[record.template] if not getattr(record, name)]
    for name in lacking:
        yield Problem(name, "otor.rule.slot_missing")
    if not lacking and parts(text_of(record)) > MOST_PARTS:
        field = "own_text" if record.template == "own_words" else "where"
        slots = {"parts": parts(text_of(record)), "most": MOST_PARTS}
        yield Problem(field, "otor.rule.too_many_parts", slots)
