"""What an auditor asks for: who, what, which record, when; found page by page, newest first."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.functional import lazy

from nuudel.web.access.roles import OFFICERS
from nuudel.web.accounts.models import User
from nuudel.web.audit.models import AuditEntry
from nuudel.web.audit.seals import EPOCH, MICROSECOND
from nuudel.web.words import messages, say

PAGE = 50
PERIOD_DAYS = 31  # what is shown where no period is asked for; record ids are looked for in the period
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)  # days with a day and a month around them
say_later = lazy(say, str)


class SearchForm(forms.Form):
    """The filters; all may be empty. The period is of whole days of the service's time zone."""

    who = forms.CharField(required=False, max_length=254, label=say_later("audit.field.who"))
    record_type = forms.CharField(required=False, max_length=100, label=say_later("audit.field.record_type"))
    record_id = forms.CharField(required=False, max_length=100, label=say_later("audit.field.record_id"))
    action = forms.CharField(required=False, max_length=100, label=say_later("audit.field.action"))
    first = forms.DateField(
        required=False,
        label=say_later("audit.field.first"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": say_later("audit.error.day")},
    )
    last = forms.DateField(
        required=False,
        label=say_later("audit.field.last"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": say_later("audit.error.day")},
    )

    def clean_who(self) -> int | None:
        """A user's number; given as that or as the address."""
        text = self.cleaned_data["who"].strip()
        if not text:
            return None
        user = User.objects.filter(Q(pk=int(text)) if text.isdecimal() else Q(email__iexact=text)).first()
        if user is None:
            raise forms.ValidationError(say("audit.error.who"))
        return int(user.pk)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        for name in ("first", "last"):
            day = cleaned.get(name)
            if day and not EARLIEST <= day <= LATEST:
                self.add_error(name, say("audit.error.day"))
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and first > last:
            self.add_error("last", say("audit.error.order"))
        return cleaned


def midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))


def found(asked: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """The entries that were asked for, newest first; only those that the acting user may read."""
    last = asked.get("last") or timezone.localdate()
    first = asked.get("first") or last - timedelta(days=PERIOD_DAYS - 1)
    entries = AuditEntry.objects.filter(at__gte=midnight(first), at__lt=midnight(last + timedelta(days=1)))
    named = {"user_id": "who", "record_type": "record_type", "action": "action"}
    exact = {column: asked[name] for column, name in named.items() if asked.get(name)}
    if asked.get("record_id"):
        exact["record_ids__contains"] = [asked["record_id"].strip()]
    return entries.filter(**exact).order_by("-at", "-chain", "-number")


def cursor_of(entry: AuditEntry) -> str:
    """Where a page ended: time, chain and number of its last entry."""
    return f"{(entry.at - EPOCH) // MICROSECOND}.{entry.chain}.{entry.number}"


def after(entries: QuerySet[AuditEntry], cursor: str) -> QuerySet[AuditEntry]:
    """What follows a page; ``ValueError`` for what is no cursor."""
    time_, chain, number = (int(part) for part in cursor.split("."))
    at = datetime.fromtimestamp(0, UTC) + timedelta(microseconds=time_)
    later = Q(at__lt=at) | Q(at=at, chain__lt=chain) | Q(at=at, chain=chain, number__lt=number)
    return entries.filter(later, at__lte=at)


@dataclass(frozen=True)
class Line:
    """An entry as people read it. Who is named by name only where an officer acted."""

    entry: AuditEntry
    who: str
    action: str


def lines(entries: Iterable[AuditEntry]) -> list[Line]:
    """Entries with names and words for what they hold as numbers and codes."""
    rows = list(entries)
    officers = {row.user_id for row in rows if row.user_id and officer(row)}
    names = dict(User.objects.filter(pk__in=officers).values_list("pk", "name"))
    return [Line(row, who(row, names), action_word(row.action)) for row in rows]


def officer(entry: AuditEntry) -> bool:
    return any(role in OFFICERS for role in entry.roles)


def who(entry: AuditEntry, names: Mapping[int, str]) -> str:
    if entry.user_id is None:
        return say("audit.nobody")
    number = say("audit.user", number=entry.user_id)
    return f"{names[entry.user_id]} ({number})" if names.get(entry.user_id) else number


def action_word(action: str) -> str:
    """The word for an action; a domain's own actions as they are called in its table."""
    return say(f"audit.action.{action}") if f"audit.action.{action}" in messages("en") else action
