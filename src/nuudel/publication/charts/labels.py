"""Names beside bars: measured in the font they are drawn in, and broken into lines rather than cut off."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from nuudel.publication.charts import style

LINE_HEIGHT = 1.22


@lru_cache(maxsize=4096)
def width_of(text: str, size: float = style.LABEL, weight: int = 400) -> float:
    """How wide a text is, in CSS pixels."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    style.register_fonts()
    font = FontProperties(family=style.WORK, size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(text, font, ismath=False)[0])


def lines_of(text: str, width: float, size: float = style.LABEL, weight: int = 400) -> list[str]:
    """A text in lines that fit; a word that is wider than a line is broken where the line ends."""

    def fits(part: str) -> bool:
        return width_of(part, size, weight) <= width

    lines: list[str] = []
    line = ""
    for word in text.split():
        longer = f"{line} {word}".strip()
        if fits(longer):
            line = longer
            continue
        if line:
            lines.append(line)
        line = word
        while not fits(line) and len(line) > 1:
            cut = next(end for end in range(len(line) - 1, 0, -1) if end == 1 or fits(line[:end]))
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line] if line or not lines else lines


@dataclass(frozen=True)
class Names:
    """Names of rows broken into lines.

    Attributes
    ----------
    room
        Width of the widest line, in CSS pixels.
    lines
        How many lines each name has.
    """

    texts: tuple[str, ...]
    room: float
    lines: tuple[int, ...]

    def heights(self, row: float) -> list[float]:
        """The height of each row: more where its name needs more lines."""
        more = style.LABEL * LINE_HEIGHT
        return [row + more * (count - 1) for count in self.lines]


def broken(names: Sequence[str], most: float) -> Names:
    """Names in lines of ``most`` CSS pixels at most."""
    lines = [lines_of(name, most) for name in names]
    room = max((width_of(line) for several in lines for line in several), default=0.0)
    return Names(tuple("\n".join(several) for several in lines), room, tuple(len(one) for one in lines))
