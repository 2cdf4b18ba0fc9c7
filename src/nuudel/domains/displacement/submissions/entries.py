"""Facts that follow from what somebody does with a submission: who rejects one takes its facts back."""

from collections.abc import Sequence

from nuudel.domains.displacement import models
from nuudel.domains.displacement.submissions.mapped import taken_back
from nuudel.web.facts.service import service_rights
from nuudel.web.shell.models import Action
from nuudel.web.shell.record_types import Entry


def submission(record: models.Submission, action: Action, before: Sequence[Action]) -> Sequence[Entry]:
    """Nothing on arrival: facts are entered in batches (``entering``)."""
    if action.action != "reject" or not record.facts or record.void:
        return ()
    with service_rights():
        given = taken_back(record)
    return [Entry(row.fact, given.series[row.series], row.row) for row in given.rows]
