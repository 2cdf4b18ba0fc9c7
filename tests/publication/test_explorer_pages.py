"""The explorer's pages: findings computed from data, both languages, every kind of place, themed drawings."""

import re
import string
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

from nuudel.base.errors import PublicationError
from nuudel.publication.charts import style
from nuudel.publication.explorer import read
from nuudel.publication.explorer.compare import compose_compare
from nuudel.publication.explorer.documents import Exhibit, Page, PlacePage
from nuudel.publication.explorer.flow_map import compose_map, flow_map
from nuudel.publication.explorer.page_moves import moves_lead, moves_title, rounding
from nuudel.publication.explorer.page_partners import partners_title
from nuudel.publication.explorer.page_people import age_span, ages_title
from nuudel.publication.explorer.pages import compose_place
from nuudel.publication.explorer.read import Bundle, read_bundle
from nuudel.publication.explorer.teller import Moves, Teller
from nuudel.publication.explorer.themed import as_attributes, draw
from nuudel.publication.explorer.timeline import compose_timeline
from nuudel.publication.explorer.words import languages, load_words
from nuudel.publication.explorer.write import write_bundle
from nuudel.publication.report.document import TextTable

from .explorer_data import material_of

SOURCES = Path(read.__file__).parent


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    folder = tmp_path_factory.mktemp("pages")
    write_bundle(material_of("mongolia"), folder)
    return read_bundle(folder)


def tiles(page: PlacePage) -> dict[str, str]:
    return {tile.key: tile.value for tile in page.key_figures}


def made(arrivals: list[float], departures: list[float], first: int = 2000) -> Moves:
    years = np.arange(first, first + len(arrivals))
    return Moves(years, np.array(arrivals, dtype=float), np.array(departures, dtype=float), [])


def test_the_page_of_zavkhan_in_2021(bundle: Bundle) -> None:
    page = compose_place(bundle, "MN81", "en", 2021)
    assert tiles(page) == {
        "residents": "73,231", "came": "560", "left": "1,596", "net": "−1,036", "herders": "9,355",
    }  # fmt: skip
    assert page.lead == (
        "Since 1983, 47,200 more people registered as leaving than as coming. "
        "In 2021, 35 came for every 100 who left."
    )
    notes = {tile.key: tile.note for tile in page.key_figures}
    assert notes["residents"] == "+1,186 on 2019, not reconciled with moves"
    assert notes["net"] == "−14 per 1,000 residents of 2020"
    assert notes["herders"] == "386 head of livestock each, on average"
    assert [section.key for section in page.sections] == [
        "moves", "partners", "people", "forecast", "scenarios", "units",
    ]  # fmt: skip
    assert page.figures[0].title.startswith(
        "On paper the leaving stopped when the capital refused registration"
    )
    assert page.other_name == "Завхан"
    assert page.above == (("MN", "Mongolia"),)
    assert any("copied" in caveat for caveat in page.caveats)


def test_a_doubtful_year_says_so_beside_its_number(bundle: Bundle) -> None:
    page = compose_place(bundle, "MN81", "en", 2015)
    doubts = {tile.key: tile.doubt for tile in page.key_figures}
    assert "copied" in doubts["came"]
    assert "copied" in doubts["net"]
    assert not doubts["residents"]
    clean = compose_place(bundle, "MN81", "en", 2021)
    assert not any(tile.doubt for tile in clean.key_figures)


def test_a_place_without_figures_of_a_year_shows_the_last_before(bundle: Bundle) -> None:
    page = compose_place(bundle, "MN42", "en", 2006)
    assert [tile.label for tile in page.key_figures if tile.key == "left"] == ["Left, 2005"]


def test_a_soum_says_what_there_is_and_what_is_missing(bundle: Bundle) -> None:
    page = compose_place(bundle, "MN18101", "en")
    assert tiles(page)["residents"] == "16,397"
    assert page.above == (("MN", "Mongolia"), ("MN81", "Zavkhan"))
    assert "number 1 of 24 in Zavkhan" in page.lead
    assert "Moves are not published by soum" in page.lead
    assert [section.key for section in page.sections] == ["facts", "people", "climate", "missing"]
    without_ages = compose_place(bundle, "MN18510", "en")
    assert "people" not in {section.key for section in without_ages.sections}
    assert "ages" in " ".join(without_ages.sections[-1].text)


