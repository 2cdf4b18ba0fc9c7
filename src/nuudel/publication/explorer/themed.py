"""Figures drawn for a page of the web: colours as CSS variables, real text, no style attributes.

A drawing follows the page into dark mode by itself. Presentation attributes are used in place of style
attributes, so that a page that forbids inline styles shows them all the same.
"""

import io
import re
from threading import Lock

import matplotlib as mpl
from matplotlib.figure import Figure as Drawing
from matplotlib.text import Text as DrawnText

from nuudel.publication.charts import style
from nuudel.publication.explorer.palettes import VARIABLES
from nuudel.publication.report.document import Figure
from nuudel.publication.report.drawings import Drawings

# matplotlib keeps its settings for the whole process: two threads never draw at once.
DRAWING = Lock()
HALO = re.compile(r'<g id="halo-([0-9a-f]{6})-([0-9]+(?:\.[0-9]+)?)-\d+">')
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\b")
# A tenth of a pixel is all that can be seen of a point.
PATH = re.compile(r' (?:d|points|transform)="[^"]*"')
DECIMALS = re.compile(r"-?\d+\.\d{2,}")
STYLED = re.compile(r' style="([^"]*)"')
FONT = re.compile(r"(?:(?P<weight>\d{3}|bold|normal) )?(?P<size>[\d.]+)px (?P<family>.+)")


def draw(figure: Figure) -> Drawings:
    """A figure for the desk and for the phone, as themed SVG."""
    alt = f"{figure.title}. {figure.subtitle}"
    with DRAWING, mpl.rc_context(style.STYLE):
        desk, phone = (figure.painter(canvas) for canvas in (style.DESK, style.PHONE))
        return Drawings(themed_svg(desk, alt), themed_svg(phone, alt))


def themed_svg(drawing: Drawing, alt: str) -> str:
    """A drawing as inline SVG whose colours are the variables of the design tokens.

    Colours that are none of the tokens stay as they are. Words with a halo stay words.
    """
    mark_halos(drawing)
    buffer = io.StringIO()
    drawing.savefig(buffer, format="svg", metadata={"Date": None, "Creator": None})
    svg = HALO.sub(
        lambda found: (
            f'<g paint-order="stroke" stroke="#{found[1]}" stroke-width="{found[2]}" stroke-linejoin="round">'
        ),
        buffer.getvalue(),
    )
    svg = STYLED.sub(lambda found: as_attributes(found[1]), style.as_inline_svg(svg, alt))
    svg = PATH.sub(lambda found: DECIMALS.sub(tenths, found[0]), svg)
    svg = COLOUR.sub(lambda found: VARIABLES.get(found[0].upper(), found[0]), svg)
    return svg.replace("<svg ", '<svg font-family="var(--work)" ', 1)


def tenths(found: re.Match[str]) -> str:
    """A number with one decimal at most."""
    return f"{float(found[0]):.1f}".removesuffix(".0")


def mark_halos(drawing: Drawing) -> None:
    """Name words that have a halo by its colour and width, for with path effects they become shapes."""
    for number, words in enumerate(drawing.findobj(DrawnText)):
        effects = words.get_path_effects()
        if not effects:
            continue
        told = effects[0]._gc  # type: ignore[attr-defined]  # the stroke that withStroke was given
        colour = mpl.colors.to_hex(told["foreground"])[1:]
        words.set_path_effects([])
        words.set_gid(f"halo-{colour}-{told['linewidth']:g}-{number}")


def as_attributes(declarations: str) -> str:
    """The declarations of a style attribute as presentation attributes."""
    attributes = []
    for declaration in declarations.split(";"):
        name, _, value = (part.strip() for part in declaration.partition(":"))
        if not value:
            continue
        if name == "font" and (found := FONT.fullmatch(value)):
            attributes.append(("font-size", found["size"]))
            if found["weight"]:
                attributes.append(("font-weight", found["weight"]))
        elif name not in ("font", "font-family"):  # the drawing has the page's font
            attributes.append((name, value.removesuffix("px") if name == "font-size" else value))
    return "".join(f' {name}="{value}"' for name, value in attributes)
