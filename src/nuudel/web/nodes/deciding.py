"""Whoever may do it settles an operation that is kept; the first decision holds."""

from django.core.exceptions import PermissionDenied
from django.utils import timezone

from nuudel.web.access.decisions import may
from nuudel.web.accounts.models import User
from nuudel.web.audit.log import record as note_audit
from nuudel.web.nodes.calls import command_told
from nuudel.web.nodes.message import Message
from nuudel.web.nodes.models import DROPPED, TAKEN, UNDECIDED, Received
from nuudel.web.nodes.problems import AgainstError
from nuudel.web.nodes.receiving import RECORD_TYPE, told_of
from nuudel.web.nodes.replay import do, type_told
from nuudel.web.nodes.wire import Names, Told
from nuudel.web.shell import records
from nuudel.web.shell.states import CREATED


def decide(user: User, row: Received, choice: str) -> Received:
    """Settle an operation that is kept, in the running transaction, in the name of who decides.

    Parameters
    ----------
    choice
        ``mine``: do it now, upon what the centre has; ``theirs``: leave what the centre has, give it up.

    Raises
    ------
    AgainstError, NuudelError, PermissionDenied, Http404, ValidationError, DatabaseError
        What stands against it still, or that this person may not decide it.
    """
    row = Received.objects.select_for_update(of=("self",)).select_related("node").get(pk=row.pk)
    if row.state not in UNDECIDED:
        return row
    told = told_of(row)
    demand_decider(user, row, told)
    replay = None
    if choice == "mine" and told is not None:
        replay = do(user, Message(row.node), told, base=None, exactly=False)
    row.state = TAKEN if replay is not None else DROPPED
    row.numbers = replay.numbers if replay is not None else {}
    row.content, row.decided_by, row.decided_at = None, user, timezone.now()
    note_audit(row.state, RECORD_TYPE, [row.pk])
    row.save(update_fields=["state", "numbers", "content", "decided_by", "decided_at"])
    return row


def demand_decider(user: User, row: Received, told: Told | None) -> None:
    """Who decides may do what the operation does, at that record."""
    if not may_decide(user, row, told):
        raise PermissionDenied


def makes(told: Told) -> bool:
    """Whether an operation is a function that makes the record that it is about."""
    command = command_told(told)
    return command is not None and not command.about


def may_decide(user: User, row: Received, told: Told | None) -> bool:
    """Whether a person may settle an operation: whoever may do it, with that record or in that place."""
    if told is None:
        return any(posting.role == "administrator" for posting in user.current_postings)
    try:
        record_type = type_told(told)
        action = "comment" if told.action == "attach" else told.action
        if makes(told):
            record = record_type.model(id=told.record, place=row.node.place, created_by=user)
            record.institution_id = user.current_postings[0].institution_id
            return may(user, record_type.key, action, record)
        if told.action == CREATED:
            record = record_type.model(id=told.record)
            names = ("place", "other_place", "institution_id")
            values = {name: told.values[name] for name in names if name in told.values}
            for name, value in Names(at_node=False).columns(record_type.model, values).items():
                setattr(record, name, value)
            record.created_by = user
            return may(user, record_type.key, action, record)
        found = records.readable(user, record_type).filter(pk=told.record).first()
    except (AgainstError, KeyError, TypeError, ValueError):
        return any(posting.role == "administrator" for posting in user.current_postings)
    return found is not None and may(user, record_type.key, action, found)
