"""A small map that shows where a place lies: the units of the country, and the place among them."""

from dataclasses import dataclass

from nuudel.publication.explorer.read import Bundle


@dataclass(frozen=True)
class Locator:
    """The map: the units' outlines, the one that is shown, and the point of a place inside it.

    Attributes
    ----------
    view
        The frame, as the ``viewBox`` of an SVG.
    land
        Outlines of the other units, in one path.
    here
        Outline of the unit that is the place or has it inside.
    point
        Where a place inside a unit lies, as text for SVG; None for a unit.
    """

    view: str
    land: str
    here: str
    point: tuple[str, str] | None


def locator(bundle: Bundle, code: str) -> Locator | None:
    """Where a place lies; None where the bundle has no outlines of its unit."""
    drawn = bundle.shapes(bundle.unit_level)
    place = bundle.place(code)
    unit = place.code if place.level == bundle.unit_level else place.parent
    outlines = {entry["code"]: str(entry["d"]) for entry in drawn["units"]} if drawn else {}
    if drawn is None or unit not in outlines:
        return None
    view = f"0 0 {drawn['width']} {drawn['height']}"
    point = None if place.code == unit else (f"{place.xy[0]:g}", f"{place.xy[1]:g}")
    others = "".join(path for key, path in outlines.items() if key != unit)
    return Locator(view, others, outlines[unit], point)
