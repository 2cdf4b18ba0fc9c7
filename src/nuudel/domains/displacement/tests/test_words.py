"""Every field, state and step of the record types has its words; what phones are told has them too."""

import re
from pathlib import Path

import pytest

from nuudel.domains.displacement.record_types import RECORD_TYPES
from nuudel.surveys import instruments
from nuudel.web.shell.record_types import RecordType
from nuudel.web.words import LANGUAGES, messages

ROOM = Path(__file__).parents[1]


@pytest.mark.parametrize("record_type", RECORD_TYPES, ids=lambda t: t.key)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_word_of_a_record_type_is_there(record_type: RecordType, lang: str) -> None:
    known = messages(lang)
    told = set(record_type.fields) - record_type.told_by_panel
    names = ["one", "many", "new", *told, *record_type.listed, *record_type.filtered]
    names += [f"state_{state}" for state in record_type.states.names]
    names += [f"action_{step.action}" for step in record_type.states.transitions]
    assert [name for name in names if record_type.words(name) not in known] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_refusal_has_its_message_and_every_instrument_its_name(lang: str) -> None:
    known = messages(lang)
    text = "".join(path.read_text("utf-8") for path in (ROOM / "collect").glob("*.py"))
    numbers = re.findall(r"WebError\(\s*(\d{3}),", text)
    assert len(set(numbers)) > 15
    assert [number for number in numbers if f"displacement.refused.{number}" not in known] == []
    keys = instruments.keys()
    assert [key for key in keys if f"displacement.instrument.{key}" not in known] == []


SECOND_WORDS = (
    r"илгээлт",  # илгээмж
    r"томилгоо",  # томилолт
    r"мэдээлэгч",  # мэдээлэл өгөгч
    r"дүрвэ",  # гамшиг, зөрчлөөс болж ирсэн: "дүрвэсэн" is a refugee
    r"(?<!худал )дохио",  # сэрэмжлүүлэг
    r"\bүе(?!\s+шат)(?:г|ийн|ийг)?\b(?=[,:.]| үүсгэх)",  # үе шат
    r"хөдөлгөөний цэг|ажиглах цэг|хяналтын цэг",  # ажиглалтын цэг
    r"судалгааны ажилтан",  # тоологч
    r"хамрах газ",  # хамрах нутаг
)
"""Words for which the domain has another one (glossary of its README)."""


def test_one_thing_has_one_word() -> None:
    keys = instruments.keys()
    folders = [instruments.folder_of(key) for key in keys]
    shipped = [path for folder in folders for path in folder.glob("*.csv")]
    files = [*(ROOM / "messages").glob("*mn.toml"), *(ROOM / "setups").glob("*.yaml"), *shipped]
    assert len(files) > 25
    second = re.compile("|".join(SECOND_WORDS), re.IGNORECASE)
    found = {f"{path.parent.name}/{path.name}": second.findall(path.read_text("utf-8")) for path in files}
    assert {name: told for name, told in found.items() if told} == {}
    assert second.search("бүх илгээлт")
    assert second.search("Үе, маягт")