def test_a_district_without_herders_says_that_nobody_gave_a_figure(bundle: Bundle) -> None:
    page = compose_place(bundle, "MN51107", "en")
    assert "herders" not in tiles(page)
    assert any("herder" in text for text in page.sections[-1].text)


@pytest.mark.parametrize("lang", ["en", "mn"])
def test_every_place_has_a_page_in_every_language(bundle: Bundle, lang: str) -> None:
    for code in bundle.places:
        page = compose_place(bundle, code, lang)
        assert page.title
        assert page.lead
        assert page.key_figures
        assert len({figure.key for figure in page.figures}) == len(page.figures)
        for exhibit in exhibits(page):
            widths = {len(row) for row in exhibit.numbers.rows} | {len(exhibit.numbers.header)}
            assert len(widths) == 1, (code, exhibit.figure.key)
            assert exhibit.numbers.rows


def exhibits(page: Page) -> list[Exhibit]:
    return [exhibit for section in page.sections for exhibit in section.exhibits]


def test_pages_differ_in_language_and_agree_in_figures(bundle: Bundle) -> None:
    english, mongolian = (compose_place(bundle, "MN81", lang) for lang in ("en", "mn"))
    assert tiles(english) == tiles(mongolian)
    assert english.figures[0].title != mongolian.figures[0].title
    assert not re.search(r"[A-Za-z]{4,}", mongolian.lead)


@pytest.mark.parametrize(
    ("arrivals", "departures", "beginning"),
    [
        ([5] * 8, [1, 9, 2, 2, 2, 2, 2, 2], "More people have come than left in every year since 2002"),
        ([1] * 8, [1, 1, 2, 2, 2, 2, 2, 2], "More people have left than come in every year since 2002"),
        ([5, 1, 5, 5], [1, 5, 1, 1], "More people came than left in 3 of 4 years"),
        ([1, 5, 1, 1], [5, 1, 5, 5], "More people left than came in 3 of 4 years"),
        ([1, 5, 1, 5], [5, 1, 5, 1], "More came in 2 years, more left in as many"),
    ],
)
def test_titles_of_moves_follow_from_the_figures(
    bundle: Bundle, arrivals: list[float], departures: list[float], beginning: str
) -> None:
    assert moves_title(Teller(bundle, "en"), made(arrivals, departures)) == beginning


@pytest.mark.parametrize(
    ("arrivals", "departures", "lead"),
    [
        ([10], [40], "In 2000, 25 came for every 100 who left."),
        ([40], [10], "In 2000, 25 left for every 100 who came."),
        ([7], [7], "In 2000 as many came as left: 7."),
        ([0], [0], "In 2000 as many came as left: 0."),
        ([3], [0], "In 2000 3 came and nobody left."),
    ],
)
def test_the_lead_of_one_year(
    bundle: Bundle, arrivals: list[float], departures: list[float], lead: str
) -> None:
    assert moves_lead(Teller(bundle, "en"), made(arrivals, departures), 2000) == lead


def test_sums_keep_three_digits() -> None:
    assert [rounding(value) for value in (47_213.0, -536_012.0, 912.0, 12.0, 0.0)] == [-2, -3, 0, 0, 0]


@pytest.mark.parametrize(
    ("to", "back", "title"),
    [
        ([["MN11", 59, 1, 2], ["MN46", 41, 1, 2]], [], "About 3 in 5 of those who left went to Ulaanbaatar"),
        ([["MN11", 99, 1, 2], ["MN46", 1, 1, 2]], [], "Nearly all who left in 2021 went to Ulaanbaatar"),
        (
            [],
            [["MN11", 25, 1, 2], ["MN46", 75, 1, 2]][::-1],
            "About 3 in 4 of those who came are from Umnugovi",
        ),
        ([], [], "Nobody moved in 2021"),
    ],
)
def test_titles_of_partners_name_a_simple_share(
    bundle: Bundle, to: list[Any], back: list[Any], title: str
) -> None:
    assert partners_title(Teller(bundle, "en"), {"to": to, "from": back}, 2021) == title


