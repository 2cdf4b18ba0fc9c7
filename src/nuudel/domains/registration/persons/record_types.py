"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.persons import forms, states
from nuudel.web.shell.record_types import RecordType

PERSON = RecordType(
    key="registration.person",
    model=models.Person,
    form=forms.PersonForm,
    states=states.PERSON,
    listed=("sex",),
    filtered=("sex",),
    personal=frozenset(
        [
            "registration_number",
            "family_name",
            "patronymic",
            "given_name",
            "patronymic_latin",
            "given_latin",
            "birth_date",
            "birth_place",
        ]
    ),
    parent="",
    parts=("registration.document",),
)

RECORD_TYPES = (PERSON,)
