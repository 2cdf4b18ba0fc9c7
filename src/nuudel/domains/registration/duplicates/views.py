"""The decision on a pair, taken on the page that shows both persons."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from nuudel.domains.registration.duplicates import panel
from nuudel.domains.registration.duplicates.evidence import papers
from nuudel.domains.registration.duplicates.forms import DecisionForm
from nuudel.domains.registration.duplicates.record_types import PAIR
from nuudel.domains.registration.duplicates.states import DECISIONS
from nuudel.domains.registration.models import Pair
from nuudel.web.accounts.models import User
from nuudel.web.nodes.needing import all_here
from nuudel.web.shell import records
from nuudel.web.shell.errors import BrokenRulesError, ConflictError, WrongStateError
from nuudel.web.shell.forms import say_problem
from nuudel.web.shell.views.asked import record_or_404, user_of
from nuudel.web.shell.views.pages import page_of
from nuudel.web.words import say

CHOSEN = ("kept_id", "ground", "paper", "evidence")


@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep what was said and take the step, both or neither."""
    _, found = record_or_404(request, "registration", "pair", pk, to_change=True)
    assert isinstance(found, Pair)
    user, action = user_of(request), request.POST.get("decision", "")
    form = DecisionForm(found, papers(found), request.POST)
    status = 422
    if action not in DECISIONS:
        form.add_error(None, say("registration.pair.rule.decision_missing"))
    elif form.is_valid():
        try:
            with all_here():
                take(user, found, action, form.cleaned_data)
        except BrokenRulesError as broken:
            for problem in broken.problems:
                form.add_error(problem.field if problem.field in form.fields else None, say_problem(problem))
        except (ConflictError, WrongStateError):
            form.add_error(None, say("shell.conflict"))
            status = 409
        else:
            return redirect("record", "registration", "pair", pk)
    # As it is in the database: what was typed is in the form.
    found = Pair.objects.select_related("institution").get(pk=pk)
    shown = page_of(request, PAIR, found)
    shown["panel"] = {"template": shown["panel"]["template"], **panel.content(user, found, form)}
    shown["panel"]["refused"] = form
    return render(request, "shell/record.html", shown, status=status)


def take(user: User, pair: Pair, action: str, said: dict[str, Any]) -> None:
    """Change the pair to what was said and take the step.

    Raises
    ------
    PermissionDenied
        The user may not.
    ConflictError, WrongStateError, BrokenRulesError
        ``WEB-212`` to ``WEB-214``.
    """
    step = PAIR.states.step(action)
    if step is None or pair.state not in step.start:
        raise WrongStateError(action, pair.state)
    version = said["version"] or "none"
    if action != "keep_apart":
        chosen = {
            "kept_id": UUID(said["kept"]) if said["kept"] else None,
            "ground": said["ground"],
            "paper": said.get("paper", ""),
            "evidence": said["evidence"],
        }
        before = {}
        for name in CHOSEN:
            if getattr(pair, name) != chosen[name]:
                before[name.removesuffix("_id")] = getattr(pair, name)
                setattr(pair, name, chosen[name])
        records.change(user, PAIR, pair, before, version)
        version = records.version_of(pair)
    records.transition(user, PAIR, pair, action, reason=said["evidence"], version=version)
