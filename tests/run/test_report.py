"""The report says what the figures say, in both languages, and carries all it needs."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from pypdf import PdfReader

from nuudel.base.packs import load_pack

Finished = Callable[[str, str], Path]
BOTH = pytest.mark.parametrize("lang", ["en", "mn"])


def text_of(html: str) -> str:
    body = re.sub(r"<(style|svg).*?</\1>", " ", html, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", body))


def test_the_findings_are_those_of_the_register(finished: Finished) -> None:
    # Computed from the table by hand: 39 515 + 25 695 + 37 602 = 102 812 after the ban,
    # 10 335 + 6 568 + 12 373 = 29 276 during it, 102 812 / 29 276 = 3.51.
    text = text_of((finished("mongolia", "en") / "report.html").read_text("utf-8"))
    assert "more people registered in Ulaanbaatar than just before it closed" in text
    assert "102,812 people registered, 3.5 times the number" in text
    # The mean of 2014 to 2016 is (31 356 + 30 297 + 25 196) / 3 = 28 950.
    assert "37,602 people registered in Ulaanbaatar in 2022. From 2014 to 2016 it was 28,900 a year." in text
    assert "20 of 21 aimags lost people by registered moves in 2022." in text
    assert "Since 1983 most aimags lost people by registered moves; Ulaanbaatar and Orkhon gained" in text
    assert "Between 2018 and 2022, 38,137 people left Ulaanbaatar" in text


def test_key_figures_equal_the_table_of_the_pack(finished: Finished) -> None:
    frame = load_pack("mongolia").table("internal_migration").frame.filter(pl.col("place") == "MN11")
    gain = (frame["in_migrants"] - frame["out_migrants"]).sum()
    html = (finished("mongolia", "en") / "report.html").read_text("utf-8")
    assert f">{round(gain, -2):,}</b>" in html


def test_the_released_table_equals_the_pack(finished: Finished) -> None:
    released = pl.read_csv(
        finished("mongolia", "en") / "tables" / "registered_migration.csv", infer_schema=False
    )
    source = load_pack("mongolia").table("internal_migration").frame
    for year, place, came in source.select("year", "place", "in_migrants").iter_rows():
        row = released.filter(year=str(year), place=place, direction="in").row(0, named=True)
        missing = place == "MN42" and year <= 1990
        assert (row["status"] == "missing") == missing
        if not missing:
            assert float(row["value"]) == came


def test_released_figures_carry_their_doubts(finished: Finished) -> None:
    released = pl.read_csv(
        finished("mongolia", "en") / "tables" / "registered_migration.csv", infer_schema=False
    )
    closed = released.filter(place="MN11", direction="in", year="2018").row(0, named=True)
    assert closed["status"] == "not_comparable"
    copied = released.filter(place="MN81", direction="out", year="2014").row(0, named=True)
    assert copied["status"] == "doubtful"


@BOTH
@pytest.mark.parametrize("pack", ["mongolia", "austria"])
def test_the_html_needs_nothing_from_elsewhere(finished: Finished, pack: str, lang: str) -> None:
    html = (finished(pack, lang) / "report.html").read_text("utf-8")
    assert f'<html lang="{lang}">' in html
    outside = re.findall(r'(?:src|href|url)\s*[=(]\s*["\']?(https?:[^"\')]+)', html)
    assert [link for link in outside if "w3.org" not in link] == []
    assert html.count("data:font/woff2;base64,") == 5
    for link in re.findall(r'href="(tables/[^"]+)"', html):
        assert (finished(pack, lang) / link).is_file(), link
    assert "{" not in text_of(html)
    assert "nan" not in text_of(html).lower().split()


@BOTH
def test_every_figure_has_its_source_and_its_two_drawings(finished: Finished, lang: str) -> None:
    html = (finished("mongolia", lang) / "report.html").read_text("utf-8")
    figures = re.findall(r"<figure>.*?</figure>", html, flags=re.DOTALL)
    assert len(figures) >= 12
    for figure in figures:
        assert figure.count("<svg") == 2
        names = re.findall(r' id="([^"]+)"', figure)
        assert len(names) == len(set(names))
        assert 'class="source"' in figure
        assert 'aria-label="' in figure


@BOTH
def test_caveats_of_used_tables_are_all_printed(finished: Finished, lang: str) -> None:
    html = (finished("mongolia", lang) / "report.html").read_text("utf-8").replace("&#39;", "'")
    pack = load_pack("mongolia")
    for name in (
        "internal_migration",
        "livestock_losses",
        "soum_indicators",
        "migrant_stocks",
        "remittances",
    ):
        for caveat in pack.table(name).caveats:
            assert caveat.text[lang] in html, (name, caveat.key)


@BOTH
def test_no_drawing_has_text_under_12_pixels_and_all_text_is_text(finished: Finished, lang: str) -> None:
    drawings = sorted((finished("mongolia", lang) / "figures").glob("*.svg"))
    assert len(drawings) >= 24
    for drawing in drawings:
        svg = drawing.read_text("utf-8")
        assert "<text" in svg
        sizes = [float(size) for size in re.findall(r"font(?:-size)?:[^;\"]*?([\d.]+)px", svg)]
        assert sizes
        assert min(sizes) >= 12, drawing.name


def test_approximate_shapes_are_tagged(finished: Finished) -> None:
    html = (finished("mongolia", "en") / "report.html").read_text("utf-8")
    assert '<span class="tag">approximate</span>' in html


def fonts_of(resources: Any) -> set[str]:
    """Font names of a page and of the drawings on it."""
    fonts = {f.get_object()["/BaseFont"].split("+")[-1] for f in (resources.get("/Font") or {}).values()}
    for drawing in (resources.get("/XObject") or {}).values():
        inner = drawing.get_object().get("/Resources")
        fonts |= fonts_of(inner.get_object()) if inner is not None else set()
    return fonts


@BOTH
def test_the_pdf_has_its_fonts_inside_and_the_words_of_the_language(finished: Finished, lang: str) -> None:
    pdf = PdfReader(finished("mongolia", lang) / "report.pdf")
    fonts = {name for page in pdf.pages for name in fonts_of(page["/Resources"])}
    assert {name.split("-")[0] for name in fonts} == {"GolosText", "Literata"}
    text = re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pdf.pages))
    wanted = {"en": "102,812 people registered", "mn": "Бүртгэл нээгдмэгц Улаанбаатар хотод"}
    assert wanted[lang] in text
    if lang == "mn":
        assert "Ө" in text or "ө" in text
        assert "Ү" in text or "ү" in text


def test_a_country_with_routes_has_them_drawn_and_measured(finished: Finished) -> None:
    # Dennett (2012): 89 575 moves on 72 flows; the largest, Vienna to Lower Austria, has 20 164.
    text = text_of((finished("austria", "en") / "report.html").read_text("utf-8"))
    assert "The largest flow goes from Vienna to Lower Austria: 20,164 people" in text
    assert "People moved between every pair of states." in text
    assert "89,575" in text


def test_run_json_lists_fingerprints_of_every_input(finished: Finished) -> None:
    record = json.loads((finished("austria", "en") / "run.json").read_text("utf-8"))
    assert record["inputs"] == load_pack("austria").file_hashes()
