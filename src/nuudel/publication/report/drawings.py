"""Every figure drawn once for the desk and once for the phone."""

from dataclasses import dataclass

from nuudel.publication.charts import style
from nuudel.publication.report.document import Figure


@dataclass(frozen=True)
class Drawings:
    """The two SVG drawings of one figure."""

    desk: str
    phone: str


def draw_figure(figure: Figure) -> tuple[Drawings, bytes]:
    """Draw a figure for the desk and for the phone; the desk's also as PNG."""
    alt = f"{figure.title}. {figure.subtitle}"
    desk, png = style.to_svg_and_png(figure.painter, style.DESK, alt)
    return Drawings(desk, style.to_svg(figure.painter, style.PHONE, alt)), png
