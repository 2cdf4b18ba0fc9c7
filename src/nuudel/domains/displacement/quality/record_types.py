"""The part's record types."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.quality import choosing, following, forms, panel, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

FLAG = RecordType(
    key="displacement.flag",
    model=models.Flag,
    form=forms.FlagForm,
    states=states.FLAG,
    listed=("severity", "enumerator_name"),
    filtered=("round", "severity", "enumerator", "finding"),
    exported=("round", "submission", "finding", "severity", "score", "figures"),
    made_at="displacement_collecting",
    made_by_people=False,
    offered=rules.offered,
    choosable=choosing.choosable,
    first="severity",
    rules=rules.flag,
    effects=following.flag,
    panel=Panel("displacement/flag_panel.html", panel.flag),
    told_by_panel=frozenset({"round", "submission", "finding"}),
)
LIMIT = RecordType(
    key="displacement.limit",
    model=models.Limit,
    form=forms.LimitForm,
    states=states.LIMIT,
    listed=("start", "value"),
    filtered=("limit",),
    exported=("operation", "limit", "start", "value"),
    parent="operation",
    rules=rules.limit,
    effects=following.limit,
    panel=Panel("displacement/limit_panel.html", panel.limit),
)

RECORD_TYPES = (FLAG, LIMIT)
