"""What the compiled loops pass around: arrays by name."""

from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Words = NDArray[np.uint32]
Counts = NDArray[np.int32]
# A whole number in a compiled loop, of whatever width the compiler gives it.
Integer: TypeAlias = Any


class Rows(NamedTuple):
    """Individuals: number of the person (two words), of the household (two words), and the cell.

    The cell holds, from the lowest bit, 8 bits of the birth cohort, one of the sex, one for living with the
    parents, and the place. It names the row of every table of the year, and it changes only when something
    happens: nobody has to be made a year older.
    """

    low: Words
    high: Words
    home_low: Words
    home_high: Words
    cell: Words


class Thresholds(NamedTuple):
    """The year's probabilities as words: something happens if a uniform word is below.

    ``dead`` to ``bearing`` have R x 1024 rows by cell: dies; dies or emigrates; does one of these or leaves
    the parents' household; moves; bears. ``any`` has the leading bits of the last three together, rounded
    up, so that one look tells that nothing happens. ``cumulated`` R x R and ``corridors`` R x C are
    cumulated shares, ``guide`` R x 2^(32 - shift) the first destination for equal parts of the words.
    """

    any: NDArray[np.uint64]
    dead: Words
    gone: Words
    out: Words
    moved: Words
    bearing: Words
    cumulated: Words
    guide: NDArray[np.uint16]
    shift: np.uint32
    corridors: Words
    boy: np.uint32
    girl_dies: np.uint32
    boy_dies: np.uint32


class Moment(NamedTuple):
    """The seed, the year's key, and the age of the first birth cohort at the beginning of the year."""

    seed: np.uint32
    key: np.uint32
    age_zero: Integer


class Counters(NamedTuple):
    """Events of one thread.

    ``flows`` 5 x (R 202): deaths, emigrants, departures, arrivals, immigrants; ``moves`` R x R; ``to`` C
    emigrants by corridor; ``left_home`` R; ``births`` 2 x R x 2: born, died in the first months.
    """

    flows: Counts
    moves: Counts
    to: Counts
    left_home: Counts
    births: Counts


class Scratch(NamedTuple):
    """Random words of a chunk, and who something happens to."""

    person: Words
    birth: Words
    home: Words
    destination: Words
    happening: Counts
