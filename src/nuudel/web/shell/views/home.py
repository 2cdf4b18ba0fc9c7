"""My work: what waits, the longest first; the registers; notices."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from nuudel.domains import DOMAINS
from nuudel.web.access.decisions import held, may
from nuudel.web.access.models import Record
from nuudel.web.access.roles import Scope
from nuudel.web.access.tables import route_tables
from nuudel.web.accounts.models import User
from nuudel.web.nodes.here import is_node
from nuudel.web.shell.models import Action, Notice
from nuudel.web.shell.notices import notices_of, still_readable, unseen
from nuudel.web.shell.record_types import RecordType, record_types
from nuudel.web.shell.records import possible, readable
from nuudel.web.shell.shown import place_names
from nuudel.web.shell.states import CHANGED
from nuudel.web.shell.views.asked import user_of

MOST_WAITING = 50
MOST_NOTICES = 50
# When a record came into its state: a change of what it says does not make it wait anew.
LAST_STEP = (
    Action.objects.filter(record_id=OuterRef("pk"))
    .exclude(action=CHANGED)
    .order_by("-number")
    .values("created_at")[:1]
)


@dataclass(frozen=True)
class Waiting:
    """A record that waits for the user: its kind, where, how many days it has waited."""

    record_type: RecordType
    record: Record
    place: str
    days: int


@require_safe
def work(request: HttpRequest) -> HttpResponse:
    """The first page after the sign-in."""
    user = user_of(request)
    found = [(name, kinds_of(user, name), pages_of(user, name)) for name in DOMAINS]
    registers = [(name, kinds, pages) for name, kinds, pages in found if kinds or pages]
    shown = {"waiting": waiting_for(user), "registers": registers, "unseen": unseen(user)}
    shown["on_node"] = is_node()
    return render(request, "shell/work.html", shown)


def kinds_of(user: User, domain: str) -> list[RecordType]:
    """The registers of a domain that the user works with.

    Those that belong to other records are found there; one's own records are on the domain's pages.
    """
    return [
        kind
        for kind in record_types().values()
        if kind.domain == domain
        and not kind.parent
        and any(scope is not Scope.OWN for _, scope in held(user, kind.key, "read"))
    ]


def pages_of(user: User, domain: str) -> list[tuple[str, str]]:
    """The domain's own pages that the user's roles open, with their names; not those that are open to all."""
    pages = [page for kind in record_types().values() if kind.domain == domain for page in kind.pages]
    rules = route_tables()
    return [page for page in pages if not rules[page[0]].public and rules[page[0]].admits(True, user.roles)]


def waiting_for(user: User) -> list[Waiting]:
    """Records in a waiting state with which the user can do something, the longest waiting first."""
    found: list[tuple[RecordType, Record]] = []
    for record_type in record_types().values():
        if not record_type.states.waiting or not may(user, record_type.key, "read"):
            continue
        rows = readable(user, record_type).filter(state__in=record_type.states.waiting)
        oldest = rows.annotate(since=Subquery(LAST_STEP)).order_by("since")[:MOST_WAITING]
        found += [(record_type, record) for record in oldest if possible(user, record_type, record)]
    found = sorted(found, key=lambda entry: since(entry[1]))[:MOST_WAITING]
    names = place_names(record.place for _, record in found)
    now = timezone.now()
    return [Waiting(kind, record, names[record.place], (now - since(record)).days) for kind, record in found]


def since(record: Record) -> datetime:
    """When a waiting record came into its state."""
    moment: datetime = getattr(record, "since", None) or record.created_at
    return moment


@require_safe
def notices(request: HttpRequest) -> HttpResponse:
    """What others did with the user's records."""
    user = user_of(request)
    rows = notices_of(user, MOST_NOTICES)
    readable_now = still_readable(user, rows)
    shown = [(row, kind, row.record_id in readable_now) for row in rows if (kind := type_of(row))]
    return render(request, "shell/notices.html", {"notices": shown, "unseen": unseen(user)})


def type_of(notice: Notice) -> RecordType | None:
    return record_types().get(notice.record_type)


@require_POST
def notices_seen(request: HttpRequest) -> HttpResponse:
    """All notices are seen."""
    Notice.objects.filter(user=user_of(request), seen_at=None).update(seen_at=timezone.now())
    return redirect("notices")
