"""Drawings: numbers as the house writes them, marks where the data are, letters of both languages."""

import re

import numpy as np
import pytest
import shapely
from fontTools.ttLib import TTFont

from nuudel.publication.charts import maps, ranking, style, years
from nuudel.publication.charts.events import Event

YEARS = np.arange(2000, 2023)


@pytest.mark.parametrize(
    ("value", "decimals", "sign", "text"),
    [
        (1234567, 0, False, "1,234,567"),
        (-41.26, 1, False, "−41.3"),
        (41.26, 1, True, "+41.3"),
        (-0.04, 1, True, "0.0"),
        (0, 0, True, "0"),
        (2790, -2, False, "2,800"),
    ],
)
def test_numbers(value: float, decimals: int, sign: bool, text: str) -> None:
    assert style.number(value, decimals, sign=sign) == text


@pytest.mark.parametrize("font", sorted(style.FONTS_FOLDER.glob("*.ttf")), ids=lambda p: p.stem)
def test_every_font_has_the_letters_of_both_languages(font: str) -> None:
    characters = TTFont(font).getBestCmap()
    needed = "abcABCабвАБВӨөҮүЁё₮−–×÷Σ“”0123456789"
    assert [c for c in needed if ord(c) not in characters] == []


@pytest.mark.parametrize("canvas", [style.DESK, style.PHONE], ids=lambda c: c.name)
def test_bars_stand_where_their_years_are(canvas: style.Canvas) -> None:
    values = np.arange(len(YEARS), dtype=float)
    values[3] = np.nan
    drawing = years.paint_horizon(canvas, YEARS, years.Series(values, style.IN))
    bars = drawing.axes[0].patches
    assert len(bars) == len(YEARS) - 1
    middles = {round(bar.get_x() + bar.get_width() / 2): bar.get_height() for bar in bars}
    assert middles[2010] == 10
    assert 2003 not in middles


def test_what_left_goes_down_and_doubtful_bars_are_hatched() -> None:
    above = years.Series(np.full(len(YEARS), 5.0), style.IN, doubtful=frozenset({2001}))
    below = years.Series(np.full(len(YEARS), 3.0), style.OUT)
    bars = years.paint_horizon(style.DESK, YEARS, above, below).axes[0].patches
    assert {bar.get_height() for bar in bars} == {5.0, -3.0}
    hatched = [round(bar.get_x() + bar.get_width() / 2) for bar in bars if bar.get_hatch()]
    assert hatched == [2001]


def test_the_years_of_a_rule_are_a_band_with_its_word() -> None:
    series = years.Series(np.ones(len(YEARS)), style.IN)
    svg = style.to_svg(
        lambda canvas: years.paint_horizon(
            canvas, YEARS, series, events=[Event("policy", 2017, 2019, "бүртгэл хаалттай")]
        ),
        style.DESK,
        "A & B",
    )
    assert "бүртгэл хаалттай" in svg
    assert style.VIOLET_SOFT.lower() in svg.lower()
    assert 'aria-label="A &amp; B"' in svg


def test_an_svg_carries_nothing_that_could_clash_in_a_page() -> None:
    painter = lambda canvas: ranking.paint_ranking(canvas, ["a", "b"], np.array([1.0, -2.0]))  # noqa: E731
    svg = style.to_svg(painter, style.PHONE, "x")
    assert "<metadata" not in svg
    assert "<style" not in svg
    assert not re.findall(r'<g id="', svg)
    assert svg == style.to_svg(painter, style.PHONE, "x")


def test_a_caravan_is_thin_where_people_leave_and_wide_where_they_arrive() -> None:
    start, end = np.array([0.0, 0.0]), np.array([100.0, 0.0])
    (path,) = maps.caravan_path(start, end, 10.0, dashed=False)
    points = path.vertices

    def width(x: float) -> float:
        near = points[np.abs(points[:, 0] - x) < 4]
        return float(near[:, 1].max() - near[:, 1].min())

    assert width(93) > 3 * width(8)


def test_both_directions_of_a_pair_bend_to_their_right() -> None:
    start, end = np.array([0.0, 0.0]), np.array([100.0, 0.0])
    (there,) = maps.caravan_path(start, end, 1.0, dashed=False)
    (back,) = maps.caravan_path(end, start, 1.0, dashed=False)
    assert there.vertices[:, 1].min() < -5  # going east, right is south
    assert back.vertices[:, 1].max() > 5  # going west, right is north


def test_estimated_flows_walk_in_dashes() -> None:
    start, end = np.array([0.0, 0.0]), np.array([100.0, 0.0])
    assert len(maps.caravan_path(start, end, 1.0, dashed=True)) > 5


def test_areas_take_the_colour_of_their_class_and_no_data_is_hatched() -> None:
    units = [
        maps.MapUnit(shapely.box(100, 45, 101, 46), -80.0),
        maps.MapUnit(shapely.box(101, 45, 102, 46), 5.0),
        maps.MapUnit(shapely.box(102, 45, 103, 46), float("nan")),
    ]
    drawing = maps.paint_choropleth(
        style.DESK, units, style.NET_BREAKS, style.NET, ("low", "0", "high"), no_data_word="no value"
    )
    colours = [patch.get_facecolor() for patch in drawing.axes[0].patches]
    assert [round(255 * c) for c in colours[0][:3]] == [0x6F, 0x36, 0x0F]
    assert [round(255 * c) for c in colours[1][:3]] == [0xEF, 0xED, 0xE8]
    assert drawing.axes[0].patches[2].get_hatch()
    assert any("no value" in text.get_text() for axes in drawing.axes for text in axes.texts)


def test_the_projection_keeps_areas() -> None:
    # On the sphere of radius R one degree by one degree has the area R² Δλ (sin φ2 − sin φ1).
    projection = maps.Projection.around(np.array([88.0, 120.0]), np.array([41.0, 52.0]))
    areas = []
    for south in (42.0, 50.0):
        box = shapely.segmentize(shapely.box(100, south, 101, south + 1), 0.01)
        drawn = shapely.transform(box, projection.project).area
        radians = np.radians([south, south + 1])
        areas.append(drawn / (np.sin(radians[1]) - np.sin(radians[0])))
    # The projection is of the ellipsoid, the formula of the sphere: they agree to half a per cent.
    assert areas[0] == pytest.approx(areas[1], rel=0.005)


def test_places_that_all_stand_at_zero_are_drawn() -> None:
    drawing = ranking.paint_ranking(style.DESK, ["a", "b"], np.zeros(2))
    assert {bar.get_width() for bar in drawing.axes[0].patches} == {0.0}


def test_what_was_not_counted_is_no_number() -> None:
    assert style.number(float("nan"), 1) == "–"
