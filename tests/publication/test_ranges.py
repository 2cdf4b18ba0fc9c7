"""Values with their ranges: where they stand, which step back, what is written beside them."""

import numpy as np
import pytest

from nuudel.publication.charts import maps, ranges, style, years

CANVASES = pytest.mark.parametrize("canvas", [style.DESK, style.PHONE], ids=lambda c: c.name)
ROWS = [
    ranges.RangedValue("first", 12.0, 4.0, 21.0, style.OUT),
    ranges.RangedValue("second", -30.0, -38.0, 2.0, style.IN, quiet=True),
]


@CANVASES
def test_each_value_is_a_dot_on_its_range(canvas: style.Canvas) -> None:
    axes = ranges.paint_ranges(canvas, ROWS, unit=" %").axes[0]
    lines = [line for line in axes.lines if line.get_linestyle() == "-" and len(line.get_xdata()) == 2]
    spans = [tuple(line.get_xdata()) for line in lines if line.get_xdata()[0] != line.get_xdata()[1]]
    assert spans == [(4.0, 21.0), (-38.0, 2.0)]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [float(dot.get_xdata()[0]) for dot in dots] == [12.0, -30.0]
    assert [dot.get_markerfacecolor() for dot in dots] == [style.OUT, style.PAPER]  # a quiet one is hollow
    texts = [text.get_text() for text in axes.texts]
    assert {"first", "second", "+12 %", "−30 %"} <= set(texts)
    low, high = axes.get_xlim()
    assert low < -38
    assert high > 21


@CANVASES
def test_all_panels_of_lags_have_one_scale(canvas: style.Canvas) -> None:
    small = [ranges.RangedValue("0", 1.0, 0.5, 1.5), ranges.RangedValue("+1", 2.0, 1.0, 3.0)]
    large = [ranges.RangedValue("0", 10.0, -5.0, 40.0), ranges.RangedValue("+1", 20.0, 10.0, 30.0)]
    drawing = ranges.paint_lags(canvas, [("a", small), ("b", large)], before=1, words=("ahead", "after"))
    assert len(drawing.axes) == 2
    assert drawing.axes[0].get_ylim() == drawing.axes[1].get_ylim()
    assert drawing.axes[0].get_ylim()[0] < -5
    written = {text.get_text() for text in drawing.axes[0].texts}
    assert {"a", "ahead", "after"} <= written


def test_a_band_lies_between_its_ends_and_has_a_gap_where_nothing_is_known() -> None:
    shown = np.arange(2000, 2006)
    low, high = np.array([np.nan, np.nan, 1, 2, 3, 4.0]), np.array([np.nan, np.nan, 5, 6, 7, 8.0])
    line = years.Series(np.full(6, 3.0), style.IN, "x")
    drawing = years.paint_lines(style.DESK, shown, [line], bands=[years.Band(low, high, style.IN)])
    corners = np.vstack([path.vertices for path in drawing.axes[0].collections[0].get_paths()])
    assert (corners[:, 0].min(), corners[:, 0].max()) == (2002, 2005)
    assert (corners[:, 1].min(), corners[:, 1].max()) == (1, 8)


def test_names_of_places_do_not_lie_on_each_other_and_the_busiest_is_named() -> None:
    points = np.array([[100.0, 45.0], [100.05, 45.02], [100.02, 45.05], [106.0, 48.0], [110.0, 44.0]])
    names = ["Alpha", "Bravo", "Charlie", "Delta", "Echo"]
    flows = [maps.Caravan(3, 0, 900.0, style.ALL, True), maps.Caravan(4, 3, 300.0, style.ALL, True)]
    drawing = maps.paint_flows(style.PHONE, points, names, flows)
    drawing.canvas.draw()
    written = [text for text in drawing.axes[0].texts if text.get_text() in names]
    boxes = {text.get_text(): text.get_window_extent() for text in written}
    assert {"Alpha", "Delta", "Echo"} <= boxes.keys()
    placed = list(boxes.values())
    for i, box in enumerate(placed):
        assert not any(box.overlaps(other) for other in placed[i + 1 :])
