"""Drawings of rounds and flow points: nothing is cut off, what is estimated looks it."""

from itertools import pairwise

import matplotlib as mpl
import numpy as np
import pytest
import shapely
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Circle as Round
from matplotlib.text import Text

from nuudel.publication.charts import circles, labels, ranking, sexes, steps, style, watches

LONG = "Байгалийн гамшиг, зуд, ган, үер болон түүний дараах амьжиргааны эх үүсвэрийн алдагдлаас шалтгаалсан"
UNBROKEN = "Хүнхүчингүйдэлшилжилтийнурсгалынажиглалтынцэгийнмэдээллийнсан"


def told_outside(drawing: Figure) -> list[str]:
    """The texts that reach over the edge of a drawing."""
    canvas = FigureCanvasAgg(drawing)
    canvas.draw()
    width, height = drawing.get_size_inches() * drawing.dpi
    found = []
    # Ticks beyond the end of an axis are made and not drawn.
    beyond = {
        tick.label1
        for axes in drawing.axes
        for axis in (axes.xaxis, axes.yaxis)
        for tick in axis.get_major_ticks()
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    for text in drawing.findobj(Text):
        if not text.get_text().strip() or text in beyond:
            continue
        box = text.get_window_extent(canvas.get_renderer())
        inside = box.x0 >= -0.5 and box.x1 <= width + 0.5 and box.y0 >= -0.5 and box.y1 <= height + 0.5
        if not inside:
            found.append(text.get_text())
    return found


@pytest.fixture(autouse=True)
def look() -> object:
    with mpl.rc_context({**style.STYLE, "text.hinting": "none"}):
        yield


@pytest.mark.parametrize("canvas", [style.DESK, style.PHONE], ids=lambda one: one.name)
def test_long_names_are_broken_and_never_cut(canvas: style.Canvas) -> None:
    names = [LONG, UNBROKEN, "Ус"]
    ranked = ranking.paint_ranking(
        canvas,
        names,
        np.array([60.0, 30.0, 0.0]),
        texts=["60 % (1,234,567)", "30 %", "0 %"],
        ranges=np.array([(40.0, 80.0), (10.0, 50.0), (0.0, 5.0)]),
    )
    several = [
        steps.Step(name, 0.0, 40_000.0, "53,000 (50,000–62,000)", "whole", 30_000.0, 62_000.0)
        for name in names
    ]
    groups = [sexes.Group(name, 1e6, 2.0, "1,000,000", "2") for name in names]
    drawings = (
        ranked,
        steps.paint_steps(canvas, several),
        sexes.paint_sexes(canvas, groups, ("Эрэгтэй", "Эмэгтэй")),
    )
    for drawing in drawings:
        assert told_outside(drawing) == []
        shown = "".join(text.get_text() for text in drawing.findobj(Text))
        for name in names:
            assert name.replace(" ", "") in shown.replace("\n", "").replace(" ", "")


def test_names_keep_their_words_whole_where_they_fit() -> None:
    lines = labels.lines_of(LONG, 200)
    assert len(lines) > 2
    assert " ".join(lines) == LONG
    assert all(labels.width_of(line) <= 200 for line in labels.lines_of(UNBROKEN, 200))


def test_steps_hang_between_the_totals_and_estimates_are_hatched() -> None:
    told = [
        steps.Step("before", 0.0, 200.0, "200", "all"),
        steps.Step("both", 200.0, 30.0, "+30", "in"),
        steps.Step("lost", 230.0, -75.0, "−75", "coverage"),
        steps.Step("now", 0.0, 155.0, "155", "all"),
        steps.Step("estimated", 155.0, 40.0, "+40", "estimated"),
    ]
    bars = steps.paint_steps(style.DESK, told).axes[0].patches
    starts, ends = ([bar.get_x() for bar in bars], [bar.get_x() + bar.get_width() for bar in bars])
    assert starts == pytest.approx([0, 200, 155, 0, 155])
    assert ends == pytest.approx([200, 230, 230, 155, 195])
    assert [bool(bar.get_hatch()) for bar in bars] == [False, False, False, False, True]
    colours = [mpl.colors.to_hex(bar.get_facecolor()).upper() for bar in bars[:3]]
    assert colours == [style.ALL, style.IN, style.LINE]


def ground() -> circles.Ground:
    west, east = shapely.box(0, 0, 300, 200), shapely.box(300, 0, 600, 200)
    return circles.Ground([west], [east], [], [shapely.union_all([west, east])])


KEY = circles.Key("тоолсон", "тооцооны хамт", "бүгд хамрагдаагүй")


@pytest.mark.parametrize("canvas", [style.DESK, style.PHONE], ids=lambda one: one.name)
def test_circles_are_as_large_as_counts_and_hollow_where_estimated(canvas: style.Canvas) -> None:
    spots = [
        circles.Circle(100, 100, 400, 400, "Тосонцэнгэл"),
        circles.Circle(20, 190, 100, 100, "Баянтэс, нэг дэх баг"),
        circles.Circle(450, 100, 200, 0, "Идэр"),
    ]
    drawing = circles.paint_circles(canvas, ground(), spots, KEY)
    on_map = [patch for patch in drawing.axes[0].patches if isinstance(patch, Round)]
    by_place = {patch.center: patch for patch in on_map}
    assert by_place[100, 100].radius == pytest.approx(2 * by_place[20, 190].radius)
    assert mpl.colors.to_rgba(by_place[450, 100].get_facecolor())[3] == 0
    assert [bool(patch.get_hatch()) for patch in drawing.axes[0].patches[:2]] == [False, True]
    assert told_outside(drawing) == []
    shown = [text.get_text() for text in drawing.axes[1].texts]
    assert [word in shown for word in (KEY.counted, KEY.estimated, KEY.missing)] == [True] * 3


def test_names_on_the_map_do_not_lie_over_each_other() -> None:
    crowd = [circles.Circle(100 + 3 * place, 100, 50 + place, 50, f"Сум {place}") for place in range(30)]
    placed = circles.placed_names(crowd, 80, circles.LARGEST, 1.0, (0.0, 600.0), 8)
    assert placed[0][0].name == "Сум 29"
    places = sorted((x, y) for _, x, y in placed)
    assert all(abs(a[0] - b[0]) > 20 or abs(a[1] - b[1]) > 10 for a, b in pairwise(places))


def test_hours_and_days_that_nobody_watched_are_hatched() -> None:
    hours = [watches.Hour(hour, *((5, 3) if 8 <= hour < 12 else (None, None))) for hour in range(24)]
    drawing = watches.paint_hours(style.DESK, hours, ("Дотогш", "Гадагш"))
    assert sum(bool(patch.get_hatch()) for patch in drawing.axes[0].patches) == 20
    assert told_outside(drawing) == []
    days = [watches.Day("11-01", True, 20.0, 60.0, 40.0, 90.0), watches.Day("11-02", False, 0.0)]
    drawing = watches.paint_days(style.PHONE, days)
    hatched = [patch for patch in drawing.axes[0].patches if patch.get_hatch()]
    assert len(hatched) == 1
    assert drawing.axes[0].get_ylim()[1] > 90
    assert told_outside(drawing) == []
