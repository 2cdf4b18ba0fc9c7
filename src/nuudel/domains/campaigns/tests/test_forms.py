"""The forms: every field has its words and its control, and numbers are written in one way."""

import pytest

from nuudel.domains.campaigns import models, record_types
from nuudel.domains.campaigns.tests.given import a_training, make, person
from nuudel.web.access.context import acting
from nuudel.web.access.roles import Role
from nuudel.web.accounts.models import User
from nuudel.web.operations.database import Addresses
from nuudel.web.shell.forms import form_of
from nuudel.web.shell.record_types import RecordType
from nuudel.web.words import LANGUAGES, messages

TYPES = record_types.RECORD_TYPES


@pytest.fixture(scope="module")
def registrar(database: Addresses) -> User:
    return person(Role.REGISTRAR)


@pytest.mark.parametrize("record_type", TYPES, ids=lambda t: t.key)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_a_record_type_is_there(record_type: RecordType, lang: str) -> None:
    known = messages(lang)
    names = ["one", "many", "new", *record_type.fields]
    names += [f"state_{state}" for state in record_type.states.names]
    names += [f"action_{step.action}" for step in record_type.states.transitions]
    assert [name for name in names if record_type.words(name) not in known] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_its_words(lang: str) -> None:
    known = messages(lang)
    wanted = [
        f"campaigns.{field.name}_code.{code}"
        for record_type in TYPES
        for field in record_type.model._meta.fields
        for code, _ in field.choices or ()
    ]
    wanted += [
        f"campaigns.channels_code.{code}" for code, _ in models.Reach._meta.get_field("channel").choices or ()
    ]
    assert len(wanted) > 50
    assert [key for key in wanted if key not in known] == []


def participant_form(user: User, **given: str) -> tuple[bool, models.Participant]:
    fields = {"full_name": "Туршилт", "institution_name": "Сум", "role": "education", "sex": "female"}
    training = make(user, record_types.TRAINING, a_training())
    with acting(user, "test"):
        form = form_of(
            record_types.PARTICIPANT, user, fields | {"age_group": "unknown"} | given, parent=training
        )
        good = form.is_valid()
        filled = form.filled()
    assert isinstance(filled, models.Participant)
    return good, filled


def test_a_registration_number_is_normalised(registrar: User) -> None:
    good, filled = participant_form(registrar, registration_number=" яя 90-010101")
    assert (good, filled.registration_number) == (True, "ЯЯ90010101")


def test_personal_fields_that_are_left_empty_stay_empty(registrar: User) -> None:
    good, filled = participant_form(registrar, registration_number=" ", phone="", email="")
    assert good
    assert (filled.registration_number, filled.phone, filled.email) == (None, None, None)


def test_a_participant_is_where_the_training_is(registrar: User) -> None:
    _, filled = participant_form(registrar)
    assert (filled.place, filled.institution_id) == ("MN81", registrar.current_postings[0].institution_id)


def test_a_name_is_asked_for(registrar: User) -> None:
    assert participant_form(registrar, full_name="")[0] is False


def test_channels_are_ticked(registrar: User) -> None:
    fields = {"title_mn": "Аян", "purpose": "Мэднэ.", "audience": "herders", "place": "MN81"}
    with acting(registrar, "test"):
        form = form_of(record_types.CAMPAIGN, registrar, fields | {"channels": ["tv", "sms"]})  # type: ignore[arg-type]
        assert form.is_valid(), form.errors
        assert form.filled().channels == ["tv", "sms"]  # type: ignore[attr-defined]
        assert not form_of(record_types.CAMPAIGN, registrar, fields | {"channels": ["fax"]}).is_valid()  # type: ignore[arg-type]
