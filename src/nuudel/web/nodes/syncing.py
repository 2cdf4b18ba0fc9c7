"""On a node: one round with the centre: what waits is sent, what has changed comes back."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import connections, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from nuudel.base.errors import WebError
from nuudel.web.accounts.models import User
from nuudel.web.nodes.changes import label_of, sent_models
from nuudel.web.nodes.here import link as own_link
from nuudel.web.nodes.here import look_again
from nuudel.web.nodes.link import Centre, UnreachedError
from nuudel.web.nodes.models import (
    CONFLICT,
    OPEN,
    PENDING,
    SETTLED,
    UNDECIDED,
    WAITING,
    KnownPerson,
    Link,
    Operation,
    Touched,
    Wanted,
)
from nuudel.web.nodes.outbox import ATTACH
from nuudel.web.nodes.own_tables import OWNER, open_tables
from nuudel.web.nodes.taken import take_page
from nuudel.web.nodes.wire import Names, digest_of, text_of
from nuudel.web.shell.attachments import content_of
from nuudel.web.shell.models import Attachment

BATCH, BATCH_BYTES = 100, 2_000_000
KEYS = 100
LOOKED = 50
SYNC_LOCK = 1_853_187_429
Advance = Callable[[int], None]


@dataclass
class Round:
    """What a round has done: operations sent and settled, rows that came."""

    sent: int = 0
    settled: int = 0
    received: int = 0


def join(address: str, code: str) -> Link:
    """Join a centre: an installation without records becomes a node.

    Raises
    ------
    WebError
        ``WEB-481`` the code does not work, ``WEB-486`` other versions, ``WEB-487`` no answer, ``WEB-488`` it
        is a node already, ``WEB-491`` no TLS, ``WEB-495`` there are records of its own.
    """
    if Link.objects.exists():
        raise WebError(488, "this installation is a node already.", "Use another data folder (NUUDEL_DATA).")
    open_tables()
    if any(model._default_manager.using(OWNER).exists() for model in sent_models().values()):
        raise WebError(
            495, "this installation has records of its own.", "Join from a new data folder (NUUDEL_DATA)."
        )
    try:
        told = Centre(address).ask("join", {"code": code})
    except UnreachedError as error:
        raise unreached(error) from None
    link = Link(node=UUID(told["node"]), address=address.rstrip("/"), place=told["place"], name=told["name"])
    link.token = told["token"]
    link.save(force_insert=True)
    look_again()
    return link


def unreached(error: UnreachedError) -> WebError:
    return WebError(
        487,
        f"the centre did not answer ({error}).",
        "Work goes on here; it is tried again by itself when the link is back.",
    )


def sync(advance: Advance = lambda rows: None) -> Round:
    """One round, of which one runs at a time; what was done until it was cut off stays done.

    Raises
    ------
    WebError
        ``WEB-482`` revoked, ``WEB-486`` other versions, ``WEB-487`` no answer; ``WEB-488`` this is no node.
    """
    link = own_link()
    with connections[OWNER].cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [SYNC_LOCK])
    done = Round()
    try:
        open_tables()
        centre = Centre(link.address, link.token)
        push(centre, done, advance)
        pull(centre, done, advance)
    except UnreachedError as error:
        note(fault="WEB-487")
        raise unreached(error) from None
    except WebError as error:
        note(fault=error.code)
        raise
    finally:
        with connections[OWNER].cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [SYNC_LOCK])
    note(fault="")
    return done


def note(fault: str) -> None:
    """When the centre was tried, and when it answered last."""
    now = timezone.now()
    Link.objects.update(tried_at=now, fault=fault, **({} if fault else {"contacted_at": now}))


def push(centre: Centre, done: Round, advance: Advance) -> None:
    """Send choices, ask for what others have chosen, then send what waits in its order."""
    undecided = list(Operation.objects.filter(state__in=UNDECIDED).order_by("turn"))
    for start in range(0, len(undecided), BATCH):
        some = undecided[start : start + BATCH]
        decisions = [choice_of(row) for row in some if row.decision]
        told = {"decisions": decisions, "ask": [row.pk for row in some if not row.decision]}
        settle(centre.ask("push", told)["results"], done)
    waiting = list(
        Operation.objects.filter(state__in=(PENDING, WAITING)).order_by("turn").values_list("pk", flat=True)
    )
    while waiting:
        batch, waiting = batch_of(centre, waiting)
        answer = centre.ask("push", {"operations": batch})
        done.sent += len(batch)
        settle(answer["results"], done)
        advance(len(batch))


def choice_of(row: Operation) -> dict[str, Any]:
    known = KnownPerson.objects.get(user=row.decided_by)
    return {"id": row.pk, "choice": row.decision, "person": known.centre_id, "at": timezone.now()}


def batch_of(centre: Centre, waiting: list[UUID]) -> tuple[list[Any], list[UUID]]:
    """The next operations as they are sent, and those that remain; their files go before them."""
    batch: list[Any] = []
    size = 0
    rows = Operation.objects.in_bulk(waiting[:BATCH])
    for key in waiting[:BATCH]:
        row = rows[key]
        text = (row.content or "").encode()
        size += len(text)
        if batch and size > BATCH_BYTES:
            break
        if row.action == ATTACH:
            send_file(centre, row)
        batch.append(msgspec.json.decode(text))
    return batch, waiting[len(batch) :]


def send_file(centre: Centre, row: Operation) -> None:
    key = Touched.objects.get(operation=row, model=Attachment._meta.label_lower).key
    found = Attachment.objects.using(OWNER).get(pk=key)
    centre.ask(f"file/{found.sha256}", content_of(found))


def settle(results: dict[str, Any], done: Round) -> None:
    """Write down what became of operations; rows of settled ones are asked of the centre."""
    with transaction.atomic(using=OWNER):
        rows = Operation.objects.using(OWNER).select_for_update(of=("self",)).exclude(state__in=SETTLED)
        found = list(rows.filter(pk__in=results).order_by("turn"))
        by_state: dict[str, list[Operation]] = {}
        for row in found:
            by_state.setdefault(results[str(row.pk)]["state"], []).append(row)
        for state, some in by_state.items():
            if state in UNDECIDED:
                keep_for_a_person(some, results)
                continue
            written: dict[str, Any] = {"state": state, "problem": {}, "theirs": None}
            if state in SETTLED:
                want(some)
                done.settled += len(some)
                written["content"] = None
            Operation.objects.using(OWNER).filter(pk__in=[row.pk for row in some]).update(**written)


def keep_for_a_person(rows: list[Operation], results: dict[str, Any]) -> None:
    """What has to be decided, with what stands against it and what the centre has."""
    for row in rows:
        told = results[str(row.pk)]
        row._state.db = OWNER
        row.state, row.problem = told["state"], told["problem"]
        row.theirs = text_of(told["theirs"]) if told["theirs"] else None
        row.decision, row.decided_by = "", None
        row.save(using=OWNER)


def want(rows: list[Operation]) -> None:
    """Ask for all that operations have written here."""
    label = {model._meta.label_lower for model in sent_models().values()}
    touched = Touched.objects.using(OWNER).filter(operation__in=rows)
    keys = {(one.model, one.key) for one in touched if one.model in label}
    keys |= {(own, row.record_id) for row in rows if (own := label_of(row.record_type))}
    Wanted.objects.using(OWNER).bulk_create(
        (Wanted(model=model, key=key) for model, key in sorted(keys)), ignore_conflicts=True
    )


def pull(centre: Centre, done: Round, advance: Advance) -> None:
    """Take what has changed, page by page; the mark is kept with each page that was taken."""
    link = own_link()
    cursor, held = link.cursor, held_rows(link)
    more = True
    while more:
        wanted = list(to_ask_for()[:KEYS])
        told = {
            "cursor": cursor,
            "wanted": [(row.model, row.key) for row in wanted],
            "held": held,
            "people": link.people,
        }
        answer = centre.ask("pull", told)
        taken = take_page(answer, centre.content)
        done.received += taken
        advance(taken)
        link.people = answer["who"]["digest"]
        Link.objects.update(cursor=answer["safe"], people=link.people)
        if cursor == link.cursor:  # the first page, with which they were compared
            Link.objects.update(looked=f"{held[-1][0]}:{held[-1][1]}" if held else "")
        cursor, held = answer["next"], []
        more = answer["more"] or (bool(wanted) and to_ask_for().exists())


def to_ask_for() -> "QuerySet[Wanted]":
    """The rows to be asked for, but those that an operation has written too which is not settled."""
    same = Touched.objects.filter(model=OuterRef("model"), key=OuterRef("key"), operation__state__in=OPEN)
    return Wanted.objects.filter(~Exists(same)).order_by("pk")


def held_rows(link: Link) -> list[tuple[str, UUID, str]]:
    """Some rows of here with their digests, others each time, so that by and by all are compared."""
    names = Names(at_node=True)
    after, _, key = link.looked.partition(":")
    found: list[tuple[str, UUID, str]] = []
    labels = sorted(sent_models())
    for label in [*(name for name in labels if name >= after), *(name for name in labels if name < after)]:
        rows = sent_models()[label]._default_manager.using(OWNER).order_by("pk")
        if label == after and key:
            rows = rows.filter(pk__gt=key)
        found += [(label, row.pk, digest_of(names.row(row))) for row in rows[: LOOKED - len(found)]]
        if len(found) >= LOOKED:
            break
    return found


def state_of() -> dict[str, Any]:
    """How the node stands: for the page and the command."""
    link = own_link()
    counts = {state: Operation.objects.filter(state=state).count() for state in (*OPEN, CONFLICT)}
    return {
        "link": link,
        "waiting": counts[PENDING] + counts[WAITING],
        "undecided": sum(counts[state] for state in UNDECIDED),
        "people": User.objects.filter(pk__in=KnownPerson.objects.values("user_id"), is_active=True).count(),
    }
