"""Drawings of years to come: where the ranges, the circles, the hatches and the words stand."""

import numpy as np
import pytest
import shapely
from matplotlib.patches import Circle

from nuudel.publication.charts import choices, fans, fronts, pyramids, small_maps, style, timelines

CANVASES = pytest.mark.parametrize("canvas", [style.DESK, style.PHONE], ids=lambda c: c.name)
YEARS = np.arange(2025, 2051)
FAN = fans.Fan(YEARS, np.array([40, 42, 50, 58, 60])[:, None] + np.linspace(0, 5, YEARS.size), "a", style.IN)
BOXES = [shapely.box(100, 45, 101, 46), shapely.box(101, 45, 102, 46), shapely.box(102, 45, 103, 46)]


@CANVASES
def test_a_fan_says_where_its_axis_starts(canvas: style.Canvas) -> None:
    axes = fans.paint_fan(canvas, FAN, cut=lambda value: f"from {value}").axes[0]
    floor = axes.get_ylim()[0]
    assert 30 < floor < 40
    assert f"from {floor:.0f}" in {text.get_text() for text in axes.texts}
    bottom = [path.vertices[:, 1].min() for band in axes.collections for path in band.get_paths()]
    assert sorted(bottom) == [40, 42]


def test_a_fan_without_a_cut_starts_at_zero_and_reaches_below_what_is_negative() -> None:
    assert fans.paint_fan(style.DESK, FAN).axes[0].get_ylim()[0] == 0
    counted = fans.Fan(YEARS, FAN.quantiles, "a", style.IN, past_years=YEARS, past=np.full(YEARS.size, -9.0))
    assert fans.paint_fan(style.DESK, counted).axes[0].get_ylim()[0] < -9


@CANVASES
def test_names_at_the_ends_of_a_fan_do_not_lie_on_each_other(canvas: style.Canvas) -> None:
    beside = fans.Beside(YEARS, FAN.quantiles[2] + 0.1, "United Nations", end="52–56")
    drawing = fans.paint_fan(canvas, fans.Fan(YEARS, FAN.quantiles, "this report", style.IN, "47–63"), beside)
    drawing.canvas.draw()
    named = [
        text for text in drawing.axes[0].texts if "report" in text.get_text() or "United" in text.get_text()
    ]
    first, second = (text.get_window_extent() for text in named)
    assert not first.overlaps(second)


@CANVASES
def test_small_fans_have_one_scale_and_their_notes(canvas: style.Canvas) -> None:
    low = fans.Fan(YEARS, FAN.quantiles - 100, "low", style.OUT)
    drawing = fans.paint_small_fans(canvas, [fans.SmallFan(FAN, "+1"), fans.SmallFan(low, "−1")], zero=True)
    assert len({axes.get_ylim() for axes in drawing.axes}) == 1
    assert [{"a", "+1"} <= {t.get_text() for t in drawing.axes[0].texts}] == [True]
    without = fans.paint_small_fans(canvas, [fans.SmallFan(FAN)], outer=False)
    assert len(without.axes[0].collections) == 1


@CANVASES
def test_small_maps_hatch_what_is_unsure_and_keep_their_classes(canvas: style.Canvas) -> None:
    panel = small_maps.MapPanel(
        "2030", np.array([-40.0, 0.0, np.nan]), np.array([False, True, False]), "x", (0,)
    )
    drawing = small_maps.paint_small_maps(
        canvas,
        BOXES,
        [panel, panel, panel],
        (-30, 30),
        ("#111111", "#222222", "#333333"),
        ("a", "b", "c"),
        "?",
    )
    patches = drawing.axes[0].patches
    assert [patch.get_hatch() for patch in patches] == [None, None, "//", None]
    fills = [round(255 * patch.get_facecolor()[0]) for patch in patches if not patch.get_hatch()]
    assert fills == [0x11, 0x22, 0xE4]
    written = {text.get_text() for text in drawing.axes[-1].texts}
    assert written == {"a", "b", "c", "?"}


@CANVASES
def test_the_area_of_a_circle_is_its_count(canvas: style.Canvas) -> None:
    bubbles = [
        small_maps.Bubble(0, 400.0, "a", "+400", False),
        small_maps.Bubble(1, -100.0, "b", "−100", False),
        small_maps.Bubble(2, 100.0, "c", "?", True),
    ]
    axes = small_maps.paint_bubbles(canvas, BOXES, bubbles, [(100.0, "100")]).axes[0]
    circles = [patch for patch in axes.patches if isinstance(patch, Circle)]
    radii = [circle.get_radius() for circle in circles]
    assert radii[0] == pytest.approx(2 * radii[1])
    assert [circle.get_hatch() for circle in circles] == [None, None, "//////"]
    # Fewer is a ring: paper inside, so that up and down differ without their colours.
    paper = pytest.approx((1, 1, 1, 1))
    assert [circle.get_facecolor() == paper for circle in circles] == [False, True, True]
    assert "a\n+400" in {text.get_text() for text in axes.texts}


