"""The record types of the domain, in the order in which they are shown.

The words of each are under its key; the domain itself is called ``campaigns.title`` and ``campaigns.about``.
"""

from nuudel.domains.campaigns import entries, forms, models, rules, states
from nuudel.web.shell.record_types import RecordType

CAMPAIGN = RecordType(
    key="campaigns.campaign",
    model=models.Campaign,
    form=forms.CampaignForm,
    states=states.CAMPAIGN,
    listed=("audience", "start", "end"),
    filtered=("audience",),
    searched=("title_mn", "title_en", "purpose"),
    exported=(
        "title_mn",
        "title_en",
        "purpose",
        "audience",
        "audience_size",
        "start",
        "end",
        "channels",
        "budget_mnt",
        "result",
        "evidence",
        "synthetic",
    ),
    parts=("campaigns.reach",),
    rules=rules.campaign,
    entries=entries.campaign,
)

REACH = RecordType(
    key="campaigns.reach",
    model=models.Reach,
    form=forms.ReachForm,
    states=states.PART,
    listed=("persons", "method", "planned"),
    filtered=("channel", "method"),
    exported=("campaign", "channel", "day", "persons", "method", "planned"),
    parent="campaign",
    rules=rules.reach,
    entries=entries.reach,
)

TRAINING = RecordType(
    key="campaigns.training",
    model=models.Training,
    form=forms.TrainingForm,
    states=states.TRAINING,
    listed=("subject", "start", "end"),
    filtered=("subject",),
    searched=("title_mn", "title_en", "objective"),
    exported=(
        "subject",
        "title_mn",
        "title_en",
        "objective",
        "start",
        "end",
        "venue",
        "trainers",
        "places_planned",
        "counted_women",
        "counted_men",
        "follow_up_day",
        "follow_up",
        "synthetic",
    ),
    parts=("campaigns.participant",),
    rules=rules.training,
    entries=entries.training,
    pages=(("campaigns_figures", "campaigns.figures.title"),),
)

PARTICIPANT = RecordType(
    key="campaigns.participant",
    model=models.Participant,
    form=forms.ParticipantForm,
    states=states.PART,
    listed=("institution_name", "role", "attended", "pre_score", "post_score"),
    filtered=("role", "sex"),
    exported=("role", "sex", "age_group", "attended", "pre_score", "post_score"),
    personal=frozenset({"full_name", "registration_number", "phone", "email"}),
    parent="training",
    rules=rules.participant,
)

MANUAL = RecordType(
    key="campaigns.manual",
    model=models.Manual,
    form=forms.ManualForm,
    states=states.MANUAL,
    listed=("language", "version"),
    filtered=("language",),
    searched=("title", "translator", "summary"),
    exported=("title", "language", "version", "translator", "summary", "synthetic"),
    entries=entries.manual,
)

RECORD_TYPES = (CAMPAIGN, REACH, TRAINING, PARTICIPANT, MANUAL)
