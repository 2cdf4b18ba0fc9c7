"""The part's record types."""

from nuudel.domains.displacement import models
from nuudel.domains.displacement.frames import choosing, effects, forms, panel, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

AREA = RecordType(
    key="displacement.area",
    model=models.FrameArea,
    form=forms.AreaForm,
    states=states.AREA,
    listed=("team", "due", "priority"),
    filtered=("round", "priority", "level"),
    choosable=choosing.rounds,
    searched=("area", "name_mn", "name_en"),
    exported=("round", "area", "name_mn", "name_en", "level", "due", "priority", "done_at"),
    parent="round",
    rules=rules.area,
    effects=effects.area,
    offered=effects.offered,
    panel=Panel("displacement/area_panel.html", panel.area),
)
TEAM = RecordType(
    key="displacement.team",
    model=models.Team,
    form=forms.TeamForm,
    states=states.TEAM,
    listed=("lead_name",),
    personal=frozenset({"telephone"}),
    parent="round",
    parts=("displacement.member",),
    rules=rules.team,
    effects=effects.team,
    panel=Panel("displacement/team_panel.html", panel.team),
    told_by_panel=frozenset({"lead"}),
)
MEMBER = RecordType(
    key="displacement.member",
    model=models.Member,
    form=forms.MemberForm,
    states=states.MEMBER,
    listed=(),
    parent="team",
    rules=rules.member,
)
INFORMANT = RecordType(
    key="displacement.informant",
    model=models.Informant,
    form=forms.InformantForm,
    states=states.INFORMANT,
    listed=("area", "role"),
    filtered=("role",),
    searched=("code", "area"),
    personal=frozenset({"name", "telephone"}),
    parent="operation",
    rules=rules.informant,
)

RECORD_TYPES = (TEAM, MEMBER, AREA, INFORMANT)
