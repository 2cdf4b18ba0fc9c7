"""The part's record types."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.operations import forms, panel, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

OPERATION = RecordType(
    key="displacement.operation",
    model=models.Operation,
    form=forms.OperationForm,
    states=states.OPERATION,
    listed=("start", "end"),
    searched=("title_mn", "title_en", "purpose"),
    exported=("title_mn", "title_en", "purpose", "start", "end", "synthetic"),
    parts=(
        "displacement.round",
        "displacement.form",
        "displacement.entity",
        "displacement.alert_rule",
        "displacement.limit",
    ),
    pages=(
        ("displacement_collecting", "displacement.collecting.title"),
        ("displacement_webforms", "displacement.webforms.title"),
        ("displacement_setup", "displacement.setup.title_page"),
    ),
    rules=rules.operation,
    panel=Panel("displacement/operation_panel.html", panel.operation),
)
ROUND = RecordType(
    key="displacement.round",
    model=models.Round,
    form=forms.RoundForm,
    states=states.ROUND,
    listed=("number", "start", "end"),
    exported=("operation", "number", "start", "end"),
    parent="operation",
    parts=(
        "displacement.assignment",
        "displacement.team",
    ),
    rules=rules.round_,
    panel=Panel("displacement/round_panel.html", panel.round_),
)
ASSIGNMENT = RecordType(
    key="displacement.assignment",
    model=models.Assignment,
    form=forms.AssignmentForm,
    states=states.ASSIGNMENT,
    listed=("person_name", "area_name"),
    parent="round",
    parts=("displacement.device",),
    rules=rules.assignment,
    panel=Panel("displacement/assignment_panel.html", panel.assignment),
)
DEVICE = RecordType(
    key="displacement.device",
    model=models.Device,
    form=forms.DeviceForm,
    states=states.DEVICE,
    listed=("name", "login"),
    parent="assignment",
    made_at="displacement_device",
)

RECORD_TYPES = (OPERATION, ROUND, ASSIGNMENT, DEVICE)
