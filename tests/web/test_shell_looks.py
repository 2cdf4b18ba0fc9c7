"""How the shell says things: baghs by their names, days and codes on one line, messages escaped once."""

import pytest
from django.template import Context, Template
from django.utils.translation import override

from nuudel.web.shell.baghs import bagh_words

SOUM, DISTRICT = "MN18101", "MN51107"


@pytest.mark.parametrize(
    ("place", "bagh", "mn", "en"),
    [
        (SOUM, "1", "1-р баг", "bagh 1"),
        (SOUM, " 07 ", "7-р баг", "bagh 7"),
        (DISTRICT, "12", "12-р хороо", "khoroo 12"),
        (SOUM, "Жаргалант", "Жаргалант", "Жаргалант"),
        (SOUM, "3-р баг", "3-р баг", "3-р баг"),
        (DISTRICT, "", "", ""),
    ],
)
def test_a_number_is_a_bagh_in_a_soum_and_a_khoroo_in_a_district(
    place: str, bagh: str, mn: str, en: str
) -> None:
    assert bagh_words(place, bagh, lang="mn") == mn
    assert bagh_words(place, bagh, lang="en") == en


def shown(template: str, **values: object) -> str:
    with override("en"):
        return Template("{% load words shell %}" + template).render(Context(values))


def test_days_and_codes_stay_on_one_line() -> None:
    text = shown("{{ text|unbroken }}", text="Until 2026-11-26, move 26-7K3M-9QXT, no well-known <b>")
    assert '<span class="unbroken">2026-11-26</span>' in text
    assert '<span class="unbroken">26-7K3M-9QXT</span>' in text
    assert "no well-known &lt;b&gt;" in text


def test_what_fills_a_message_is_escaped_once() -> None:
    said = shown('{% say "registration.move.named" number=number %}', number="<i>&")
    assert said == "Move &lt;i&gt;&amp;"
    marked = shown('{% say "registration.move.named" number=number|unbroken %}', number="26-7K3M-9QXT")
    assert marked == 'Move <span class="unbroken">26-7K3M-9QXT</span>'
