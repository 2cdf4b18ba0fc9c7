"""The part's record types."""

from nuudel.domains.registration import models
from nuudel.domains.registration.persons import entry, forms, panel, rules, states
from nuudel.web.shell.record_types import Panel, RecordType

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
    parts=("registration.document",),
    pages=(("persons_look_up", "registration.look_up.title"),),
    rules=rules.person,
    effects=entry.effects,
    panel=Panel("registration/person_panel.html", panel.content),
)

RECORD_TYPES = (PERSON,)
