"""The forms of the records: which fields are asked, in which order."""

from typing import ClassVar

from django import forms

from nuudel.domains.campaigns import codes, models
from nuudel.people.registration_numbers import normalise
from nuudel.web.shell.codes import choices
from nuudel.web.shell.forms import RecordForm


class CampaignForm(RecordForm):
    """A campaign; its channels are ticked."""

    channels = forms.MultipleChoiceField(
        choices=choices(codes.CHANNELS), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = models.Campaign
        fields: ClassVar = [
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
        ]


class ReachForm(RecordForm):
    """The contacts of a channel."""

    class Meta:
        model = models.Reach
        fields: ClassVar = ["campaign", "channel", "day", "persons", "method", "planned"]


class TrainingForm(RecordForm):
    """A training of officials."""

    class Meta:
        model = models.Training
        fields: ClassVar = [
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
        ]


class ParticipantForm(RecordForm):
    """Somebody who takes part; empty personal fields stay empty in the database too."""

    class Meta:
        model = models.Participant
        fields: ClassVar = [
            "training",
            "full_name",
            "registration_number",
            "phone",
            "email",
            "institution_name",
            "role",
            "sex",
            "age_group",
            "attended",
            "pre_score",
            "post_score",
        ]

    def clean_registration_number(self) -> str | None:
        return normalise(self.cleaned_data["registration_number"] or "") or None

    def clean_phone(self) -> str | None:
        return self.cleaned_data["phone"] or None

    def clean_email(self) -> str | None:
        return self.cleaned_data["email"] or None


class ManualForm(RecordForm):
    """A manual."""

    class Meta:
        model = models.Manual
        fields: ClassVar = ["title", "language", "version", "translator", "summary"]
