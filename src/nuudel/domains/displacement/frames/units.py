"""The units in which areas are shown together: aimags, or soums where all areas lie in one aimag."""

from collections.abc import Iterable

from nuudel.domains.displacement.frames.codes import soum_of
from nuudel.web.access.models import Place
from nuudel.web.access.units import AIMAG, SOUM, unit_of


def units_of_areas(areas: Iterable[str]) -> dict[str, str]:
    """The unit of each area; of an area whose soum is not known that soum's code."""
    soums = {code: soum_of(code) for code in areas if code}
    paths = dict(Place.objects.filter(code__in=set(soums.values())).values_list("code", "path"))
    level = AIMAG if len({unit_of(path) for path in paths.values()}) > 1 else SOUM
    return {code: unit_of(paths[soum], level) if soum in paths else soum for code, soum in soums.items()}
