"""What the pages of submissions and of their files show beside the fields."""

from collections.abc import Mapping, Sequence

from nuudel.base.errors import SurveyError
from nuudel.domains.displacement import models
from nuudel.domains.displacement.quality.panel import flags_of
from nuudel.domains.displacement.submissions.reading import Line, lines_of
from nuudel.web.access.decisions import visible
from nuudel.web.accounts.models import User
from nuudel.web.shell.record_types import record_types


def submission(user: User, record: models.Submission) -> Mapping[str, object]:
    """The answers by their questions; the page's reading is audited by the shell."""
    files = visible(record.sent_files.order_by("name"), user, "displacement.file")
    lines: Sequence[Line] = ()
    if not record.encrypted:
        try:
            lines = lines_of(record)
        except SurveyError:
            lines = ()
    corrections = models.Submission.objects.filter(replaces=record)
    return {
        "submission": record,
        "lines": lines,
        "sent": files,
        "flags": flags_of(user, record),
        "flag_type": record_types()["displacement.flag"],
        "missing": sorted({*record.files} - {file.name for file in files}),
        "correction": visible(corrections, user, "displacement.submission").first(),
    }


def file(user: User, record: models.SubmissionFile) -> Mapping[str, object]:
    return {"file": record}
