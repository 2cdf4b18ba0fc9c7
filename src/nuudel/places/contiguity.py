"""Which units border on which."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely

from nuudel.places.boundaries import Boundaries

# Files repeat a common border with rounded positions: a strip of about a metre is searched, and what is
# shorter than about ten metres within it is a common corner, not a border.
STRIP_DEGREES = 1e-5
SHORTEST_BORDER_DEGREES = 1e-4


def contiguity(drawn: Boundaries, codes: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Rook contiguity: whether two units share a border of more than a point.

    Parameters
    ----------
    drawn
        Boundaries of the units' level.
    codes
        The units, in the order of the rows and columns.

    Returns
    -------
    Symmetric array of shape (n, n), False on the diagonal. Units that one polygon stands for border on each
    other and on all neighbours of the polygon.

    Raises
    ------
    PlacesError
        ``PLACES-151`` a unit without a polygon.
    """
    regions = [drawn.region(code) for code in codes]
    distinct = list({id(region): region for region in regions}.values())
    position = {id(region): i for i, region in enumerate(distinct)}
    borders = region_borders([region.geometry for region in distinct])
    np.fill_diagonal(borders, True)
    where = np.array([position[id(region)] for region in regions], dtype=np.intp)
    matrix: npt.NDArray[np.bool_] = borders[np.ix_(where, where)]
    np.fill_diagonal(matrix, False)
    return matrix


def region_borders(geometries: Sequence[shapely.Geometry]) -> npt.NDArray[np.bool_]:
    """Whether two polygons share a border, shape (n, n), False on the diagonal."""
    lines = shapely.boundary(np.asarray(geometries, dtype=object))
    strips = shapely.buffer(np.asarray(geometries, dtype=object), STRIP_DEGREES, quad_segs=2)
    first, second = shapely.STRtree(lines).query(strips, predicate="intersects")
    pairs = first != second
    first, second = first[pairs], second[pairs]
    length = shapely.length(shapely.intersection(lines[second], strips[first]))
    matrix = np.zeros((len(geometries), len(geometries)), dtype=np.bool_)
    matrix[first, second] = length > SHORTEST_BORDER_DEGREES
    return matrix | matrix.T
