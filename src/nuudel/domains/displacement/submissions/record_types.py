"""The part's record types."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.submissions import effects, entries, forms, panel, states
from nuudel.web.shell.record_types import Panel, RecordType

SUBMISSION = RecordType(
    key="displacement.submission",
    model=models.Submission,
    form=forms.SubmissionForm,
    states=states.SUBMISSION,
    listed=("form_title", "sent_by", "received_at"),
    personal=frozenset({"xml"}),
    parent="round",
    parts=("displacement.file",),
    made_at="displacement_collecting",
    made_by_people=False,
    effects=effects.submission,
    entries=entries.submission,
    panel=Panel("displacement/submission_panel.html", panel.submission),
)
FILE = RecordType(
    key="displacement.file",
    model=models.SubmissionFile,
    form=forms.FileForm,
    states=states.FILE,
    listed=("size",),
    parent="submission",
    made_at="displacement_collecting",
    made_by_people=False,
    panel=Panel("displacement/file_panel.html", panel.file),
)

RECORD_TYPES = (SUBMISSION, FILE)
