"""The form of a rule; alerts are made by the job."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts.spots import ALL
from nuudel.domains.displacement.alerts.words import LISTS
from nuudel.domains.displacement.models.alerts import TOLD
from nuudel.domains.displacement.operations.forms import areas
from nuudel.domains.displacement.points.listed import points_of
from nuudel.domains.displacement.points.words import labels
from nuudel.web.access.models import Record
from nuudel.web.accounts.models import Posting
from nuudel.web.shell.codes import choices
from nuudel.web.shell.forms import RecordForm
from nuudel.web.words import say

WATCHED = ("signal", "alert_about", "at_least", "alert_direction", "point", "area", "days", "cases")
TOLD_FIELDS = ("roles_told", "people_told", "quiet_hours")
FIELDS = ("title", *WATCHED, *TOLD_FIELDS)
ALERT_FIELDS = (
    "signal",
    "alert_direction",
    "alert_about",
    "spot",
    "spot_name",
    "day",
    "hour",
    "value",
    "limit",
    "cases",
)
TRAITS = ("children", "women", "foreigners")
DIGITS = {"max_digits": 9, "decimal_places": 1}


class RuleForm(RecordForm):
    """What is watched, from which figure on, and who is told."""

    groups: ClassVar = {"watched": ("title", *WATCHED), "told": TOLD_FIELDS}

    roles_told = forms.MultipleChoiceField(
        choices=choices(TOLD), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = models.AlertRule
        fields: ClassVar = [*FIELDS]

    def __init__(self, *args: Any, parent: Record | None = None, **options: Any) -> None:
        super().__init__(*args, parent=parent, **options)
        operation: Any = parent or self.instance.operation
        self.choose("point", point_choices(operation))
        self.choose("area", [("", say("displacement.alert_rule.each_area")), *areas(operation.place)])
        self.choose("alert_about", list(about_choices()))
        people = forms.TypedMultipleChoiceField(
            coerce=int,
            choices=colleagues(operation),
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
        people.label = self.fields["people_told"].label
        people.help_text = self.fields["people_told"].help_text
        self.fields["people_told"] = people

    def choose(self, name: str, chosen: Any) -> None:
        """Make a field a choice; what it says already can always be chosen."""
        before = self.fields[name]
        field = forms.ChoiceField(choices=chosen, required=False)
        field.label, field.help_text = before.label, before.help_text
        self.fields[name] = field


class AlertForm(RecordForm):
    """An alert is made by the job."""

    class Meta:
        model = models.Alert
        fields: ClassVar = [*ALERT_FIELDS]


def point_choices(operation: models.Operation) -> list[tuple[str, str]]:
    each = [
        ("", say("displacement.alert_rule.each_point")),
        (ALL, say("displacement.alert_rule.all_points")),
    ]
    return [*each, *((point.key, point.name) for point in points_of(operation).values())]


def about_choices() -> Iterator[tuple[str, Any]]:
    """What can be looked for, in groups."""
    yield "", say("displacement.alert_trait.any")
    seen = [(trait, say(f"displacement.alert_trait.{trait}")) for trait in TRAITS]
    yield say("displacement.alert_trait.group_seen"), seen
    for trait, name in LISTS.items():
        yield (
            say(f"displacement.alert_trait.group_{trait}"),
            [(f"{trait}.{code}", label) for code, label in labels(name).items() if code != "none"],
        )


def colleagues(operation: models.Operation) -> list[tuple[int, str]]:
    """Who works at the operation's institution in a role that can be told."""
    today = timezone.localdate()
    posts = Posting.objects.filter(
        institution=operation.institution_id, role__in=TOLD, user__is_active=True
    ).select_related("user")
    found = {post.user_id: str(post.user.name) for post in posts if post.holds(today)}
    return sorted(found.items(), key=lambda person: person[1])
