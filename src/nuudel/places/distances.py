"""Great-circle distances between places."""

import numpy as np
import numpy.typing as npt

from nuudel.base.errors import PlacesError

EARTH_RADIUS_KM = 6371.0088

Array = npt.NDArray[np.float64]


def great_circle(
    lat: npt.ArrayLike,
    lon: npt.ArrayLike,
    to_lat: npt.ArrayLike | None = None,
    to_lon: npt.ArrayLike | None = None,
) -> Array:
    """Distances on the sphere, in kilometres, by the haversine formula.

    The radius is the mean radius of the earth of the IUGG (Moritz 2000, Geodetic Reference System 1980,
    R1 = 6371.0088 km); against the ellipsoid a distance is off by 0.6 % at most.

    Parameters
    ----------
    lat, lon
        Degrees, shape (n,).
    to_lat, to_lon
        Degrees, shape (m,); without them, distances within the first set.

    Returns
    -------
    Array of shape (n, m), or (n, n) with a diagonal of exact zeros.

    Raises
    ------
    PlacesError
        ``PLACES-115`` a latitude or longitude is no number, out of range, or one lacks its partner.
    """
    phi, lam = radians(lat, lon)
    if to_lat is None and to_lon is None:
        phi_to, lam_to = phi, lam
    else:
        phi_to, lam_to = radians(to_lat, to_lon)
    half = haversine(phi[:, None] - phi_to[None, :])
    half += np.cos(phi)[:, None] * np.cos(phi_to)[None, :] * haversine(lam[:, None] - lam_to[None, :])
    # Rounding can lift the haversine of antipodes above one.
    return 2 * EARTH_RADIUS_KM * np.arcsin(np.sqrt(np.minimum(half, 1.0)))


def haversine(angle: Array) -> Array:
    return np.square(np.sin(angle / 2))


def radians(lat: npt.ArrayLike | None, lon: npt.ArrayLike | None) -> tuple[Array, Array]:
    phi = np.atleast_1d(np.asarray(lat, dtype=np.float64))
    lam = np.atleast_1d(np.asarray(lon, dtype=np.float64))
    fit = phi.shape == lam.shape and phi.ndim == 1
    # A comparison with NaN is false, so missing values are caught here too.
    if not fit or not bool(np.all(np.abs(phi) <= 90) and np.all(np.abs(lam) <= 360)):
        raise PlacesError(
            115,
            "latitudes and longitudes must be two equally long lists of degrees, latitudes from -90 to 90.",
            "Correct the coordinates.",
            ("latitude", "longitude"),
        )
    return np.radians(phi), np.radians(lam)
