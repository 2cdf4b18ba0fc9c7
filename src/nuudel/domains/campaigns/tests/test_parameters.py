"""Dated values: which is in force, and that a faulty file is refused with its place."""

from datetime import date

import pytest
import yaml

from nuudel.base.errors import WebError
from nuudel.domains.campaigns.parameters import FILE, parameters, read_parameters, value

GOOD = {
    "limit": {
        "unit": "persons",
        "about": "A limit.",
        "values": [
            {"from": date(2026, 1, 1), "value": 7, "source": "Order 2"},
            {"from": date(2024, 1, 1), "value": 5, "source": "Order 1"},
        ],
    }
}


def test_the_newest_value_whose_day_has_come_is_in_force(monkeypatch: pytest.MonkeyPatch) -> None:
    known = read_parameters(yaml.safe_dump(GOOD))
    monkeypatch.setattr("nuudel.domains.campaigns.parameters.parameters", lambda: known)
    assert [value("limit", date(*day)) for day in ((2024, 1, 1), (2025, 12, 31), (2026, 1, 1))] == [5, 5, 7]
    with pytest.raises(WebError, match="WEB-352"):
        value("limit", date(2023, 12, 31))
    with pytest.raises(WebError, match=r"WEB-352.*Name one there is: limit"):
        value("limits", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("unit: persons", "unt: persons"),
        ("unit: persons", "unit: 5"),
        ("about: A limit.", "about: ''"),
        ("value: 5", "value: five"),
        ("value: 5", "value: true"),
        ("value: 5", "value: 5.5"),
        ("from: 2024-01-01", "from: soon"),
        ("from: 2024-01-01", "from: 2026-01-01"),
        ("source: Order 1", "legal: Order 1"),
    ],
)
def test_a_faulty_file_is_refused(old: str, new: str) -> None:
    text = yaml.safe_dump(GOOD)
    assert old in text
    with pytest.raises(WebError, match=r"WEB-351.*limit"):
        read_parameters(text.replace(old, new, 1))


@pytest.mark.parametrize("text", ["", "- a", "limit: 5", "limit: {unit: a, about: b, values: []}"])
def test_what_is_no_table_of_parameters_is_refused(text: str) -> None:
    with pytest.raises(WebError, match="WEB-351"):
        read_parameters(text)


def test_the_parameters_of_the_domain() -> None:
    assert set(parameters()) == {"follow_up_after", "minimum_group"}
    assert (value("follow_up_after", date(2026, 1, 1)), value("minimum_group", date(2026, 1, 1))) == (6, 5)
    entries = yaml.safe_load(FILE.read_text("utf-8")).values()
    assert all(one["source"].strip() for entry in entries for one in entry["values"])
