"""The part's record types."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.alerts import forms, panel, rules, states, told
from nuudel.web.shell.record_types import Panel, RecordType

RULE = RecordType(
    key="displacement.alert_rule",
    model=models.AlertRule,
    form=forms.RuleForm,
    states=states.RULE,
    listed=("signal", "at_least"),
    exported=("operation", "title", "signal", "at_least", "quiet_hours"),
    parent="operation",
    rules=rules.rule,
    panel=Panel("displacement/rule_panel.html", panel.rule),
    told_by_panel=frozenset(forms.FIELDS) - {"title"},
)
ALERT = RecordType(
    key="displacement.alert",
    model=models.Alert,
    form=forms.AlertForm,
    states=states.ALERT,
    listed=("signal", "spot_name", "day", "value"),
    filtered=("signal",),
    exported=("signal", "spot", "spot_name", "day", "hour", "value", "limit", "cases"),
    panel=Panel("displacement/alert_panel.html", panel.alert),
    told_by_panel=frozenset(forms.ALERT_FIELDS) - {"signal"},
    mail=told.mail,
)

RECORD_TYPES = (RULE, ALERT)