@CANVASES
def test_words_of_circles_lie_on_no_words_and_no_circle(canvas: style.Canvas) -> None:
    near = [shapely.box(100 + k / 2, 45, 100.5 + k / 2, 46) for k in range(8)]
    bubbles = [small_maps.Bubble(k, 90.0 - 10 * k, f"place {k}", "+1 … +2", False) for k in range(8)]
    drawing = small_maps.paint_bubbles(canvas, near, bubbles, [(50.0, "50")])
    drawing.canvas.draw()
    axes = drawing.axes[0]
    words = [text.get_window_extent() for text in axes.texts]
    circles = [patch.get_window_extent() for patch in axes.patches if isinstance(patch, Circle)]
    assert words
    assert not any(a.overlaps(b) for k, a in enumerate(words) for b in words[k + 1 :])
    assert not any(word.overlaps(circle) for word in words for circle in circles)


def test_sizes_of_the_key_are_round_and_under_the_largest() -> None:
    assert small_maps.round_sizes([-1.0, 74.0]) == (50.0, 10.0)
    assert small_maps.round_sizes([21.0]) == (20.0, 5.0)


@CANVASES
def test_an_assumption_names_its_two_ends_or_the_farther_one(canvas: style.Canvas) -> None:
    both = choices.AssumptionRow("one", (("low", -1.0), ("mid", 0.2), ("high", 2.0)))
    same = choices.AssumptionRow("two", (("near", 0.5), ("far", 1.5)))
    assert choices.ends_of(both) == [("low", -1.0), ("high", 2.0)]
    assert choices.ends_of(same) == [("far", 1.5)]
    axes = choices.paint_choices(canvas, [both, same], "base", decimals=1, unit="").axes[0]
    said = " ".join(text.get_text().replace("\n", " ") for text in axes.texts)
    assert "low: −1.0" in said
    assert "far: +1.5" in said
    assert "near" not in said


def test_a_pyramid_leaves_out_the_open_age_and_is_symmetric() -> None:
    now = np.ones((2, 101))
    now[:, 100] = 50  # the open age, which no year of age is as wide as
    later = np.stack([now * k for k in (0.8, 0.9, 1.0, 1.1, 1.2)])
    axes = pyramids.paint_pyramid(style.PHONE, now, later, ("2025", "2050"), ("f", "m")).axes[0]
    low, high = axes.get_xlim()
    assert low == -high
    assert high == pytest.approx(1.04 * 1.2)


@CANVASES
def test_a_bar_of_a_timeline_covers_its_years(canvas: style.Canvas) -> None:
    row = timelines.TimelineRow("place", (timelines.Span(2026, 2030, 1.0, "5"),), "lever")
    axes = timelines.paint_timeline(canvas, [row], (2026, 2040)).axes[0]
    (bar,) = axes.patches
    assert bar.get_x() == pytest.approx(2025.55)
    assert bar.get_x() + bar.get_width() == pytest.approx(2030.45)
    assert bar.get_hatch()
    assert {"place", "lever", "5"} <= {text.get_text() for text in axes.texts}


@CANVASES
def test_a_front_marks_the_mix_that_was_chosen(canvas: style.Canvas) -> None:
    points = [fronts.FrontPoint(0, 0, 0, 0), fronts.FrontPoint(5, -2, -3, -1, "−3 … −1", chosen=True)]
    axes = fronts.paint_front(
        canvas, points, cost_words="cost", effect_words="effect", say_cost=str, say_effect=str
    ).axes[0]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [dot.get_color() for dot in dots] == [style.ALL, style.VIOLET]
    (label,) = [text for text in axes.texts if text.get_text() == "−3 … −1"]
    assert label.get_ha() == "right"
    assert label.get_path_effects()


@pytest.mark.parametrize(
    ("low", "high", "decimals"),
    [(26_000, 40_000, -3), (48.8, 56.4, 0), (0.2, 0.5, 2), (1, 1, 0), (4.06, 4.38, 2)],
)
def test_a_range_is_rounded_to_its_width(low: float, high: float, decimals: int) -> None:
    assert style.known_decimals(low, high) == decimals


@pytest.mark.parametrize(
    ("low", "high", "signed", "text"),
    [
        (26_123, 39_875, False, "26,000–40,000"),
        (-3.24, 5.1, False, "−3\u00a0…\u00a05"),
        (3.0, 9.0, True, "+3\u00a0…\u00a0+9"),
        (5.0, 5.0, False, "5"),
    ],
)
def test_a_range_as_the_house_writes_it(low: float, high: float, signed: bool, text: str) -> None:
    assert style.span(low, high, signed=signed) == text
