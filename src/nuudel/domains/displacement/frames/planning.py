"""Planning the areas of a place at once: who covers them, until when, and what comes first."""

from collections.abc import Mapping
from typing import Any

from django import forms

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames.many import change_many
from nuudel.domains.displacement.models.frames import PRIORITIES
from nuudel.domains.displacement.operations.forms import areas
from nuudel.web.access.decisions import codes_below
from nuudel.web.accounts.models import User
from nuudel.web.shell import records
from nuudel.web.shell.record_types import record_types
from nuudel.web.words import say

PLANNED = ("team", "due", "priority")
OPEN = "to_do"
AREA = "displacement.area"


class PlanForm(forms.Form):
    """Which areas, and what is planned of them; what is left empty stays as it is."""

    where = forms.ChoiceField()
    team = forms.ModelChoiceField(queryset=models.Team.objects.none(), required=False)
    due = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    priority = forms.ChoiceField(required=False)

    def __init__(self, around: models.Round, data: Any = None) -> None:
        super().__init__(data, auto_id="%s")
        self.around = around
        self.fields["where"].choices = areas(around.place)  # type: ignore[attr-defined]
        self.fields["team"].queryset = around.teams.order_by("name")  # type: ignore[attr-defined]
        words = [(code, say(f"displacement.priority_code.{code}")) for code in PRIORITIES]
        self.fields["priority"].choices = [("", ""), *words]  # type: ignore[attr-defined]
        for name, field in self.fields.items():
            field.label = say(f"displacement.plan.{name}")

    def clean(self) -> dict[str, Any]:
        found: dict[str, Any] = super().clean() or {}
        due = found.get("due")
        if due is not None and not self.around.start <= due <= self.around.end:
            self.add_error("due", say("displacement.rule.due_outside"))
        if not any(found.get(name) for name in PLANNED) and not self.errors:
            self.add_error(None, say("displacement.plan.nothing"))
        return found


def plan(user: User, around: models.Round, asked: Mapping[str, Any]) -> int:
    """Plan the areas of a place that are still to be covered; how many it changed."""
    rows = around.areas.filter(place__in=codes_below(asked["where"]), state=OPEN)
    changed, before = [], {}
    for row in rows.select_related("institution", "team", "round"):
        old = {}
        for name in PLANNED:
            value = asked.get(name)
            kept = records.value_of(row, name)
            if value and kept != getattr(value, "pk", value):
                old[name] = kept
                setattr(row, name, value)
        if old:
            changed.append(row)
            before[row.pk] = old
    change_many(user, record_types()[AREA], changed, before)
    return len(changed)