def test_titles_of_ages(bundle: Bundle) -> None:
    teller, groups = Teller(bundle, "en"), ("0-4", "5-9", "10-14", "15+")
    gap = np.array([2.0, 1.0, -2.5, -0.5])
    assert (
        ages_title(teller, "A", "B", groups, gap)
        == "In A fewer of every 100 people are 10+ than in B, and more are 0–9"
    )
    assert ages_title(teller, "A", "B", groups, gap / 100) == "Ages in A are much the same as in B"
    assert age_span(("5-9",)) == "5–9"


def test_two_places_beside_each_other(bundle: Bundle) -> None:
    page = compose_compare(bundle, "MN81", "MN11", "en")
    assert page.lead == (
        "In 2022 Ulaanbaatar gained 30,419 people by registered moves while Zavkhan lost 1,882."
    )
    table = page.sections[0].blocks[0]
    assert isinstance(table, TextTable)
    assert ("Came", "342 (2022)", "37,602 (2022)") in table.rows
    assert {figure.key for figure in page.figures} == {"compare-moves", "compare-ages", "compare-forecast"}
    mixed = compose_compare(bundle, "MN81", "MN18101", "en")
    assert mixed.lead == "Registered moves are not published for both places."
    assert {figure.key for figure in mixed.figures} == {"compare-ages"}


def test_the_timeline_tells_what_happened(bundle: Bundle) -> None:
    page = compose_timeline(bundle, "en")
    told = {event.key: event for event in page.events}
    # 2,963.5 + 8,906… : the sum of the table over 2009 and 2010
    losses = material_of("mongolia").pack.table("livestock_losses").frame
    lost = losses.filter(losses["year"].is_in([2009, 2010]))["adult_losses_thousand_head"].sum() / 1000
    assert f"{lost:.1f} million adult animals were lost in 2009–2010" in told["dzud_2009_2010"].text
    assert "39,500 in the year after" in told["ulaanbaatar_registration_ban"].text
    own = compose_timeline(bundle, "en", "MN81")
    assert own.figures[0].title == "Most came in 1991 (7,826), most left in 2004 (6,824)"


def test_the_map_states_who_gained(bundle: Bundle) -> None:
    one = compose_map(bundle, "MN11", 2021, "both", "net_per_100_moves", "en")
    assert one.figure.title == "In 2021 Ulaanbaatar gained 17,601 people by registered migration"
    assert one.figure.tag == "estimated"
    every = compose_map(bundle, "MN", 2021, "both", "", "en")
    assert every.figure.title == "In 2021 only Ulaanbaatar gained people by registered migration: 17,601"
    assert len(every.numbers.rows) == 40
    left = compose_map(bundle, "MN81", 2022, "out", "poverty", "en")
    assert all(row[0].startswith("Zavkhan to") for row in left.numbers.rows)
    assert "(2018)" in left.figure.subtitle
    with pytest.raises(PublicationError, match="PUBLICATION-324"):
        flow_map(bundle, "MN81", 1999, "both", "", "en")


def test_a_count_is_drawn_as_circles_and_never_as_a_fill(bundle: Bundle) -> None:
    figure = compose_map(bundle, "", 2020, "none", "residents", "en").figure
    svg = draw(figure).desk
    assert "the largest circle is 1,499,140 persons" in svg
    # land has one colour, and each of the 22 places a circle
    assert not re.search(r"--seq-[1-467]\b", svg)
    assert svg.count("var(--seq-5)") == 22


def test_drawings_use_the_tokens_and_no_style_attribute(bundle: Bundle) -> None:
    page = compose_place(bundle, "MN81", "mn")
    for figure in (
        *page.figures,
        compose_map(bundle, "MN81", 2021, "both", "net_per_100_moves", "mn").figure,
    ):
        for svg in vars(draw(figure)).values():
            assert "style=" not in svg, figure.key
            assert not re.search(r"(?<!, )#[0-9a-fA-F]{6}\b", svg), figure.key
            assert "var(--" in svg
            root = ElementTree.fromstring(svg)
            assert root.get("role") == "img"
            assert root.get("aria-label", "").startswith(figure.title)
            words = [node.text or "" for node in root.iter() if node.tag.endswith("text")]
            assert any(words), figure.key
            sizes = [float(node.get("font-size", 12)) for node in root.iter() if node.tag.endswith("text")]
            assert min(sizes) >= 12


