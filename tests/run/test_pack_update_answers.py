"""What a PxWeb server answers: parts joined, both forms read, signs of no figure, answers that do not fit."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from nuudel.base.errors import RunError
from nuudel.base.packs import load_pack
from nuudel.pipeline.pxweb.remote import Changed, RemoteTable, Variable, question, read_answer, read_figure
from nuudel.pipeline.pxweb.splitting import Selection, TooManyValues, cells, gather, halves, whole

from .pxweb_server import Remote
from .test_pack_update import _no_proxy, address, figures_of, remote, update

__all__ = ["_no_proxy", "address", "remote"]  # fixtures


# --- splitting -----------------------------------------------------------------------------------------


@given(st.lists(st.integers(1, 7), min_size=1, max_size=4), st.integers(1, 60), st.integers(0, 10**6))
def test_any_split_joins_to_the_same_table(shape: list[int], limit: int, seed: int) -> None:
    table = np.random.default_rng(seed).integers(0, 1000, shape).astype(float)
    asked: list[Selection] = []

    def ask(selection: Selection) -> NDArray[np.float64]:
        if cells(selection) > limit:
            raise TooManyValues
        asked.append(selection)
        return np.asarray(table[np.ix_(*selection)])

    told: list[tuple[int, int]] = []
    joined = gather(tuple(shape), ask, lambda done, total: told.append((done, total)))
    assert np.array_equal(joined, table)
    assert sum(cells(selection) for selection in asked) == table.size
    assert told[-1] == (table.size, table.size)


@given(st.lists(st.integers(1, 9), min_size=1, max_size=4).filter(lambda shape: max(shape) > 1))
def test_halves_cut_the_longest_dimension(shape: list[int]) -> None:
    first, second = halves(whole(tuple(shape)))
    assert cells(first) + cells(second) == cells(whole(tuple(shape)))
    differing = [i for i in range(len(shape)) if first[i] != second[i]]
    assert len(differing) == 1
    assert shape[differing[0]] == max(shape)


def test_too_many_values_are_asked_for_in_parts(remote: Remote, address: str, tmp_path: Path) -> None:
    update(address, tmp_path / "one")
    remote.requests.clear()
    remote.limit = 100
    update(address, tmp_path / "other")
    assert figures_of(tmp_path / "one").equals(figures_of(tmp_path / "other"))
    sizes = [np.prod([len(e["selection"]["values"]) for e in query["query"]]) for query in remote.requests]
    assert sum(size for size in sizes if size <= 100) == 2 * 23 * 43
    assert sum(size > 100 for size in sizes) <= 6  # what was refused is not tried at that size again


def test_a_server_that_refuses_everything_is_left_soon(remote: Remote, address: str, tmp_path: Path) -> None:
    remote.limit = 0
    with pytest.raises(RunError, match=r"RUN-125.*even a single figure"):
        update(address, tmp_path / "copy")
    assert len(remote.requests) < 20
    assert not (tmp_path / "copy").exists()


# --- answers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["json", "json-stat2"])
@pytest.mark.parametrize("mark", [False, True])
def test_both_forms_and_a_byte_order_mark_are_read(
    remote: Remote, address: str, tmp_path: Path, form: str, mark: bool
) -> None:
    remote.form, remote.byte_order_mark = form, mark
    update(address, tmp_path / "copy")
    after = figures_of(tmp_path / "copy")
    before = load_pack("mongolia").table("internal_migration").frame
    assert after.head(before.height).equals(before)


@pytest.mark.parametrize("sign", [":", "..", "-", None, "", "....", " .. "])
def test_signs_of_no_figure(sign: str | None) -> None:
    assert np.isnan(read_figure(sign))


@pytest.mark.parametrize(("figure", "number"), [(0, 0), ("0", 0), ("12.5", 12.5), (-3, -3), ("1e3", 1000)])
def test_figures(figure: Any, number: float) -> None:
    assert read_figure(figure) == number


@pytest.mark.parametrize("figure", ["1 234", "1,234", "abc", True, [1], "inf", "1_000"])
def test_what_is_no_figure_is_refused(figure: Any) -> None:
    with pytest.raises(RunError, match=r"RUN-130"):
        read_figure(figure)


@pytest.mark.parametrize("sign", [":", "..", "-", None])
def test_a_year_without_figures_makes_no_rows(
    remote: Remote, address: str, tmp_path: Path, sign: str | None
) -> None:
    for key in remote.figures:
        if key[2] == "2025":
            remote.figures[key] = sign
    assert update(address, tmp_path / "copy").changes.new_years == (2023, 2024)


def test_half_a_row_is_refused(remote: Remote, address: str, tmp_path: Path) -> None:
    remote.figures["Out-migration", "Khovd", "2024"] = ".."
    with pytest.raises(RunError, match=r"RUN-133.*no figure of MN84 in 2024, out_migrants"):
        update(address, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("figure", [12.5, -1])
def test_a_count_that_is_none_is_refused(remote: Remote, address: str, tmp_path: Path, figure: float) -> None:
    remote.figures["In-migration", "Khovd", "2024"] = figure
    with pytest.raises(RunError, match=r"RUN-133.*which is no count, of MN84 in 2024"):
        update(address, tmp_path / "copy")


def drop_row(answer: dict[str, Any]) -> Any:
    answer["data"].pop()
    return answer


def double_row(answer: dict[str, Any]) -> Any:
    answer["data"].append(answer["data"][0])
    return answer


def foreign_row(answer: dict[str, Any]) -> Any:
    answer["data"][0]["key"][2] = "99"
    return answer


def short_row(answer: dict[str, Any]) -> Any:
    answer["data"][0]["key"].pop()
    return answer


def drop_value(answer: dict[str, Any]) -> Any:
    answer["value"].pop()
    return answer


def wrong_size(answer: dict[str, Any]) -> Any:
    answer["size"][0] += 1
    return answer


def drop_dimension(answer: dict[str, Any]) -> Any:
    del answer["dimension"][answer["id"][0]]
    return answer


PLAIN: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (drop_row, "1 cells are missing"),
    (double_row, "there twice"),
    (foreign_row, "not asked for"),
    (short_row, "too few"),
    (lambda answer: {"columns": answer["columns"]}, "neither"),
    (lambda answer: answer | {"columns": answer["columns"][1:]}, "too few"),
    (lambda answer: [], "neither"),
]
STAT: list[tuple[Callable[[dict[str, Any]], Any], str]] = [
    (drop_value, "number of its figures"),
    (wrong_size, "size"),
    (drop_dimension, "lacks a part"),
    (lambda answer: answer | {"value": {"99999": 1}}, "outside"),
    (lambda answer: answer | {"value": {"first": 1}}, "lacks a part"),
]


@pytest.mark.parametrize(
    ("form", "spoil", "said"),
    [*(("json", *case) for case in PLAIN), *(("json-stat2", *case) for case in STAT)],
)
def test_an_answer_that_does_not_fit_is_refused(
    remote: Remote,
    address: str,
    tmp_path: Path,
    form: str,
    spoil: Callable[[dict[str, Any]], Any],
    said: str,
) -> None:
    remote.form, remote.spoil = form, spoil
    with pytest.raises(RunError, match=f"RUN-130.*{said}"):
        update(address, tmp_path / "copy")
    assert not (tmp_path / "copy").exists()


TABLE = RemoteTable(
    "T", (Variable("a", "A", ("0", "1"), ("x", "y")), Variable("c", "C", ("p", "q"), ("P", "Q")))
)


def test_contents_may_stand_in_columns() -> None:
    answer = {
        "columns": [{"code": "a", "type": "d"}, {"code": "q", "type": "c"}, {"code": "p", "type": "c"}],
        "data": [{"key": ["1"], "values": ["4", "3"]}, {"key": ["0"], "values": ["2", ":"]}],
    }
    values = read_answer(answer, TABLE, whole((2, 2)))
    assert np.array_equal(values, [[np.nan, 2], [3, 4]], equal_nan=True)


def test_sparse_values_indexes_as_lists_and_a_constant_dimension() -> None:
    answer = {
        "class": "dataset",
        "id": ["c", "unit", "a"],
        "size": [2, 1, 2],
        "dimension": {
            "a": {"category": {"index": ["1", "0"]}},
            "c": {"category": {"index": {"q": 1, "p": 0}, "label": {"p": "P", "q": "Q"}}},
            "unit": {"category": {"label": {"persons": "persons"}}},
        },
        "value": {"0": 7, "3": "8"},
    }
    values = read_answer(answer, TABLE, whole((2, 2)))
    assert np.array_equal(values, [[np.nan, 8], [7, np.nan]], equal_nan=True)


def test_a_code_with_another_text_than_before_means_that_the_table_changed() -> None:
    answer = {
        "class": "dataset",
        "id": ["a", "c"],
        "size": [2, 1],
        "dimension": {
            "a": {"category": {"index": ["0", "1"], "label": {"0": "x", "1": "z"}}},
            "c": {"category": {"index": ["p"], "label": {"p": "P"}}},
        },
        "value": [1, 2],
    }
    with pytest.raises(Changed, match="A"):
        read_answer(answer, TABLE, ((0, 1), (0,)))


def test_a_question_names_every_category() -> None:
    asked = question(TABLE, ((1,), (0, 1)), "json")
    assert asked["query"][0] == {"code": "a", "selection": {"filter": "item", "values": ["1"]}}
    assert asked["response"] == {"format": "json"}
