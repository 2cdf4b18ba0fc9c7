"""The page of a record, and what can be done on it: steps and comments."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from nuudel.web.access.decisions import demand
from nuudel.web.access.models import Record
from nuudel.web.nodes.needing import all_here
from nuudel.web.shell import records, sent
from nuudel.web.shell.errors import BrokenRulesError, ConflictError, WrongStateError
from nuudel.web.shell.forms import say_problem
from nuudel.web.shell.record_types import RecordType
from nuudel.web.shell.states import Transition
from nuudel.web.shell.views.asked import LONGEST_REASON, record_or_404, shown_or_sent, text_asked, user_of
from nuudel.web.shell.views.pages import page_of
from nuudel.web.words import say

LONGEST_COMMENT = 4000


@require_safe
def record(request: HttpRequest, domain: str, kind: str, pk: UUID) -> HttpResponse:
    """Everything about a record that the user may see."""
    record_type, found = record_or_404(request, domain, kind, pk)
    return render(request, "shell/record.html", page_of(request, record_type, found))


@shown_or_sent
def record_step(request: HttpRequest, domain: str, kind: str, pk: UUID, action: str) -> HttpResponse:
    """A step to the next state, with a page that asks before it is taken."""
    writing = request.method == "POST"
    record_type, found = record_or_404(request, domain, kind, pk, to_change=writing)
    step = record_type.states.step(action)
    if step is None:
        raise Http404
    demand(user_of(request), record_type.key, action, found)
    shown: dict[str, Any] = {"record_type": record_type, "record": found, "step": step, "errors": []}
    shown |= {"title": str(found), "version": records.version_of(found)}
    if not writing:
        shown["possible"] = found.state in step.start
        return render(request, "shell/step.html", shown)
    wrong = ""
    if step.reason:
        shown["reason"], wrong = text_asked(request, "reason", LONGEST_REASON, "shell.step.reason_missing")
    status, problems = (422, [wrong]) if wrong else take(request, record_type, found, step, shown)
    if not status:
        return redirect("record", domain, kind, pk)
    shown |= {"reason_error": wrong, "errors": problems, "possible": found.state in step.start}
    return render(request, "shell/step.html", shown, status=status)


def take(
    request: HttpRequest, record_type: RecordType, found: Record, step: Transition, shown: dict[str, Any]
) -> tuple[int, list[str]]:
    """Take a step; the status of the refusal (0: none) and what stands against it."""
    user, reason = user_of(request), shown.get("reason", "")
    version, state = request.POST.get("version") or "none", found.state
    try:
        with all_here():
            records.transition(user, record_type, found, step.action, reason=reason, version=version)
    except BrokenRulesError as broken:
        found.state = state
        return 422, [say_problem(problem) for problem in broken.problems]
    except (ConflictError, WrongStateError):
        last = records.history(record_type, found)[-1]
        if last.action == step.action and last.created_by_id == user.pk:
            return 0, []  # a double click: this user has just done it
        shown["last"] = last
        return 409, [say("shell.conflict")]
    return 0, []


@require_POST
def record_comment(request: HttpRequest, domain: str, kind: str, pk: UUID) -> HttpResponse:
    """Write about a record."""
    record_type, found = record_or_404(request, domain, kind, pk)
    user, what = user_of(request), f"comment {pk}"
    text, wrong = text_asked(request, "text", LONGEST_COMMENT, "shell.record.comment_missing")
    if wrong:
        demand(user, record_type.key, "comment", found)
        shown = page_of(request, record_type, found) | {"comment_error": wrong, "comment_text": text}
        return render(request, "shell/record.html", shown, status=422)
    sending = sent.sending_of(user, what, request.POST)
    if sending.twin is None:
        said = records.comment(user, record_type, found, text)
        if sending.before is None:
            sent.remember(sending, user, "comment", said.pk)
    return redirect(f"{reverse('record', args=[domain, kind, pk])}#comments")