def test_the_drawing_of_a_place_is_the_same_each_time(bundle: Bundle) -> None:
    figure = compose_place(bundle, "MN81", "en").figures[0]
    assert draw(figure) == draw(figure)
    assert draw(figure).desk != draw(replace(figure, title="Other")).desk


def test_threads_that_draw_at_once_do_not_disturb_each_other(bundle: Bundle) -> None:
    figures = [compose_place(bundle, code, "en").figures[0] for code in ("MN81", "MN11", "MN46", "MN21")]
    alone = [draw(figure) for figure in figures]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(draw, figures)) == alone


def test_style_declarations_become_attributes() -> None:
    told = as_attributes("font: 600 12.5px 'Golos Text'; text-anchor: middle; fill: #14212b")
    assert told == ' font-size="12.5" font-weight="600" text-anchor="middle" fill="#14212b"'
    assert (
        as_attributes("font-size: 12px; font-family: 'Golos Text'; fill: none")
        == ' font-size="12" fill="none"'
    )


@pytest.mark.parametrize("pack", ["austria", "usa"])
def test_pages_of_countries_with_counted_flows(pack: str, tmp_path: Path) -> None:
    write_bundle(material_of(pack), tmp_path)
    bundle = read_bundle(tmp_path)
    for code in list(bundle.places)[:5]:
        for lang in languages():
            page = compose_place(bundle, code, lang)
            assert {"came", "left", "net"} <= set(tiles(page))
            assert all(not figure.tag for figure in page.figures)
            assert "partners" in {section.key for section in page.sections}
        assert compose_compare(bundle, code, list(bundle.places)[5], "en").lead
        exhibit = compose_map(bundle, code, bundle.years[-1], "both", "", "en")
        assert not exhibit.figure.tag
        assert "<svg" in draw(exhibit.figure).phone
    assert compose_timeline(bundle, "en").events == ()


def test_every_language_has_the_same_messages_and_slots() -> None:
    assert languages() == ("en", "mn")
    english, mongolian = (load_words(lang).messages for lang in languages())
    assert set(english) == set(mongolian)
    for key in english:
        assert slots(mongolian[key]) - {"event"} <= slots(english[key]) | {"units"}, key
        prose = re.sub(r"\{\w+\}|Nuudel", "", mongolian[key])
        assert not re.findall(r"[A-Za-z]{3,}", prose), key


def slots(message: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(message) if name}


def test_every_message_is_used() -> None:
    code = "\n".join(path.read_text("utf-8") for path in SOURCES.glob("*.py"))
    patterns: list[Callable[[str], bool]] = [
        re.compile(re.sub(r"\{\w+\}", r"\\w+", found).replace(".", r"\.", 1) + "$").match  # type: ignore[misc]
        for found in re.findall(r'f?"([a-z_]+\.[a-z0-9_{}]*\{\w+\}[a-z0-9_{}]*)"', code)
    ]
    for key in load_words("en").messages:
        assert (
            f'"{key}"' in code or any(pattern(key) for pattern in patterns) or key.startswith("licences.")
        ), key


def test_hatching_and_colours_of_the_balance_are_by_sign_and_doubt() -> None:
    from nuudel.publication.charts.years import Series, paint_two_panels

    years = np.arange(2000, 2004)
    values = np.array([5.0, -5.0, -3.0, np.nan])
    with style.mpl.rc_context(style.STYLE):
        drawing = paint_two_panels(
            style.DESK,
            years,
            Series(values, style.IN, doubtful=frozenset({2002}), colour_below=style.OUT),
            Series(values, style.IN, colour_below=style.OUT),
            one_scale=True,
        )
    upper, lower = drawing.axes
    colours = [
        style.mpl.colors.to_hex(bar.get_edgecolor() if bar.get_hatch() else bar.get_facecolor()).upper()
        for bar in upper.patches[:3]
    ]
    assert colours == [style.IN, style.OUT, style.OUT]
    assert [bool(bar.get_hatch()) for bar in upper.patches[:3]] == [False, False, True]
    assert upper.get_ylim() == lower.get_ylim()
