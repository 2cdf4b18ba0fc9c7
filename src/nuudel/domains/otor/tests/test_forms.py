"""Every record type, field, state, step and code of the register has its words, in both languages."""

import pytest

from nuudel.domains.otor import codes
from nuudel.domains.otor.record_types import RECORD_TYPES
from nuudel.web.shell.record_types import RecordType
from nuudel.web.words import LANGUAGES, messages


@pytest.mark.parametrize("record_type", RECORD_TYPES, ids=lambda t: t.key)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_a_record_type_is_there(record_type: RecordType, lang: str) -> None:
    known = messages(lang)
    names = ["one", "many", "new", *record_type.fields, *record_type.listed, *record_type.filtered]
    names += [f"state_{state}" for state in record_type.states.names]
    names += [f"action_{step.action}" for step in record_type.states.transitions]
    names += [f"group_{name}" for name in record_type.form.groups]
    assert [name for name in names if record_type.words(name) not in known] == []


GROUPED = [record_type for record_type in RECORD_TYPES if record_type.form.groups]


@pytest.mark.parametrize("record_type", GROUPED, ids=lambda t: t.key)
def test_every_field_of_a_long_form_stands_in_one_group(record_type: RecordType) -> None:
    asked = sorted(name for names in record_type.form.groups.values() for name in names)
    assert len(asked) == len(set(asked))
    assert [name for name in {*record_type.fields} if name not in asked] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_its_words(lang: str) -> None:
    known = messages(lang)
    wanted = [
        f"otor.{field.name}_code.{code}"
        for record_type in RECORD_TYPES
        for field in record_type.model._meta.fields
        for code, _ in field.choices or ()
    ]
    wanted += [f"otor.services_code.{code}" for code in codes.SERVICES]
    wanted += [f"otor.state_code.{code}" for code in codes.DELIVERY_STATES]
    assert len(wanted) > 50
    assert [key for key in wanted if key not in known] == []


def test_both_languages_say_the_same_things() -> None:
    own = {lang: {key for key in messages(lang) if key.startswith("otor.")} for lang in LANGUAGES}
    assert own["mn"] == own["en"]
