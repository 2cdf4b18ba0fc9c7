"""What the texts of a remote table mean: dimensions, places, years, columns. Codes mean nothing."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nuudel.base.errors import PlacesError, RunError
from nuudel.base.tables import nearest
from nuudel.pipeline.pxweb.declaration import PlaceDimension, Update
from nuudel.pipeline.pxweb.remote import RemoteTable, Variable
from nuudel.pipeline.pxweb.splitting import Selection
from nuudel.places.gazetteer import Gazetteer
from nuudel.places.search import resolve

YEAR = re.compile(r"(\d{4})(?: он)?")


@dataclass(frozen=True)
class Meaning:
    """Position of each dimension in the table, and what its selected categories mean, in their order."""

    axes: tuple[int, int, int]  # of years, places and measures
    years: Mapping[int, int]  # position -> year
    places: Mapping[int, str]  # position -> place code; a place may have several positions
    columns: Mapping[int, str]  # position -> column

    @property
    def selection(self) -> Selection:
        """The positions that matter, for each dimension of the table."""
        wanted = dict(zip(self.axes, (self.years, self.places, self.columns), strict=True))
        return tuple(tuple(wanted[axis]) for axis in range(3))


def understand(table: RemoteTable, update: Update, gazetteer: Gazetteer) -> Meaning:
    """Find the declared dimensions and categories by their texts.

    Raises
    ------
    RunError
        ``RUN-127`` a dimension is missing or not declared, ``RUN-128`` a text is unknown, ``RUN-129`` a text
        is there several times where only one is expected.
    """
    axes = (
        find_dimension(table, update.year.dimension),
        find_dimension(table, update.place.dimension),
        find_dimension(table, update.measures.dimension),
    )
    for axis, variable in enumerate(table.variables):
        if axis not in axes:
            raise RunError(
                127,
                f"{update.remote} has the dimension {variable.text!r}, which is not declared.",
                "The table was rearranged: compare it with the source and correct updates.yaml.",
                (variable.text,),
            )
    year, place, measure = (table.variables[axis] for axis in axes)
    return Meaning(
        axes, read_years(year), read_places(place, update.place, gazetteer), read_columns(measure, update)
    )


def find_dimension(table: RemoteTable, text: str) -> int:
    texts = [variable.text for variable in table.variables]
    if texts.count(text) == 1:
        return texts.index(text)
    raise RunError(
        127,
        f"the source has no single dimension {text!r} (it has {', '.join(map(repr, texts))}).",
        f"Correct updates.yaml{nearest(text, texts)}.",
        (text,),
    )


def read_years(variable: Variable) -> dict[int, int]:
    """Every category must be a year, none twice."""
    years: dict[int, int] = {}
    for position, text in enumerate(variable.texts):
        found = YEAR.fullmatch(text)
        if not found:
            raise RunError(
                128,
                f"{text!r} in dimension {variable.text!r} is no year.",
                "Compare the table with the source.",
                (variable.text,),
            )
        if int(found[1]) in years.values():
            raise twice(text, variable)
        years[position] = int(found[1])
    return years


def read_columns(variable: Variable, update: Update) -> dict[int, str]:
    """The declared measures; others that the source has are left alone."""
    columns: dict[int, str] = {}
    for text, column in update.measures.columns.items():
        times = variable.texts.count(text)
        if times > 1:
            raise twice(text, variable)
        if not times:
            raise RunError(
                128,
                f"the source has no {text!r} in dimension {variable.text!r}.",
                f"Correct updates.yaml{nearest(text, variable.texts)}.",
                (column,),
            )
        columns[variable.texts.index(text)] = column
    return columns


def read_places(variable: Variable, declared: PlaceDimension, gazetteer: Gazetteer) -> dict[int, str]:
    """Each text that is not left out, as place of the level; every text must be known."""
    places: dict[int, str] = {}
    for position, text in enumerate(variable.texts):
        if text in declared.leave_out:
            continue
        if variable.texts.count(text) > 1 and text not in declared.repeated:
            raise twice(text, variable)
        places[position] = find_place(text, variable.texts, declared, gazetteer)
    for position, code in places.items():
        same = [other for other, found in places.items() if found == code]
        if len({variable.texts[other] for other in same}) > 1:
            names = " and ".join(repr(variable.texts[other]) for other in same)
            raise RunError(
                129,
                f"{names} in dimension {variable.text!r} both mean {code}.",
                "Say in updates.yaml which place each of them is (named), or leave one out.",
                (variable.texts[position],),
            )
    return places


def find_place(text: str, texts: Sequence[str], declared: PlaceDimension, gazetteer: Gazetteer) -> str:
    if text in declared.named:
        return gazetteer.get(declared.named[text]).code
    try:
        return resolve(gazetteer, text, level=declared.level).code
    except PlacesError as error:
        gone = [known for known in declared.leave_out if known not in texts]
        hint = f" It may be the text that was {nearest(text, gone)[2:]} before." if gone else ""
        raise RunError(
            128,
            f"{text!r} is no known {declared.level}: {error.problem}{hint}",
            "Add it in updates.yaml under leave_out or named.",
            (text,),
        ) from None


def twice(text: str, variable: Variable) -> RunError:
    return RunError(
        129,
        f"{text!r} is several times in dimension {variable.text!r}.",
        "Compare the table with the source; what means the same place is declared under repeated.",
        (text,),
    )
