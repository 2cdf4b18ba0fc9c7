"""The look of every drawing: colours, fonts, sizes and how a drawing becomes SVG or PNG.

Values are those of the design tokens (light theme). Drawings are made at real pixel size, one for the
desk and one for the phone: one unit of the drawing is one CSS pixel, and no text is under 12 px.
"""

import hashlib
import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nuudel.base.errors import PublicationError

FONTS_FOLDER = Path(__file__).parent.parent / "fonts"

INK, INK_2, LINE, GRID, PAPER, FELT = "#14212B", "#475966", "#B9C4CC", "#E6EBEF", "#FFFFFF", "#EFEDE8"
IN, OUT, ALL = "#1A5F9E", "#A85B00", "#24384A"
VIOLET, VIOLET_SOFT, BERRY, BERRY_SOFT = "#5B4B8A", "#ECE6F3", "#8E2433", "#FBE8E8"
QUIET, NO_DATA, HATCH = "#B9C4CC", "#E4E1DA", "#B9B3A6"
CATEGORIES = ("#2668B6", "#C07A12", "#4C925A", "#8E2433", "#1B2B4B", "#A782C2", "#00676F")
NET = ("#6F360F", "#BB7328", "#E4BD85", "#F0E1C6", "#EFEDE8", "#D3EAF7", "#9CCFEF", "#4285C1", "#194276")
NET_BREAKS = (-70, -50, -30, -10, 10, 30, 50, 70)
GRASS = ("#F3F6DF", "#C6D8A3", "#91B675", "#5A9054", "#366B3E", "#1D4C2D", "#0F301F")

WORK, SAY = "Golos Text", "Literata"
TICK, LABEL = 12.0, 12.5


@dataclass(frozen=True)
class Canvas:
    """The width a drawing is made for, in CSS pixels."""

    name: str
    width: float

    @property
    def is_phone(self) -> bool:
        return self.name == "phone"


DESK = Canvas("desk", 640.0)
PHONE = Canvas("phone", 304.0)


@cache
def register_fonts() -> None:
    """Make the package's fonts known to matplotlib, once a process.

    Raises
    ------
    PublicationError
        ``PUBLICATION-301``: the fonts, which the installation builds, are missing.
    """
    from matplotlib import font_manager

    files = sorted(FONTS_FOLDER.glob("*.ttf"))
    if not files:
        raise PublicationError(
            301,
            "the fonts that the installation builds are missing.",
            "Run `uv sync --reinstall-package nuudel` with the network on.",
        )
    for file in files:
        font_manager.fontManager.addfont(file)


STYLE: dict[Any, Any] = {
    "font.family": WORK,
    "font.size": LABEL,
    "text.color": INK,
    "text.parse_math": False,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK_2,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.spines.left": False,
    "axes.spines.bottom": False,
    "axes.grid": False,
    "xtick.color": INK_2,
    "ytick.color": INK_2,
    "xtick.labelsize": TICK,
    "ytick.labelsize": TICK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "xtick.major.pad": 5,
    "ytick.major.pad": 4,
    "hatch.linewidth": 1.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "nuudel",
    "figure.facecolor": "none",
    "axes.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.unicode_minus": True,
}


def new_drawing(canvas: Canvas, height: float) -> Figure:
    """An empty drawing of the canvas's width and the given height in CSS pixels."""
    register_fonts()
    return Figure(figsize=(canvas.width / 72, height / 72), dpi=72)


def place_axes(
    drawing: Figure, left: float, top: float, width: float, height: float, *, share: Axes | None = None
) -> Axes:
    """Axes at a position in CSS pixels from the drawing's top left corner."""
    total_width, total_height = drawing.get_size_inches() * 72
    box = (
        left / total_width,
        1 - (top + height) / total_height,
        width / total_width,
        height / total_height,
    )
    return drawing.add_axes(box, sharex=share)


def to_svg(painter: Callable[[Canvas], Figure], canvas: Canvas, alt: str) -> str:
    """Paint and return SVG with real text, an accessible name and no ids that could clash in one page."""
    with mpl.rc_context(STYLE):
        return save_svg(painter(canvas), alt)


def to_svg_and_png(painter: Callable[[Canvas], Figure], canvas: Canvas, alt: str) -> tuple[str, bytes]:
    """Paint once and return the SVG, and a PNG on white paper at twice the pixel size."""
    with mpl.rc_context(STYLE):
        drawing = painter(canvas)
        svg = save_svg(drawing, alt)
        buffer = io.BytesIO()
        drawing.savefig(buffer, format="png", dpi=144, facecolor=PAPER, metadata={"Software": None})
    return svg, buffer.getvalue()


def save_svg(drawing: Figure, alt: str) -> str:
    buffer = io.StringIO()
    drawing.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    return as_inline_svg(buffer.getvalue(), alt)


def as_inline_svg(svg: str, alt: str) -> str:
    svg = svg[svg.index("<svg") :]
    width, height = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg).groups()  # type: ignore[union-attr]
    svg = re.sub(r"<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<style type="text/css">.*?</style>', "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*"(/?)>', r"<g\1>", svg)
    # Several drawings stand in one page: each has names of its own for its patterns and clips.
    own = hashlib.sha256(f"{alt}{svg}".encode()).hexdigest()[:8]
    svg = re.sub(r'( id="|url\(#|xlink:href="#)', rf"\g<1>{own}-", svg)
    name = alt.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        f' viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-label="{name}"'
        f' style="stroke-linejoin:round">'
    )
    return opening + svg[svg.index(">") + 1 :]


def number(value: float, decimals: int = 0, *, sign: bool = False) -> str:
    """A number as the house writes it: thousands with a comma, a true minus, a plus where asked.

    Negative ``decimals`` round to tens, hundreds, thousands. What is not counted is an en dash.
    """
    if not np.isfinite(value):
        return "–"
    size = round(abs(value), decimals) if decimals < 0 else abs(value)
    text = f"{size:,.{max(decimals, 0)}f}"
    if float(text.replace(",", "")) == 0:
        return text
    return ("−" if value < 0 else "+" if sign else "") + text


def known_decimals(low: float, high: float) -> int:
    """Decimals that a range supports: its last digit is worth between a fiftieth and a fifth of its width."""
    width = abs(high - low)
    if not np.isfinite(width) or width == 0:
        return 0
    return -int(np.floor(np.log10(width / 5)))


def span(low: float, high: float, decimals: int | None = None, *, signed: bool = False) -> str:
    """A range as the house writes it: an en dash between its ends, three dots where one has a sign."""
    places = known_decimals(low, high) if decimals is None else decimals
    first, last = (number(value, places, sign=signed) for value in (low, high))
    if first == last:
        return first
    return f"{first}\u00a0…\u00a0{last}" if signed or low < 0 else f"{first}–{last}"
