"""The part's record types."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.forms import forms, panel, states
from nuudel.web.shell.record_types import Panel, RecordType

FORM = RecordType(
    key="displacement.form",
    model=models.Form,
    form=forms.FormForm,
    states=states.FORM,
    listed=("form_id",),
    searched=("form_id", "title"),
    exported=("operation", "form_id", "title"),
    parent="operation",
    parts=("displacement.version", "displacement.table"),
    made_at="displacement_upload",
    panel=Panel("displacement/form_panel.html", panel.form),
)
VERSION = RecordType(
    key="displacement.version",
    model=models.FormVersion,
    form=forms.VersionForm,
    states=states.VERSION,
    listed=("has_mapping", "encrypted"),
    parent="form",
    made_at="displacement_upload",
    panel=Panel("displacement/version_panel.html", panel.version),
)
TABLE = RecordType(
    key="displacement.table",
    model=models.FormFile,
    form=forms.TableForm,
    states=states.FILE,
    listed=("entities", "size"),
    parent="form",
    made_at="displacement_table",
)

RECORD_TYPES = (FORM, VERSION, TABLE)
