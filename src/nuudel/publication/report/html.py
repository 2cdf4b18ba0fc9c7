"""The report as one self-contained HTML file: fonts and drawings inside, nothing loaded from elsewhere."""

import base64
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nuudel.publication.charts.style import FONTS_FOLDER, register_fonts
from nuudel.publication.report.document import Report
from nuudel.publication.report.drawings import Drawings
from nuudel.publication.report.words import load_words

TEMPLATES = Path(__file__).parent / "templates"
FACES = (
    ("Golos Text", "GolosText", (400, 500, 600)),
    ("Literata", "Literata", (400, 600)),
)
# The mark: two paths that become one.
MARK = (
    "M2.6 2.5c1.3 5.6 4 8.9 7 11.2V22H12V12.4C8.6 10.4 5.3 7.4 3.7 2.3Z",
    "M21.4 2.5c-1.3 5.6-4 8.9-7 11.2V22H12V12.4c3.4-2 6.7-5 8.3-10.1Z",
)


def write_html(report: Report, drawings: Mapping[str, Drawings]) -> str:
    """Render the report; the result needs no other file but its tables' links."""
    register_fonts()
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        report=report,
        drawings=drawings,
        words=load_words(report.lang),
        css=as_style((TEMPLATES / "report.css").read_text("utf-8")),
        fonts_css=as_style(
            "".join(face_rule(family, file, weight) for family, file, weights in FACES for weight in weights)
        ),
        mark=MARK,
    )


def as_style(css: str) -> str:
    from markupsafe import Markup

    return Markup(css)  # noqa: S704 our own style sheet, no input in it


def face_rule(family: str, file: str, weight: int) -> str:
    data = base64.b64encode((FONTS_FOLDER / f"{file}-{weight}.woff2").read_bytes()).decode("ascii")
    return (
        f'@font-face{{font-family:"{family}";font-weight:{weight};font-display:swap;'
        f"src:url(data:font/woff2;base64,{data}) format('woff2')}}\n"
    )
