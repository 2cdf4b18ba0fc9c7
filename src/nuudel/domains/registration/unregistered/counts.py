"""How many open cases there are by bagh or khoroo and hindrance, with none from which few can be told."""

from collections import Counter

import numpy as np

from nuudel.domains.registration.codes import HINDRANCES
from nuudel.domains.registration.models import UnregisteredHousehold
from nuudel.statistics.disclosure import CountTable, Dimension, Suppression, protect
from nuudel.statistics.disclosure.tables import fill_sums
from nuudel.web.facts.service import service_rights

OPEN = ("listed", "contacted")
TOTAL, UNKNOWN, BETWEEN = "total", "not_said", " / "
COLUMNS = (*HINDRANCES, UNKNOWN, TOTAL)

Row = tuple[str, str, list[int | None]]
"""Code of the soum, bagh or khoroo (empty: the whole soum; both empty: all), and a count for each column."""


def open_cases() -> list[Row]:
    """Hindrances named by open cases; a household that names two is counted under both.

    All levels are one table to the disclosure control: what is left out of a bagh cannot be worked out from
    its soum.
    """
    with service_rights():
        rows = UnregisteredHousehold.objects.filter(state__in=OPEN).values_list("place", "bagh", "hindrances")
        counted: Counter[tuple[str, str, str]] = Counter(
            (place, bagh, hindrance) for place, bagh, named in rows for hindrance in (named or [UNKNOWN])
        )
    if not counted:
        return []
    baghs = sorted({(place, bagh) for place, bagh, _ in counted})
    soums = sorted({place for place, _ in baghs})
    names = [BETWEEN.join(bagh) for bagh in baghs]
    parents = {name: bagh[0] for name, bagh in zip(names, baghs, strict=True)} | dict.fromkeys(soums, TOTAL)
    places = Dimension("place", (*names, *soums, TOTAL), parents)
    what = Dimension.with_total("hindrance", COLUMNS, TOTAL)
    values = np.zeros((len(places.categories), len(COLUMNS)))
    for (place, bagh, hindrance), count in counted.items():
        values[baghs.index((place, bagh)), COLUMNS.index(hindrance)] = count
    fill_sums(values, (places, what))
    table = protect(CountTable("registration-unregistered", values, (places, what)), Suppression())
    keys = [*baghs, *((soum, "") for soum in soums), ("", "")]
    cells = [[None if np.isnan(cell) else int(cell) for cell in row] for row in table.values]
    told = [(place, bagh, row) for (place, bagh), row in zip(keys, cells, strict=True)]
    return sorted(told, key=lambda row: (row[0] == "", row[0], row[1]))
