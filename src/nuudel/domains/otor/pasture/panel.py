"""The load of a soum, for whoever decides on a request."""

from datetime import date

from nuudel.domains.otor.pasture.standing import standing_on
from nuudel.model.pasture.load import Load


def load_of(place: str, day: date, but: float = 0) -> Load:
    """The load of a soum on a day: its own herds, guests that are there or promised a place, herds away.

    Parameters
    ----------
    place
        Code of the soum.
    day
        On which herds are counted.
    but
        Sheep units among the guests that are left out, such as those of the request itself.
    """
    return standing_on(day, [place]).load(place, but=but)
