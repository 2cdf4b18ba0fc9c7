"""Every figure drawn once for the desk and once for the phone."""

from dataclasses import dataclass

from nuudel.publication.charts import style
from nuudel.publication.report.document import Figure, Report


@dataclass(frozen=True)
class Drawings:
    """The two SVG drawings of one figure."""

    desk: str
    phone: str


def draw_figure(figure: Figure) -> Drawings:
    """Draw a figure for the desk and for the phone."""
    alt = f"{figure.title}. {figure.subtitle}"
    return Drawings(
        desk=style.to_svg(figure.painter, style.DESK, alt),
        phone=style.to_svg(figure.painter, style.PHONE, alt),
    )


def draw_figures(report: Report) -> dict[str, Drawings]:
    """All figures of a report by their keys."""
    return {figure.key: draw_figure(figure) for figure in report.figures}
