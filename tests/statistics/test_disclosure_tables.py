"""Tables as disclosure control sees them: margins, names, bad input."""

import numpy as np
import polars as pl
import pytest

from nuudel.base.errors import StatisticsError
from nuudel.statistics.disclosure import (
    CountTable,
    Dimension,
    count_records,
    table_from_frame,
    table_with_margins,
)
from nuudel.statistics.disclosure.tables import cell_names

SECRET = b"a test's key, not a secret"


def test_margins_of_a_two_way_table_are_its_row_and_column_sums() -> None:
    table = table_with_margins("moves", [[1, 2, 3], [4, 5, 6]], {"sex": "fm", "age": ["0", "15", "65"]})
    assert table.values.tolist() == [[1, 2, 3, 6], [4, 5, 6, 15], [5, 7, 9, 21]]
    assert table.is_additive
    assert table.equations.shape == (3 + 4, 12)  # one sum per row, one per column, margins included
    assert table.inner.sum() == 6


def test_a_hierarchy_adds_up_at_each_level() -> None:
    places = Dimension(
        "place",
        ("MN", "west", "east", "MN81", "MN82", "MN21"),
        {"west": "MN", "east": "MN", "MN81": "west", "MN82": "west", "MN21": "east"},
    )
    table = CountTable("stock", np.array([10.0, 7, 3, 5, 2, 3]), (places,))
    assert table.is_additive
    assert places.total == "MN"
    assert cell_names((places,), {"year": "2020"})[:2] == [
        (("year", "2020"),),
        (("place", "west"), ("year", "2020")),
    ]


def test_a_frame_becomes_the_same_table_and_absent_cells_count_zero() -> None:
    frame = pl.DataFrame(
        {"sex": ["f", "f", "m", "total"], "age": ["0", "15", "0", "0"], "persons": [1, 2, 4, 5]}
    )
    table = table_from_frame("moves", frame, ["sex", "age"], "persons")
    assert table.values.tolist() == [[1, 2, 3], [4, 0, 4], [5, 2, 7]]


def test_records_are_counted_with_their_margins_and_the_keys_add_up() -> None:
    frame = pl.DataFrame({"id": ["r1", "r2", "r3"], "sex": ["f", "m", "f"]})
    sex = Dimension.with_total("sex", ["f", "m"])
    table = count_records("moves", frame, [sex], record="id", secret=SECRET)
    assert table.values.tolist() == [2, 1, 3]
    assert table.keys is not None
    assert (table.keys[:1] + table.keys[1:2] == table.keys[2:]).all()  # modulo 2^64


def bad_table(values: list[float], **extra: np.ndarray) -> CountTable:
    return CountTable("s", np.array(values), (Dimension("sex", ("f", "m")),), **extra)


@pytest.mark.parametrize(
    ("code", "make"),
    [
        ("STATISTICS-301", lambda: Dimension("sex", ("f", "f"))),
        ("STATISTICS-301", lambda: Dimension("sex", ("f", "m"), {"f": "totl"})),
        ("STATISTICS-302", lambda: bad_table([1.0, 2.0, 3.0])),
        ("STATISTICS-303", lambda: bad_table([1.0, np.nan])),
        ("STATISTICS-304", lambda: bad_table([1.0, -2.0])),
        ("STATISTICS-305", lambda: bad_table([1.0, 2.0], structural_zeros=np.array([True, False]))),
        ("STATISTICS-306", lambda: table_from_frame("s", pl.DataFrame({"a": ["x"]}), ["b"], "n")),
        (
            "STATISTICS-321",
            lambda: table_from_frame("s", pl.DataFrame({"a": ["x", "x"], "n": [1, 2]}), ["a"], "n"),
        ),
        (
            "STATISTICS-307",
            lambda: table_from_frame("s", pl.DataFrame({"a": ["x", "total"], "n": [1, 2]}), ["a"], "n"),
        ),
        (
            "STATISTICS-312",
            lambda: count_records(
                "s",
                pl.DataFrame({"id": ["1"], "sex": ["x"]}),
                [Dimension("sex", ("f",))],
                record="id",
                secret=SECRET,
            ),
        ),
        ("STATISTICS-301", lambda: table_with_margins("s", [1], {"a": "x"}, fixed={"a": "y"})),
    ],
)
def test_bad_tables_are_refused(code: str, make: object) -> None:
    with pytest.raises(StatisticsError, match=code):
        make()  # type: ignore[operator]
